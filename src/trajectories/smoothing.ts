import type { Boxes } from '../core/geometry.ts';
import type { Trajectory } from '../core/trajectory.ts';

/** Weight of a detection of score 0 in smoothing, against 1 more for one of score 1. */
const LEAST_WEIGHT = 0.2;
/** Detections farther in time than this many standard deviations do not count. */
const REACH = 3;

/** Standard deviations to choose from, seconds. */
const DEVIATIONS = [0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.25, 0.35, 0.5];
/**
 * The longest of them is taken whose error is at most this many times the least, of centre x, centre y, width and height: the errors of
 * neighbouring boxes are alike, those of sizes the more so.
 */
const TOLERANCES = [1.15, 1.15, 1.3, 1.3];
/** An error counts as this many box heights at most: it may be another person. */
const MOST_ERROR = 0.2;
/** About so many boxes are looked at. */
const SAMPLE = 20_000;

/**
 * Each box as the straight line through its neighbours in time gives it: a local linear fit of centre and size (Cleveland 1979)
 * with Gaussian weights in time and the scores' in trust. What moves evenly stays as it is, up to the ends.
 *
 * @param deviations standard deviation of the weights of centre x, centre y, width and height, in seconds; where it is 0, all stays as it is
 */
export function smooth(trajectory: Trajectory, deviations: readonly number[]): Trajectory {
  const { times, boxes } = trajectory;
  const smoothed: Boxes = new Float64Array(boxes.length);
  const fit = new LineFit();
  for (const deviation of new Set(deviations)) {
    const own = [0, 1, 2, 3].filter((k) => deviations[k] === deviation);
    let from = 0;
    for (let i = 0; i < times.length; i++) {
      while (times[i] - times[from] > REACH * deviation) from++;
      if (deviation > 0) fit.around(trajectory, i, from, deviation, true);
      for (const k of own) smoothed[4 * i + k] = deviation > 0 ? fit.at(k) : centred(boxes, i, k);
    }
  }
  for (let o = 0; o < smoothed.length; o += 4) {
    smoothed[o] -= smoothed[o + 2] / 2;
    smoothed[o + 1] -= smoothed[o + 3] / 2;
  }
  return { ...trajectory, boxes: smoothed };
}

/**
 * How far boxes are to be smoothed, by how exact they are and how suddenly people move: each box is compared with the line through its
 * neighbours, without itself (leave-one-out cross-validation: Stone 1974), for several deviations. Exact boxes of dancers are hardly smoothed,
 * inexact ones of people who walk are by half a second.
 *
 * @param trajectories as a camera that stands still sees them
 * @returns standard deviations for centre x, centre y, width and height, in seconds
 */
export function chooseDeviations(trajectories: readonly Trajectory[]): number[] {
  const boxes = trajectories.reduce((sum, { times }) => sum + times.length, 0);
  const step = Math.max(1, Math.floor(boxes / SAMPLE));
  const fit = new LineFit();
  const errors = DEVIATIONS.map((deviation) => {
    const sums = [0, 0, 0, 0];
    let at = 0;
    for (const trajectory of trajectories) {
      const { times } = trajectory;
      let from = 0;
      for (let i = 1; i + 1 < times.length; i++) {
        while (times[i] - times[from] > REACH * deviation && from + 1 < i) from++;
        if (at++ % step > 0) continue;
        fit.around(trajectory, i, from, deviation, false);
        for (let k = 0; k < 4; k++) sums[k] += fit.error(trajectory.boxes, i, k);
      }
    }
    return sums;
  });
  return [0, 1, 2, 3].map((k) => {
    const least = Math.min(...errors.map((sums) => sums[k]));
    return DEVIATIONS[errors.findLastIndex((sums) => sums[k] <= TOLERANCES[k] * least)];
  });
}

/** Weighted least-squares lines through boxes over time: centre x, centre y, width and height each on their own. */
class LineFit {
  private readonly sums = new Float64Array(4);
  private readonly slopes = new Float64Array(4);
  private weight = 0;
  private moment = 0;
  private spread = 0;

  /**
   * Fits the lines to the boxes around box `i`.
   *
   * @param from the first that is near enough
   * @param own whether the box itself counts; without it, the one before and the one after count however far they are
   */
  around({ times, boxes, scores }: Trajectory, i: number, from: number, deviation: number, own: boolean): void {
    this.sums.fill(0);
    this.slopes.fill(0);
    this.weight = 0;
    this.moment = 0;
    this.spread = 0;
    const near = own ? 0 : Math.min(times[i] - times[i - 1], times[i + 1] - times[i]) / deviation;
    for (let j = from; j < times.length; j++) {
      const t = times[j] - times[i];
      if (t > REACH * deviation && (own || j > i + 1)) break;
      if (j !== i || own)
        this.add(t, boxes, j, (LEAST_WEIGHT + scores[j]) * Math.exp((near * near - (t / deviation) ** 2) / 2));
    }
  }

  private add(t: number, boxes: Boxes, i: number, weight: number): void {
    this.weight += weight;
    this.moment += weight * t;
    this.spread += weight * t * t;
    for (let k = 0; k < 4; k++) {
      const value = centred(boxes, i, k);
      this.sums[k] += weight * value;
      this.slopes[k] += weight * t * value;
    }
  }

  /** Centre x, centre y, width or height (`k`) at time 0. */
  at(k: number): number {
    const { weight, moment, spread, sums, slopes } = this;
    const determinant = weight * spread - moment * moment;
    const mean = sums[k] / weight;
    const value = determinant > 1e-9 * weight * weight ? (spread * sums[k] - moment * slopes[k]) / determinant : mean;
    return k < 2 ? value : Math.max(value, mean / 2); // a line may run below 0, a size may not
  }

  /** How far box `i` is from that, in its heights. */
  error(boxes: Boxes, i: number, k: number): number {
    return Math.min(MOST_ERROR, Math.abs(this.at(k) - centred(boxes, i, k)) / boxes[4 * i + 3]);
  }
}

function centred(boxes: Boxes, i: number, k: number): number {
  return k < 2 ? boxes[4 * i + k] + boxes[4 * i + k + 2] / 2 : boxes[4 * i + k];
}
