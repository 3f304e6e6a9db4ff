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
export { type Anchor, type Area, type Areas, type PictureSize, resolveAreas } from './areas.ts';
export { type AreaEvent, type CrossedEvent, type EnteredEvent, eventReader, type LeftEvent } from './events.ts';
export { GroundPlane, type Origin, type Residual, speedsOf, wayOf } from './ground.ts';
export { HeatMap } from './heat-map.ts';
export { fitHomography, type Homography } from './homography.ts';
export {
  type AreaParameters,
  areaParameters,
  type CalibrationParameters,
  calibrationParameters,
  type LinesParameters,
  linesParameters,
  type ZonesParameters,
  zonesParameters,
} from './parameters.ts';
export { type LineCount, type ZoneCount, ZoneCounter } from './zone-counter.ts';
