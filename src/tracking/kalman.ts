import { withRoom } from '../core/columns.ts';
import type { Boxes } from '../core/geometry.ts';

/** Numbers a slot holds: for each of centre x, centre y, width, height: value, rate, and the three covariances of the two. */
const AXIS = 5;
const SLOT = 4 * AXIS;

/** Noise of the motion model, in units of the person's own height so that near and far people are alike. */
export interface KalmanNoise {
  /** Standard deviation of a measured centre and size, in box heights. */
  readonly position: number;
  readonly size: number;
  /** Spectral density of the acceleration of the centre, in heights per s^1.5; it may change as the video goes on. */
  acceleration: number;
  /** The same of the size. */
  readonly growth: number;
  /** Standard deviation of a new person's speed, in heights per second, and of the rate of its size. */
  readonly speed: number;
  readonly sizeRate: number;
}

/**
 * Constant-velocity Kalman filters (Kalman 1960; white-noise acceleration model, Bar-Shalom, Li & Kirubarajan 2001, §6.2.2) for many boxes:
 * centre x, centre y, width and height are four independent axes, each a value and its rate, so that predict and update have a
 * closed form. One typed array holds every slot. Time in seconds, values in pixels.
 */
export class KalmanBoxes {
  private state = new Float64Array(16 * SLOT);
  readonly noise: KalmanNoise;

  constructor(noise: KalmanNoise) {
    this.noise = noise;
  }

  /** Starts slot `s` from box `i` at rest with uncertain speed. */
  start(s: number, boxes: Boxes, i: number): void {
    this.state = withRoom(this.state, (s + 1) * SLOT);
    const { position, size, speed, sizeRate } = this.noise;
    const h = boxes[4 * i + 3];
    for (let axis = 0; axis < 4; axis++) {
      const o = s * SLOT + axis * AXIS;
      const x = this.state;
      x[o] = measured(boxes, i, axis);
      x[o + 1] = 0;
      x[o + 2] = ((axis < 2 ? position : size) * h) ** 2;
      x[o + 3] = 0;
      x[o + 4] = ((axis < 2 ? speed : sizeRate) * h) ** 2;
    }
  }

  /** Moves slot `s` forward by `dt` seconds. */
  predict(s: number, dt: number): void {
    const x = this.state;
    const h = Math.max(x[s * SLOT + 3 * AXIS], 1);
    for (let axis = 0; axis < 4; axis++) {
      const o = s * SLOT + axis * AXIS;
      const q = ((axis < 2 ? this.noise.acceleration : this.noise.growth) * h) ** 2;
      x[o] += dt * x[o + 1];
      x[o + 2] += dt * (2 * x[o + 3] + dt * (x[o + 4] + (q * dt) / 3));
      x[o + 3] += dt * (x[o + 4] + (q * dt) / 2);
      x[o + 4] += q * dt;
    }
  }

  /** Corrects slot `s` by box `i`. */
  update(s: number, boxes: Boxes, i: number): void {
    const x = this.state;
    const h = boxes[4 * i + 3];
    for (let axis = 0; axis < 4; axis++) {
      const o = s * SLOT + axis * AXIS;
      const r = ((axis < 2 ? this.noise.position : this.noise.size) * h) ** 2;
      const innovation = measured(boxes, i, axis) - x[o];
      const total = x[o + 2] + r;
      const gain = x[o + 2] / total;
      const rateGain = x[o + 3] / total;
      x[o] += gain * innovation;
      x[o + 1] += rateGain * innovation;
      x[o + 4] -= rateGain * x[o + 3];
      x[o + 3] *= 1 - gain;
      x[o + 2] *= 1 - gain;
    }
  }

  /** Moves the centre of slot `s` with the picture, pixels. */
  shift(s: number, x: number, y: number): void {
    this.state[s * SLOT] += x;
    this.state[s * SLOT + AXIS] += y;
  }

  /** Writes the box of slot `s` to row `i` of `out`; sizes are at least one pixel. */
  box(s: number, out: Boxes, i: number): void {
    const x = this.state;
    const o = s * SLOT;
    const w = Math.max(1, x[o + 2 * AXIS]);
    const h = Math.max(1, x[o + 3 * AXIS]);
    out[4 * i] = x[o] - w / 2;
    out[4 * i + 1] = x[o + AXIS] - h / 2;
    out[4 * i + 2] = w;
    out[4 * i + 3] = h;
  }

  /** Value (`order` 0) or rate per second (`order` 1) of an axis (0 centre x, 1 centre y, 2 width, 3 height) of slot `s`. */
  value(s: number, axis: number, order: 0 | 1): number {
    return this.state[s * SLOT + axis * AXIS + order];
  }

  /** Variance of the value of an axis of slot `s`, pixels². */
  variance(s: number, axis: number): number {
    return this.state[s * SLOT + axis * AXIS + 2];
  }
}

function measured(boxes: Boxes, i: number, axis: number): number {
  return axis < 2 ? boxes[4 * i + axis] + boxes[4 * i + axis + 2] / 2 : boxes[4 * i + axis];
}
