/**
 * Training and tuning on your own footage: the association score, the Siamese network, and the tracker's parameters.
 * The Siamese network needs TensorFlow.js, see `docs/training-siamese.md`.
 *
 * @module twintrack/learning
 */
export type { Notice, NoticeSink } from '../core/notices.ts';
export { type AppearanceExamples, readAppearanceExamples } from './association/appearance-examples.ts';
export type { AppearanceFigures } from './association/appearance-training.ts';
export type { BoostingOptions, Examples } from './association/boosting.ts';
export type { CrossValidation, HeldOut } from './association/cross-validation.ts';
export { writeAssociation } from './association/model-folder.ts';
export {
  type AssociationTraining,
  type AssociationTrainingOptions,
  trainAssociation,
} from './association/train-association.ts';
export type { LabelledFrame } from './labelled-frame.ts';
export { loadMotRoot, type MotRootOptions, type MotSequence } from './mot-root.ts';
export type { CalibrationBin, ProbabilityFigures } from './probability-figures.ts';
export { calibrateScores, type ScoreCalibration } from './score-calibration.ts';
export { type Adaptation, type AdaptationOptions, adaptSiamese } from './siamese/adapt-siamese.ts';
export type {
  BackendInfo,
  CardFigures,
  Course,
  DataFigures,
  Epoch,
  LossName,
  NetworkSize,
  Retrieval,
  TrainingProgress,
} from './siamese/figures.ts';
export { type SiameseTrainingOptions, trainSiamese } from './siamese/train-siamese.ts';
export {
  calibrateOwnNetwork,
  calibrateSimilarity,
  type FittedScale,
  type SimilarityFit,
} from './similarity-calibration.ts';
export { simulate, simulateMany } from './simulation/simulate.ts';
export type { SimulationOptions } from './simulation/simulation.ts';
export { type TuneOptions, type Tuning, tuneTracking } from './tuning/tune-tracking.ts';
