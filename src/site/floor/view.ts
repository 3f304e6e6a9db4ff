import type { Boxes } from '../../core/geometry.ts';

/** What one camera sees at a time. */
export interface FloorView {
  /** Index of the camera. */
  readonly camera: number;
  /** Seconds, by a clock that all cameras share. */
  readonly time: number;
  /** n × 4: x, y, w, h in source pixels. */
  readonly boxes: Boxes;
  /** n: probability that it is a person. */
  readonly scores: Float32Array | Float64Array;
  /** n × d, each row of length 1. */
  readonly embeddings?: Float32Array | undefined;
  /** n: ids of the camera's own tracks, where it has a tracker; positive. */
  readonly tracks?: Int32Array | undefined;
}

/** What is kept of a person over a restart: nothing of the appearance. */
export interface FloorPersonState {
  readonly id: number;
  /** X, Y in metres and their rates in m/s. */
  readonly mean: readonly number[];
  /** 4 × 4, row by row. */
  readonly covariance: readonly number[];
  /** Seconds since a camera saw the person. */
  readonly unseen: number;
}

/** The people on the floor at a time. */
export interface FloorStep {
  readonly time: number;
  /** n ids, in the order in which they were given. */
  readonly ids: Int32Array;
  /** n × 2: X, Y in metres. */
  readonly positions: Float64Array;
  /** n: m/s. */
  readonly speeds: Float64Array;
  /** For each view the id of each detection; 0 where it belongs to no confirmed person. */
  readonly viewIds: readonly Int32Array[];
}
