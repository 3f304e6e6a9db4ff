import { FEATURES } from '../../src/association/features.ts';
import type { BoostedModel } from '../../src/association/scores/boosted.ts';

const feature = (name: (typeof FEATURES)[number]): number => FEATURES.indexOf(name);

/** A model of two trees that tracks people: overlap that counts less after a second, and the distance from the prediction. */
export const SMALL_MODEL: BoostedModel = {
  features: FEATURES,
  base: -1,
  trees: [
    {
      feature: [feature('iou'), -1, feature('gap'), -1, -1],
      value: [0.3, -3, 1, 4, 2],
      left: [1, 0, 3, 0, 0],
      missing: [0, 0, 0, 0, 0],
    },
    { feature: [feature('distance'), -1, -1], value: [4, 1, -1], left: [1, 0, 0], missing: [0, 0, 0] },
  ],
};

/** {@link SMALL_MODEL} as the text of a model file. */
export const SMALL_MODEL_FILE = JSON.stringify({ schema: 'twintrack/association', version: 2, ...SMALL_MODEL });
