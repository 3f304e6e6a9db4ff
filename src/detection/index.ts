export { type Detections, NO_DETECTIONS } from '../core/detections.ts';
export type { Size } from '../core/geometry.ts';
export { type Detector, type DetectorOptions, loadDetector, type ModelDetector } from './detector.ts';
export { type DetectionFile, readDetections } from './mot-detections.ts';
export { type DetectionParameters, detectionParameters } from './parameters.ts';
