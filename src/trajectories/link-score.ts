import { LINK_FEATURES, type LinkPairs } from './link-pairs.ts';

/** Log-odds when all features are 0. */
const BASE = 0.79;
/** Logistic regression on simulated people, cameras and detectors: `scripts/link-weights.ts 400 1`. */
const WEIGHTS: Readonly<Record<(typeof LINK_FEATURES)[number], number>> = {
  distance: -1.28,
  height: -2.05,
  width: -1.47,
  gap: -0.69,
  margin: 0.29,
  edge: 0.99,
};

/** The log-odds, for each pair, that the later trajectory is the next that is seen of the earlier one's person. */
export function linkLogOdds({ length, values }: Pick<LinkPairs, 'length' | 'values'>): Float64Array {
  const weights = LINK_FEATURES.map((name) => WEIGHTS[name]);
  return Float64Array.from({ length }, (_, k) =>
    weights.reduce((sum, weight, f) => sum + weight * values[k * weights.length + f], BASE),
  );
}
