export { TrajectoryCollector } from './collector.ts';
export { findVideo } from './find-video.ts';
export { inFrameOrder } from './frame-order.ts';
export {
  readTrajectories,
  readTrajectoriesHeader,
  streamTrajectories,
  type TrajectoriesDocument,
} from './json-reader.ts';
export { openJsonSink, type RunDescription } from './json-sink.ts';
export type { WholeTrajectory } from './linking.ts';
export { readMot } from './mot-reader.ts';
export { openMotSink } from './mot-sink.ts';
export { OutputFile, refuseInputs } from './output-file.ts';
export { refine } from './refinement.ts';
export { type RefinementParameters, refinementParameters } from './refinement-parameters.ts';
export {
  type TrajectoriesFooter,
  type TrajectoriesHeader,
  type TrajectoriesJson,
  trajectoriesJsonSchema,
} from './schema.ts';
export type { TrajectorySink } from './sink.ts';
export { Timeline } from './timeline.ts';
export type { Trajectory } from './trajectory.ts';
