/**
 * Scoring of trajectories against ground truth: HOTA, CLEAR and Identity by the MOTChallenge protocol.
 */

export { type MotRows, readMotRows } from '../files/mot-text.ts';
export { BENCHMARKS, type Benchmark } from './benchmark.ts';
export type { ClearCounts } from './clear.ts';
export {
  type GroundTruth,
  type GroundTruthOptions,
  type GroundTruthRows,
  prepareGroundTruth,
  readGroundTruth,
} from './ground-truth.ts';
export { ALPHAS, type HotaCounts } from './hota.ts';
export type { IdentityCounts } from './identity.ts';
export { boxesOf, readResults } from './results.ts';
export type { IdentifiedBoxes } from './rows.ts';
export {
  combine,
  evaluateSequence,
  type FigureName,
  type Figures,
  figures,
  type HotaCurves,
  hotaCurves,
  type MetricFamily,
  type Score,
} from './score.ts';
