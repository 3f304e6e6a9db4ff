import { TwintrackError } from '../errors.ts';
import { type BoostedModel, BoostedTrees } from './boosted-trees.ts';
import { type AssociationScore, FEATURE_COUNT, FEATURES } from './features.ts';

/**
 * The learned fusion: boosted trees over the pair features (Leal-Taixé et al. 2016, §4).
 *
 * @param model a model trained on {@link FEATURES}
 * @throws TwintrackError when the model was trained on other features
 */
export function learnedScore(model: BoostedModel): AssociationScore {
  if (model.features.join() !== FEATURES.join())
    throw new TwintrackError('association model: trained on other features than this version computes; train it again');
  const trees = new BoostedTrees(model);
  return {
    score(pairs, out) {
      trees.logOdds(pairs.values, FEATURE_COUNT, pairs.length, out);
      for (let k = 0; k < pairs.length; k++) out[k] = 1 / (1 + Math.exp(-out[k]));
    },
  };
}
