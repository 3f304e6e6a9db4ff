export { type Anchor, type Area, type Areas, type PictureSize, resolveAreas } from './areas.ts';
export { type AreaEvent, type EnterEvent, type ExitEvent, eventReader, type LineEvent } from './events.ts';
export {
  type CalibrationParameters,
  calibrationParameters,
  type LinesParameters,
  linesParameters,
  type ZonesParameters,
  zonesParameters,
} from './parameters.ts';
export { type LineCount, type ZoneCount, ZoneCounter } from './zone-counter.ts';
