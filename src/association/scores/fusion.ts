import { logOdds, sigmoid } from '../../core/probability.ts';
import { type AssociationScore, FEATURE_COUNT, SIMILARITY } from '../features.ts';

/**
 * A score of size and position that also goes by looks, where there is a similarity: the log-odds of both are added, which is
 * right when, given who they are, how people look says nothing about how they move (naive Bayes), and the similarity is the
 * probability of being one person at equal odds before.
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
