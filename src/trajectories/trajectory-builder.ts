import { withRoom } from '../core/columns.ts';
import type { Boxes } from '../core/geometry.ts';
import type { Trajectory } from '../core/trajectory.ts';

/** Columns of one trajectory that grow as observations come: 49 bytes an observation. */
export class TrajectoryBuilder {
  readonly id: number;
  length = 0;
  private frames = new Int32Array(16);
  private times = new Float64Array(16);
  private boxes: Boxes = new Float64Array(64);
  private scores = new Float32Array(16);
  private detected = new Uint8Array(16);

  constructor(id: number) {
    this.id = id;
  }

  /** Adds an observation with the box in row `row` of `boxes`. */
  push(frame: number, time: number, boxes: ArrayLike<number>, row: number, score: number, detected: boolean): void {
    const n = this.length;
    if (n === this.frames.length) this.grow(n + 1);
    this.frames[n] = frame;
    this.times[n] = time;
    for (let k = 0; k < 4; k++) this.boxes[4 * n + k] = boxes[4 * row + k];
    this.scores[n] = score;
    this.detected[n] = detected ? 1 : 0;
    this.length = n + 1;
  }

  /** The trajectory so far: views, not copies. */
  build(): Trajectory {
    const n = this.length;
    return {
      id: this.id,
      frames: this.frames.subarray(0, n),
      times: this.times.subarray(0, n),
      boxes: this.boxes.subarray(0, 4 * n),
      scores: this.scores.subarray(0, n),
      detected: this.detected.subarray(0, n),
    };
  }

  private grow(length: number): void {
    this.frames = withRoom(this.frames, length);
    this.times = withRoom(this.times, length);
    this.boxes = withRoom(this.boxes, 4 * length);
    this.scores = withRoom(this.scores, length);
    this.detected = withRoom(this.detected, length);
  }
}
