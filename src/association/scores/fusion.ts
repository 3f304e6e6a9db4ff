import { logOdds, sigmoid } from '../../core/probability.ts';
import { type AssociationScore, FEATURE_COUNT, SIMILARITY } from '../features.ts';

/**
 * Adds appearance to a score of size and position: the log-odds of both are added where a pair has a similarity. That is right when
 * appearance and motion are independent given the identities (naive Bayes), and the similarity is the probability of being one
 * person at equal prior odds.
 *
 * @param motion a score that does not use the similarity
 */
export function withAppearance(motion: AssociationScore): AssociationScore {
  return {
    score(pairs, out) {
      motion.score(pairs, out);
      for (let k = 0; k < pairs.length; k++) {
        const similarity = pairs.values[k * FEATURE_COUNT + SIMILARITY];
        if (Number.isNaN(similarity)) continue;
        const z = logOdds(out[k]) + logOdds(similarity);
        out[k] = sigmoid(z);
      }
    },
  };
}
