/**
 * Trajectories: their file, and their refinement when the whole video is known.
 *
 * @module twintrack/trajectories
 */
export type { Notice, NoticeSink } from '../core/notices.ts';
export type { Trajectory } from '../core/trajectory.ts';
export { TrajectoryCollector } from './collector.ts';
export { findVideo } from './find-video.ts';
export { inFrameOrder } from './frame-order.ts';
export {
  readTrajectories,
  readTrajectoriesHeader,
  streamTrajectories,
  type TrajectoriesDocument,
} from './json-reader.ts';
export { openJsonSink, type RunDescription, writeTrajectories } from './json-sink.ts';
export type { WholeTrajectory } from './link.ts';
export { readMot } from './mot-reader.ts';
export { openMotSink } from './mot-sink.ts';
export { refine } from './refine.ts';
export { type RefinementParameters, refinementParameters } from './refinement-parameters.ts';
export {
  type TrajectoriesFooter,
  type TrajectoriesHeader,
  type TrajectoriesJson,
  trajectoriesJsonSchema,
} from './schema.ts';
export type { TrajectorySink } from './sink.ts';
export { Timeline } from './timeline.ts';
