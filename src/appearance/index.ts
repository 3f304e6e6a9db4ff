export { type AppearanceParameters, appearanceParameters } from './parameters.ts';
export { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from './patches.ts';
export { readPatch } from './picture.ts';
export { type ReidOptions, reidOptions } from './reid.ts';
export { type AppearanceModel, loadSiamese } from './siamese.ts';
export { calibrated, type Similarity } from './similarity.ts';
