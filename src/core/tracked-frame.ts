import type { Boxes } from './geometry.ts';

/**
 * Who is where in one frame: the stream of these, in frame order, is what the tracker gives to the writers and to the
 * annotated video. Columns; row i of each column is one person.
 */
export interface TrackedFrame {
  /** 0-based frame number in the source. */
  readonly index: number;
  /** Presentation time in seconds since the start of the source. */
  readonly time: number;
  /** Number of people, n. */
  readonly length: number;
  /** n: trajectory ids, positive, never reused within a run. */
  readonly ids: Int32Array;
  /** n × 4: x, y, w, h in source pixels. */
  readonly boxes: Boxes;
  /** n: score of the detection; where predicted, of the last detection. */
  readonly scores: Float32Array;
  /** n: 1 where a detection supports the box, 0 where the box is predicted or filled in. */
  readonly detected: Uint8Array;
}
