import { withRoom } from '../core/columns.ts';
import type { Boxes } from '../core/geometry.ts';

/** What is chosen from, evenly spaced in their logarithms: spectral density of the acceleration, heights/s^1.5, and deviation of a centre, heights. */
const ACCELERATIONS = [0.125, 0.18, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2];
const POSITIONS = [0.01, 0.02, 0.04];
const MODELS = ACCELERATIONS.length * POSITIONS.length;
/** Numbers a model keeps of an axis: value, rate, and the three covariances of the two. */
const AXIS = 5;
const SLOT = MODELS * 2 * AXIS;
/** A surprise of more than this many standard deviations counts as this many: it may be another person. */
const MOST_DEVIATIONS = 3;
/** Detections before the choice is used, and those after which the older ones count half. */
const FIRST = 50;
const MEMORY = 20_000;
/**
 * The tracker works with this much more than is most likely: a person that it takes for slower than he is is lost, one that it takes for
 * faster is not.
 */
const MARGIN = 1.5;

/**
 * Measures how suddenly people change their speed: in a street little, on a dance floor, or seen from a car, much. Constant-velocity filters of
 * several accelerations and deviations follow every person side by side; the acceleration under which the detections are most likely is that of
 * the scene (multiple models: Bar-Shalom, Li & Kirubarajan 2001, §11.6). It is measured in box heights and seconds, so it depends neither on the
 * size of people nor on the frame rate.
 */
export class MotionNoise {
  private state = new Float64Array(16 * SLOT);
  /** Of each model the sum of −log likelihood. */
  private readonly unlikely = new Float64Array(MODELS);
  private count = 0;
  private readonly initialSpeed: number;
  private readonly initial: number;

  /**
   * @param initialSpeed standard deviation of the speed of a new person, heights per second
   * @param initial the acceleration until there is enough to go by
   */
  constructor(initialSpeed: number, initial: number) {
    this.initialSpeed = initialSpeed;
    this.initial = initial;
  }

  /** Spectral density of the acceleration, heights/s^1.5. */
  get acceleration(): number {
    if (this.count < FIRST) return this.initial;
    let best = 0;
    for (let m = 1; m < MODELS; m++) if (this.unlikely[m] < this.unlikely[best]) best = m;
    return MARGIN * ACCELERATIONS[Math.floor(best / POSITIONS.length)];
  }

  /** Starts slot `s` from box `i`. */
  start(s: number, boxes: Boxes, i: number): void {
    this.state = withRoom(this.state, (s + 1) * SLOT);
    const h = boxes[4 * i + 3];
    for (let m = 0; m < MODELS; m++) {
      for (let axis = 0; axis < 2; axis++) {
        const o = s * SLOT + (2 * m + axis) * AXIS;
        this.state[o] = boxes[4 * i + axis] + boxes[4 * i + axis + 2] / 2;
        this.state[o + 1] = 0;
        this.state[o + 2] = (POSITIONS[m % POSITIONS.length] * h) ** 2;
        this.state[o + 3] = 0;
        this.state[o + 4] = (this.initialSpeed * h) ** 2;
      }
    }
  }

  /** Takes in that the person of slot `s` is seen in box `i`, `dt` seconds after the last time. */
  observe(s: number, boxes: Boxes, i: number, dt: number): void {
    const x = this.state;
    const h = boxes[4 * i + 3];
    for (let m = 0; m < MODELS; m++) {
      const q = (ACCELERATIONS[Math.floor(m / POSITIONS.length)] * h) ** 2;
      const r = (POSITIONS[m % POSITIONS.length] * h) ** 2;
      for (let axis = 0; axis < 2; axis++) {
        const o = s * SLOT + (2 * m + axis) * AXIS;
        x[o] += dt * x[o + 1];
        x[o + 2] += dt * (2 * x[o + 3] + dt * (x[o + 4] + (q * dt) / 3));
        x[o + 3] += dt * (x[o + 4] + (q * dt) / 2);
        x[o + 4] += q * dt;
        const innovation = boxes[4 * i + axis] + boxes[4 * i + axis + 2] / 2 - x[o];
        const total = x[o + 2] + r;
        this.unlikely[m] +=
          Math.log(total / (h * h)) + Math.min((innovation * innovation) / total, MOST_DEVIATIONS ** 2);
        const gain = x[o + 2] / total;
        const rateGain = x[o + 3] / total;
        x[o] += gain * innovation;
        x[o + 1] += rateGain * innovation;
        x[o + 4] -= rateGain * x[o + 3];
        x[o + 3] *= 1 - gain;
        x[o + 2] *= 1 - gain;
      }
    }
    if (++this.count < 2 * MEMORY) return;
    this.count /= 2;
    for (let m = 0; m < MODELS; m++) this.unlikely[m] /= 2;
  }

  /** Moves slot `s` with the picture, pixels. */
  shift(s: number, x: number, y: number): void {
    for (let o = s * SLOT; o < (s + 1) * SLOT; o += 2 * AXIS) {
      this.state[o] += x;
      this.state[o + AXIS] += y;
    }
  }

  /** Forgets all. */
  reset(): void {
    this.count = 0;
    this.unlikely.fill(0);
  }
}
