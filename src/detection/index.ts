export type { Size } from './adapters/adapter.ts';
export { type DetectionFile, readDetections } from './det-file.ts';
export { type Detections, NO_DETECTIONS } from './detections.ts';
export { type Detector, type DetectorOptions, loadDetector, type ModelDetector } from './detector.ts';
export { type DetectionParameters, detectionParameters } from './parameters.ts';
