export { type AppearanceParameters, appearanceParameters } from './parameters.ts';
export { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter, type Picture } from './patches.ts';
export { readPatch } from './picture.ts';
export { type AppearanceModel, loadSiamese } from './siamese.ts';
export { calibrated, type Similarity } from './similarity-head.ts';
export { AppearanceStage, type AppearanceStageOptions } from './stage.ts';
