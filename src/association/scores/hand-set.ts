import { sigmoid } from '../../core/probability.ts';
import { type AssociationScore, FEATURE_COUNT, FEATURES } from '../features.ts';
import { withAppearance } from './fusion.ts';

const IOU = FEATURES.indexOf('iou');
const DISTANCE = FEATURES.indexOf('distance');
const HEIGHT = FEATURES.indexOf('heightDifference');
const HEIGHT_ODDS = FEATURES.indexOf('heightOdds');
const GAP = FEATURES.indexOf('gap');

/** The default score, with weights set by hand: of overlap, distance, size and gap, and of appearance where a pair has a similarity. */
export const handSetScore: AssociationScore = withAppearance({
  score(pairs, out) {
    const features = pairs.values;
    for (let k = 0; k < pairs.length; k++) {
      const o = k * FEATURE_COUNT;
      const z =
        8 * features[o + IOU] -
        0.15 * features[o + DISTANCE] -
        5 * Math.abs(features[o + HEIGHT]) +
        0.4 * features[o + HEIGHT_ODDS] -
        features[o + GAP];
      out[k] = sigmoid(z);
    }
  },
});
