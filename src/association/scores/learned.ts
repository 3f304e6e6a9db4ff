import { TwintrackError } from '../../core/errors.ts';
import { sigmoid } from '../../core/probability.ts';
import { type AssociationScore, FEATURE_COUNT, FEATURES, SIMILARITY } from '../features.ts';
import { type BoostedModel, BoostedTrees } from './boosted.ts';
import { withAppearance } from './fusion.ts';

/**
 * The learned fusion: boosted trees over the pair features (Leal-Taixé et al. 2016, §4). To a model that was trained without pictures,
 * looks are added as to the score set by hand.
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
  const knowsLooks = model.trees.some(({ feature }) => feature.includes(SIMILARITY));
  return knowsLooks ? learned : withAppearance(learned);
}
