import { withRoom } from '../core/columns.ts';
import type { Boxes } from '../core/geometry.ts';

/** The noises of a bank's filters, in units of the person's height so that near and far people are alike. */
export interface BankNoises {
  /** Spectral densities of the acceleration, heights/s^1.5, rising, and standard deviations of what is detected, heights. */
  readonly accelerations: readonly number[];
  readonly deviations: readonly number[];
  /** Standard deviation of the rate of a new person, heights/s. */
  readonly rate: number;
  /** Acceleration and deviation to go by until there is enough to choose by. */
  readonly first: readonly [acceleration: number, deviation: number];
}

/** Numbers a filter keeps: the three covariances of value and rate, which are the same on both axes, then value and rate of each axis. */
const FILTER = 7;
const VALUES = 3;
/** A surprise of more than this many standard deviations counts as this many: it may be another person. */
const MOST_DEVIATIONS = 3;
/** So much of a value is as it is seen: people change their speed more suddenly at times than a filter of one noise follows. */
const SEEN = 0.25;
/** After so many detections the logarithm of the product of their variances is taken: one for many is what a crowd has time for. */
const PRODUCT = 16;
/** Detections before the choice is used, and those after which the older ones count half. */
const FIRST = 50;
const MEMORY = 20_000;

/**
 * Constant-velocity filters of several noises that follow every person side by side, either the centre of the box or its size: the noises
 * under which the detections are most likely are those of the scene and of its detector (multiple models: Bar-Shalom, Li & Kirubarajan 2001,
 * §11.6). In a street people change their speed slowly; on a dance floor, or seen from a car, they do not. All is measured in box heights and
 * seconds, so it depends neither on the size of people nor on the frame rate.
 */
export class FilterBank {
  private readonly noises: BankNoises;
  private readonly models: readonly (readonly [acceleration: number, deviation: number])[];
  /** First of the two columns of a box that are followed, 0 (its centre) or 2 (its size). */
  private readonly column: 0 | 2;
  private readonly slot: number;
  /** Of each filter the squares of acceleration and deviation. */
  private readonly variances: Float64Array;
  private state: Float64Array;
  /** Of each filter the sum of −2 log likelihood, but for the logarithm of `product`. */
  private readonly unlikely: Float64Array;
  /** Of each filter the product of the variances of the last detections, square heights; and how many these are. */
  private readonly product: Float64Array;
  private factors = 0;
  private count = 0;
  private best: number;

  constructor(what: 'centre' | 'size', noises: BankNoises) {
    this.noises = noises;
    this.column = what === 'centre' ? 0 : 2;
    this.models = noises.accelerations.flatMap((a) => noises.deviations.map((d) => [a, d] as const));
    this.slot = this.models.length * FILTER;
    this.state = new Float64Array(16 * this.slot);
    this.variances = Float64Array.from(this.models.flat(), (noise) => noise ** 2);
    this.unlikely = new Float64Array(this.models.length);
    this.product = new Float64Array(this.models.length).fill(1);
    this.best = this.firstModel();
  }

  /** Spectral density of the acceleration, heights/s^1.5. */
  get acceleration(): number {
    return this.models[this.best][0];
  }

  /** The value of an axis (0 or 1) of slot `s` by the likeliest filter, and in part as it is seen, in box `i`. */
  value(s: number, axis: 0 | 1, boxes: Boxes, i: number): number {
    const value = this.state[s * this.slot + this.best * FILTER + VALUES + 2 * axis];
    return value + SEEN * (this.measured(boxes, i, axis) - value);
  }

  /** Starts slot `s` from box `i`. */
  start(s: number, boxes: Boxes, i: number): void {
    this.state = withRoom(this.state, (s + 1) * this.slot);
    const h = boxes[4 * i + 3];
    this.models.forEach(([, deviation], m) => {
      const o = s * this.slot + m * FILTER;
      const [x, y] = [this.measured(boxes, i, 0), this.measured(boxes, i, 1)];
      this.state.set([(deviation * h) ** 2, 0, (this.noises.rate * h) ** 2, x, 0, y, 0], o);
    });
  }

