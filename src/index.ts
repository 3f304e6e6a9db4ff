/**
 * twintrack: follows people through video.
 *
 * - {@link trackVideo}: a video file in, trajectories and annotated video out.
 * - {@link Tracker}: the tracker alone, for boxes of your own.
 * - `twintrack/detection`, `twintrack/video`, `twintrack/trajectories`, `twintrack/evaluation`: the stages.
 */
export type { AssociationScore } from './association/features.ts';
export type { Detections } from './detection/detections.ts';
export { TwintrackError, UsageError } from './errors.ts';
export { loadParameters, type Parameters, parametersSchema, parameterTable } from './parameters.ts';
export { type PipelineStages, runPipeline } from './pipeline.ts';
export { StageClock, type StageTimes } from './stage-times.ts';
export { type TrackProgress, type TrackSummary, type TrackVideoOptions, trackVideo } from './track-video.ts';
export * from './tracking/index.ts';
export { version } from './version.ts';
