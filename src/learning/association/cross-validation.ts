import { FEATURE_COUNT, FEATURES } from '../../association/features.ts';
import type { BoostedModel } from '../../association/scores/boosted.ts';
import { handSetScore } from '../../association/scores/hand-set.ts';
import { learnedScore } from '../../association/scores/learned.ts';
import {
  type CalibrationBin,
  calibration,
  logLoss,
  type ProbabilityFigures,
  probabilityFigures,
} from '../probability-figures.ts';
import { seededRandom } from '../random.ts';
import type { Examples } from './boosting.ts';
import { concatenate, probabilities } from './example-sets.ts';

/** Figures of one sequence held out, or of all of them pooled. */
export interface HeldOut {
  readonly name: string;
  readonly pairs: number;
  readonly learned: ProbabilityFigures;
  readonly handSet: ProbabilityFigures;
}

/** Figures of leave-one-out cross-validation: each sequence is scored by a model that was not trained on it. */
export interface CrossValidation {
  /** In the order of the sequences; without those that have no pairs, or without which nothing is left to learn from. */
  readonly sequences: readonly HeldOut[];
  readonly pooled: HeldOut;
  readonly calibration: readonly CalibrationBin[];
  /** Permutation importance, highest first: how much the log-loss grows when the feature is shuffled among the pairs of a sequence. */
  readonly importance: readonly { readonly feature: string; readonly loss: number }[];
}

/**
 * Scores the pairs of each sequence with the model that was trained without it.
 *
 * @param names of the sequences
 * @param examples pairs of each sequence
 * @param models of each sequence the model trained on the others, if there is one
 * @returns undefined where no sequence has both pairs and a model
 */
export function crossValidate(
  names: readonly string[],
  examples: readonly Examples[],
  models: readonly (BoostedModel | undefined)[],
): CrossValidation | undefined {
  const held = names.flatMap((name, i) => {
    const [model, own] = [models[i], examples[i]];
    if (!model || own.length === 0) return [];
    const score = learnedScore(model);
    return [{ name, own, score, learned: probabilities(score, own), handSet: probabilities(handSetScore, own) }];
  });
  if (held.length === 0) return undefined;
  const labels = concatenate(held.map(({ own }) => own.labels));
  const learned = concatenate(held.map((h) => h.learned));
  const handSet = concatenate(held.map((h) => h.handSet));
  const row = (name: string, y: Uint8Array, p: Float64Array, h: Float64Array): HeldOut => {
    return { name, pairs: y.length, learned: probabilityFigures(p, y), handSet: probabilityFigures(h, y) };
  };
  const pooled = row('POOLED', labels, learned, handSet);
  const importance = FEATURES.map((feature, f) => {
    const shuffledColumn = concatenate(held.map(({ own, score }) => probabilities(score, shuffled(own, f))));
    return { feature, loss: logLoss(shuffledColumn, labels) - pooled.learned.logLoss };
  });
  return {
    sequences: held.map((h) => row(h.name, h.own.labels, h.learned, h.handSet)),
    pooled,
    calibration: calibration(learned, labels),
    importance: importance.sort((a, b) => b.loss - a.loss),
  };
}

/** The examples with the values of feature `f` shuffled among them (Breiman 2001, §10), with a fixed seed. */
function shuffled(examples: Examples, f: number): Examples {
  const features = examples.features.slice();
  const random = seededRandom(f + 1);
  for (let i = examples.length - 1; i > 0; i--) {
    const a = i * FEATURE_COUNT + f;
    const b = Math.floor(random() * (i + 1)) * FEATURE_COUNT + f;
    [features[a], features[b]] = [features[b], features[a]];
  }
  return { ...examples, features };
}
