export type { ReidOptions } from '../appearance/reid.ts';
export type { TrackedFrame } from '../core/tracked-frame.ts';
export { type TrackingParameters, trackingParameters } from './parameters.ts';
export { Track, type TrackState } from './track.ts';
export { Tracker } from './tracker.ts';
