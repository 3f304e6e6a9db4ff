/**
 * The Siamese network: patches of people in, embeddings and their similarity out.
 *
 * @module twintrack/appearance
 *
 * @example
 * const model = await loadSiamese();
 * const [a, b] = [await model.embed(await readPatch('a.jpg')), await model.embed(await readPatch('b.jpg'))];
 * console.log(sameProbability(model.calibration, meanLogOdds(model, a, b))); // for example 0.93
 * await model.close();
 */
export type { Provider, ProviderChoice } from '../inference/provider.ts';
export type { AppearanceModel } from './appearance-model.ts';
export {
  type CalibratedSimilarity,
  type Cameras,
  type Cohort,
  type ComparisonContext,
  cohortOf,
  meanLogOdds,
  type SimilarityCalibration,
  type SimilarityScale,
  sameProbability,
  type Verdict,
  verdictOf,
} from './calibration.ts';
export { type AppearanceParameters, appearanceParameters } from './parameters.ts';
export { type I420Picture, PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from './patches.ts';
export { readPatch } from './picture.ts';
export { type ReidOptions, reidOptions } from './reid.ts';
export { loadSiamese } from './siamese.ts';
export type { Similarity } from './similarity.ts';
