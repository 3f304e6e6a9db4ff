export type { Appearance } from './looks.ts';
export { type TrackingParameters, trackingParameters } from './parameters.ts';
export { Track, type TrackState } from './track.ts';
export type { TrackedFrame } from './tracked-frame.ts';
export { Tracker } from './tracker.ts';
