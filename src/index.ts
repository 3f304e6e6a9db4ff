/**
 * twintrack: tracks people through video.
 *
 * - {@link track}: people frame by frame, of a file or a camera.
 * - {@link trackVideo}: a video in, trajectories and annotated video out.
 * - {@link createTracker}: the tracker by itself, for boxes of your own.
 * - `twintrack/detection`, `/appearance`, `/association`, `/video`, `/trajectories`, `/analytics`, `/annotation`, `/evaluation`, `/export`,
 *   `/search`, `/lake`, `/report`, `/live`, `/learning`: the stages and what is built on them.
 *
 * @module twintrack
 */
export type { AssociationScore } from './association/features.ts';
export { TwintrackError, UsageError } from './core/errors.ts';
export type { Notice, NoticeSink } from './core/notices.ts';
export type { StageTimes } from './core/stage-clock.ts';
export type { PeopleFrame, Person } from './core/tracked-frame.ts';
export { version } from './core/version.ts';
export type { CustomDetector } from './detection/custom-detector.ts';
export { loadParameters } from './engine/configuration.ts';
export type { InputOptions } from './engine/open-run.ts';
export type { OutputFiles } from './engine/outputs.ts';
export {
  type ParameterInfo,
  type Parameters,
  type ParametersInput,
  parametersSchema,
  parameterTable,
} from './engine/parameters.ts';
export { type TrackedPeople, type TrackOptions, track } from './engine/track.ts';
export { type TrackProgress, type TrackSummary, type TrackVideoOptions, trackVideo } from './engine/track-video.ts';
export * from './tracking/index.ts';
