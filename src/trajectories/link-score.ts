import { LINK_FEATURES, type LinkPairs } from './link-pairs.ts';

/** Log-odds when all features are 0. */
const BASE = 0.43;
/** Logistic regression on simulated people, cameras and detectors: `scripts/link-weights.ts 400 1`. */
const WEIGHTS: Readonly<Record<(typeof LINK_FEATURES)[number], number>> = {
  distance: -1.2,
  height: -2.28,
  width: -1.79,
  gap: -0.52,
  margin: 0.33,
  edge: 1.06,
};

/** The log-odds, for each pair, that the later trajectory is the next that is seen of the earlier one's person. */
export function linkLogOdds({ length, values }: Pick<LinkPairs, 'length' | 'values'>): Float64Array {
  const weights = LINK_FEATURES.map((name) => WEIGHTS[name]);
  return Float64Array.from({ length }, (_, k) =>
    weights.reduce((sum, weight, f) => sum + weight * values[k * weights.length + f], BASE),
  );
}
