import { type AssociationScore, FEATURE_COUNT, SIMILARITY } from './features.ts';

/** A probability is taken to be no closer to 0 or 1 than this, so that one sure mistake can be outvoted. */
const SURE = 1e-4;

/**
 * A score of size and position that also goes by looks, where there is a similarity: the log-odds of both are added, which is
 * right when, given who they are, how people look says nothing about how they move (naive Bayes).
 *
 * @param weight of the log-odds of the similarity
 * @param bias added to them
 */
export function withAppearance(motion: AssociationScore, weight: number, bias: number): AssociationScore {
  return {
    score(pairs, out) {
      motion.score(pairs, out);
      for (let k = 0; k < pairs.length; k++) {
        const similarity = pairs.values[k * FEATURE_COUNT + SIMILARITY];
        if (Number.isNaN(similarity)) continue;
        const z = logOdds(out[k]) + weight * logOdds(similarity) + bias;
        out[k] = 1 / (1 + Math.exp(-z));
      }
    },
  };
}

/** Log-odds of a probability, held within about ±9. */
export function logOdds(probability: number): number {
  const p = Math.min(1 - SURE, Math.max(SURE, probability));
  return Math.log(p / (1 - p));
}
