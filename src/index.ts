/**
 * twintrack: follows people through video.
 *
 * - {@link trackVideo}: a video file in, trajectories and annotated video out.
 * - {@link Tracker}: the tracker alone, for boxes of your own.
 * - `twintrack/detection`, `twintrack/video`, `twintrack/trajectories`, `twintrack/evaluation`: the stages.
 */
export type { AssociationScore } from './association/features.ts';
export type { Detections } from './core/detections.ts';
export { TwintrackError, UsageError } from './core/errors.ts';
export { StageClock, type StageTimes } from './core/stage-clock.ts';
export { version } from './core/version.ts';
export { loadParameters } from './engine/configuration.ts';
export { type PipelineStages, runPipeline } from './engine/frame-engine.ts';
export { type Parameters, parametersSchema, parameterTable } from './engine/parameters.ts';
export { type TrackProgress, type TrackSummary, type TrackVideoOptions, trackVideo } from './engine/track-video.ts';
export * from './tracking/index.ts';
