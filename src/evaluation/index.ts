/**
 * Scoring of trajectories against ground truth: HOTA, CLEAR and Identity by the MOTChallenge protocol.
 *
 * @module twintrack/evaluation
 */

export type { Notice, NoticeSink } from '../core/notices.ts';
export type { MotUse, MotVideo } from '../files/mot-findings.ts';
export { type MotOptions, type MotRows, readMotRows } from '../files/mot-text.ts';
export { BENCHMARKS, type Benchmark } from './benchmark.ts';
export type { ClearCounts } from './clear.ts';
export { evaluateFloor, type FloorOptions, type FloorRows } from './floor.ts';
export { readFloorRows } from './floor-file.ts';
export {
  type GroundTruth,
  type GroundTruthFileOptions,
  type GroundTruthOptions,
  type GroundTruthRows,
  prepareGroundTruth,
  readGroundTruth,
} from './ground-truth.ts';
export { ALPHAS, type HotaCounts } from './hota.ts';
export type { IdentityCounts } from './identity.ts';
export { boxesOf, type ResultsOptions, readResults } from './results.ts';
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
