/**
 * The tracker by itself: boxes in, tracks out.
 *
 * @module twintrack/tracking
 */
export type { ReidOptions } from '../appearance/reid.ts';
export type { DetectionRow, Detections } from '../core/detections.ts';
export type { TrackedFrame } from '../core/tracked-frame.ts';
export { type CreateTrackerOptions, createTracker } from './create-tracker.ts';
export { type TrackingParameters, trackingParameters } from './parameters.ts';
export { Track, type TrackState } from './track.ts';
export { Tracker, type TrackerOptions } from './tracker.ts';
