import type { Boxes } from './geometry.ts';

/** The people found in one frame, as columns. */
export interface Detections {
  /** Number of detections, n. */
  readonly length: number;
  /** n × 4: x, y, w, h in source pixels; may reach beyond the picture. */
  readonly boxes: Boxes;
  /** n: confidence, 0..1 for a neural detector, any finite number from a det file. */
  readonly scores: Float32Array;
  /** n × d appearance embeddings, row by row, when the appearance stage has run; NaN where it did not look at a detection. */
  readonly embeddings?: Float32Array;
}

/** Detections of a frame in which nobody was found. */
export const NO_DETECTIONS: Detections = { length: 0, boxes: new Float64Array(0), scores: new Float32Array(0) };
