/**
 * Detectors: pictures in, boxes of people out.
 *
 * @module twintrack/detection
 */
export { type DetectionRow, type Detections, NO_DETECTIONS } from '../core/detections.ts';
export type { Region, Size } from '../core/geometry.ts';
export type { Notice, NoticeSink } from '../core/notices.ts';
export type { MotVideo } from '../files/mot-findings.ts';
export type { Provider } from '../inference/provider.ts';
export type { InputFormat, TensorInfo, TensorValue } from '../inference/tensors.ts';
export { type Adapter, PREPARATIONS, type Recognise } from './adapters/adapter.ts';
export { registerDetectorFamily } from './adapters/index.ts';
export type { Calibration } from './calibration.ts';
export type { Candidates } from './candidates.ts';
export type { CustomDetector } from './custom-detector.ts';
export {
  type Detector,
  type DetectorOptions,
  type Found,
  type Look,
  loadDetector,
  type ModelDetector,
  type PicturePart,
} from './detector.ts';
export { type DetectionFile, type DetectionFileOptions, readDetections } from './mot-detections.ts';
export { type DetectionParameters, detectionParameters } from './parameters.ts';
export type { ScheduleCounts } from './schedule.ts';
