import { TwintrackError } from '../../core/errors.ts';
import { sigmoid } from '../../core/probability.ts';
import { type AssociationScore, FEATURE_COUNT, FEATURES, SIMILARITY } from '../features.ts';
import { type BoostedModel, BoostedTrees } from './boosted.ts';
import { withAppearance } from './fusion.ts';

/**
 * The learned fusion: boosted trees over the pair features (Leal-Taixé et al. 2016, §4). Where the model was trained without
 * similarities, the log-odds of the similarity are added, as in the hand-set score.
 *
 * @param model a model trained on {@link FEATURES}
 * @throws TwintrackError when the model was trained on other features
 */
export function learnedScore(model: BoostedModel): AssociationScore {
  if (model.features.join() !== FEATURES.join())
    throw new TwintrackError('association model: trained on other features than this version computes; train it again');
  const trees = new BoostedTrees(model);
  const learned: AssociationScore = {
    score(pairs, out) {
      trees.logOdds(pairs.values, FEATURE_COUNT, pairs.length, out);
      for (let k = 0; k < pairs.length; k++) out[k] = sigmoid(out[k]);
    },
  };
  const usesSimilarity = model.trees.some(({ feature }) => feature.includes(SIMILARITY));
  return usesSimilarity ? learned : withAppearance(learned);
}
