import type { Boxes } from './geometry.ts';

/** One person's path through the video, as columns of equal length n in frame order. */
export interface Trajectory {
  readonly id: number;
  /** n: 0-based frame numbers, strictly rising. */
  readonly frames: Int32Array;
  /** n: presentation times in seconds. */
  readonly times: Float64Array;
  /** n × 4: x, y, w, h in source pixels. */
  readonly boxes: Boxes;
  /** n: detection scores. */
  readonly scores: Float32Array;
  /** n: 1 where a detection supports the box, 0 where it is predicted or filled in. */
  readonly detected: Uint8Array;
}
