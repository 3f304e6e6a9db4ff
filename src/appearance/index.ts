export { EmbeddingStage, type EmbeddingStageOptions } from './embedding-stage.ts';
export { type AppearanceParameters, appearanceParameters } from './parameters.ts';
export { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter, type Picture } from './patches.ts';
export { readPatch } from './picture.ts';
export { type AppearanceModel, loadSiamese } from './siamese.ts';
export { calibrated, type Similarity } from './similarity.ts';