  /** Takes in that the person of slot `s` is seen in box `i`, `dt` seconds after the last time. */
  observe(s: number, boxes: Boxes, i: number, dt: number): void {
    const x = this.state;
    const { variances, unlikely, product } = this;
    const area = boxes[4 * i + 3] ** 2;
    const first = this.measured(boxes, i, 0);
    const second = this.measured(boxes, i, 1);
    let o = s * this.slot;
    for (let m = 0; m < unlikely.length; m++, o += FILTER) {
      const q = variances[2 * m] * area;
      const r = variances[2 * m + 1] * area;
      const variance = x[o] + dt * (2 * x[o + 1] + dt * (x[o + 2] + (q * dt) / 3));
      const covariance = x[o + 1] + dt * (x[o + 2] + (q * dt) / 2);
      const total = variance + r;
      const gain = variance / total;
      const rateGain = covariance / total;
      x[o] = (1 - gain) * variance;
      x[o + 1] = (1 - gain) * covariance;
      x[o + 2] += q * dt - rateGain * covariance;
      const most = MOST_DEVIATIONS ** 2 * total;
      let surprise = 0;
      for (let axis = 0; axis < 2; axis++) {
        const v = o + VALUES + 2 * axis;
        const value = x[v] + dt * x[v + 1];
        const innovation = (axis === 0 ? first : second) - value;
        x[v] = value + gain * innovation;
        x[v + 1] += rateGain * innovation;
        surprise += Math.min(innovation * innovation, most);
      }
      unlikely[m] += surprise / total;
      product[m] *= total / area;
    }
    this.count++;
    if (++this.factors === PRODUCT) this.takeLogarithms();
  }

  /** Chooses the likeliest filter by all that was observed. */
  choose(): void {
    if (this.count < FIRST) return;
    this.takeLogarithms();
    for (let m = 0; m < this.models.length; m++) if (this.unlikely[m] < this.unlikely[this.best]) this.best = m;
    if (this.count < 2 * MEMORY) return;
    this.count /= 2;
    for (let m = 0; m < this.models.length; m++) this.unlikely[m] /= 2;
  }

  /** Moves the centre of slot `s` with the picture, pixels. */
  shift(s: number, x: number, y: number): void {
    for (let o = s * this.slot + VALUES; o < (s + 1) * this.slot; o += FILTER) {
      this.state[o] += x;
      this.state[o + 2] += y;
    }
  }

  /** Forgets all. */
  reset(): void {
    this.count = 0;
    this.factors = 0;
    this.unlikely.fill(0);
    this.product.fill(1);
    this.best = this.firstModel();
  }

  private takeLogarithms(): void {
    for (let m = 0; m < this.unlikely.length; m++) this.unlikely[m] += 2 * Math.log(this.product[m]);
    this.product.fill(1);
    this.factors = 0;
  }

  private firstModel(): number {
    const [acceleration, deviation] = this.noises.first;
    return this.models.findIndex(([a, d]) => a === acceleration && d === deviation);
  }

  private measured(boxes: Boxes, i: number, axis: number): number {
    const o = 4 * i + axis;
    return this.column === 0 ? boxes[o] + boxes[o + 2] / 2 : boxes[o + 2];
  }
}

/** A bank for the centres of people. */
export function centreBank(): FilterBank {
  return new FilterBank('centre', {
    accelerations: [0.125, 0.18, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2],
    deviations: [0.01, 0.02, 0.04],
    rate: 0.8,
    first: [0.18, 0.04],
  });
}

/** A bank for their widths and heights. */
export function sizeBank(): FilterBank {
  return new FilterBank('size', {
    accelerations: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6],
    deviations: [0.01, 0.02, 0.04, 0.08],
    rate: 0.2,
    first: [0.2, 0.08],
  });
}
