/**
 * Zones and lines: who enters, who leaves, who crosses, how long people stay, and where on the ground they are.
 *
 * @module twintrack/analytics
 *
 * @example
 * const counter = new ZoneCounter(resolveAreas({ lines: { door: { points: [[100, 200], [300, 200]] } } }));
 * for await (const frame of track('street.mp4')) for (const event of counter.update(frame)) console.log(event);
 */
export {
  Analysis,
  type AnalysisResult,
  dwellOf,
  type LineResult,
  type OriginDestination,
  occupancyOf,
  type Stay,
  type ZoneResult,
} from './analysis.ts';
export { type Anchor, type Area, type Areas, resolveAreas } from './areas.ts';
export { eventReader } from './event-reader.ts';
export type { AreaEvent, CrossedEvent, EnteredEvent, LeftEvent } from './events.ts';
export { GroundPlane, type Origin, type Residual, speedsOf, wayOf } from './ground.ts';
export { HeatMap } from './heat-map.ts';
export { fitHomography, type Homography } from './homography.ts';
export { type IgnoreCount, IgnoreFilter, type KeptDetections } from './ignore.ts';
export {
  type AreaParameters,
  areaParameters,
  type CalibrationParameters,
  calibrationParameters,
  type IgnoreParameters,
  ignoreParameters,
  type LinesParameters,
  linesParameters,
  type ZonesParameters,
  zonesParameters,
} from './parameters.ts';
export type { PictureSize } from './picture-edges.ts';
export { type LineCount, type ZoneCount, ZoneCounter } from './zone-counter.ts';
