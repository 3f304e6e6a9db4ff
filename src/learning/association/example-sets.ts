import { type AssociationScore, PairFeatures } from '../../association/features.ts';
import type { Examples } from './boosting.ts';

/** All examples of several sets. */
export function joinExamples(parts: readonly Examples[]): Examples {
  const features = concatenate(parts.map((part) => part.features));
  const labels = concatenate(parts.map((part) => part.labels));
  return { length: labels.length, features, labels };
}

/** The arrays one after the other; at least one. */
export function concatenate<T extends Float64Array | Uint8Array>(parts: readonly T[]): T {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = (parts[0] instanceof Uint8Array ? new Uint8Array(length) : new Float64Array(length)) as T;
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Number of examples that are one person. */
export function countPositives({ labels }: Examples): number {
  return labels.reduce((sum, label) => sum + label, 0);
}

/** The probabilities that a score gives examples. */
export function probabilities(score: AssociationScore, { length, features }: Examples): Float64Array {
  const pairs = new PairFeatures();
  pairs.length = length;
  pairs.values = features.slice();
  const out = new Float64Array(length);
  score.score(pairs, out);
  return out;
}
