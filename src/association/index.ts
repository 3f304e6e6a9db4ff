/**
 * The association stage: features of track–detection pairs, scores of them, and the assignment.
 *
 * @packageDocumentation
 */
export { assign, type CandidatePairs, toCandidates } from './assignment.ts';
export {
  type AssociationScore,
  FEATURE_COUNT,
  FEATURES,
  PairFeatures,
  SIMILARITY,
  type TrackColumns,
} from './features.ts';
export { associationParameters, loadAssociation } from './model.ts';
export type { BoostedModel, BoostedTree } from './scores/boosted.ts';
export { withAppearance } from './scores/fusion.ts';
export { handSetScore } from './scores/hand-set.ts';
export { learnedScore } from './scores/learned.ts';
