/**
 * Training and tuning on your own footage.
 *
 * @packageDocumentation
 */
export { type TuneOptions, type Tuning, tuneTracking } from './tuning/tune-tracking.ts';
