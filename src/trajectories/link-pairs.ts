import type { Trajectory } from '../core/trajectory.ts';
import type { Timeline } from './timeline.ts';

/** A person unseen for longer than this many seconds may be anywhere: boxes alone do not link. */
export const LINK_SECONDS = 3;
/** How far away, in box heights, a person may be seen again: at once, and for each second unseen. */
const NEAR = 0.6;
const SPEED = 1.6;
/** Boxes of one person differ in height by no more than this factor. */
const MOST_GROWTH = 1.8;
/** How a person moves is read from the detections of so many seconds, … */
const FIT_SECONDS = 0.8;
/** … those of less time less: seconds², the noise of boxes against the speed of people. */
const FIT_RIDGE = 0.02;
/** Squared distance, in box heights, that people usually are from where their speed leads. */
const USUAL_AT_ONCE = 0.02;
const USUAL_PER_SECOND = 0.15;
/** Margins and distances to the edge count up to here. */
const MOST_MARGIN = 4;
const MOST_EDGE = 1;

/** What a pair is judged by: the columns of {@link LinkPairs.values}. */
export const LINK_FEATURES = [
  'distance', // log of the squared distance from where either end's speed leads, against what is usual after such a gap; mean of both
  'height', // |log| of the ratio of the heights
  'width', // |log| of the ratio of the widths
  'gap', // seconds
  'margin', // how much better the pair fits than the next best pair of either
  'edge', // from the earlier one's last box to the nearest side of the picture, in box heights
] as const;
const WIDTH = LINK_FEATURES.length;

/** Pairs of trajectories of which the later can continue the earlier, as columns. */
export interface LinkPairs {
  readonly length: number;
  readonly earlier: readonly number[];
  readonly later: readonly number[];
  /** length × {@link LINK_FEATURES}, row by row. */
  readonly values: Float64Array;
}

/**
 * Finds the pairs that boxes may link: seen again within {@link LINK_SECONDS}, within reach and of a similar height.
 *
 * @param trajectories of detections; source pixels
 * @param timeline has how the picture moved in between
 */
export function linkPairs(trajectories: readonly Trajectory[], timeline: Timeline): LinkPairs {
  const firsts = trajectories.map((trajectory) => endOf(trajectory, timeline, 0));
  const lasts = trajectories.map((trajectory) => endOf(trajectory, timeline, trajectory.times.length - 1));
  const order = byStart(trajectories);
  const [left, right] = sides(trajectories);
  const earlier: number[] = [];
  const later: number[] = [];
  const values: number[] = [];
  const fits: number[] = [];
  lasts.forEach((a, i) => {
    for (const j of startingAfter(order, trajectories, a.time)) {
      const b = firsts[j];
      const gap = b.time - a.time;
      if (gap > LINK_SECONDS) break;
      const height = (a.height + b.height) / 2;
      if (Math.hypot(b.x - a.x, b.y - a.y) > (NEAR + SPEED * gap) * height) continue;
      const growth = Math.abs(Math.log(a.height / b.height));
      if (growth > Math.log(MOST_GROWTH)) continue;
      const distance = (departure(a, b, a, gap, height) + departure(a, b, b, gap, height)) / 2;
      earlier.push(i);
      later.push(j);
      const edge = Math.min(a.left - left, right - a.right) / a.height;
      values.push(distance, growth, Math.abs(Math.log(a.width / b.width)), gap, 0, Math.min(MOST_EDGE, edge));
      fits.push(-1.5 * distance - 6 * growth - gap);
    }
  });
  const ofEarlier = margins(earlier, fits);
  const ofLater = margins(later, fits);
  const margin = LINK_FEATURES.indexOf('margin');
  const pairs = { length: earlier.length, earlier, later, values: Float64Array.from(values) };
  for (let k = 0; k < pairs.length; k++)
    pairs.values[k * WIDTH + margin] = Math.max(-MOST_MARGIN, Math.min(MOST_MARGIN, ofEarlier[k], ofLater[k]));
  return pairs;
}

/** How far the way from `a` to `b` is from what the speed at one of them leads to, against what is usual after such a gap. */
function departure(a: End, b: End, { speedX, speedY }: End, gap: number, height: number): number {
  const dx = (b.x - a.x - speedX * gap) / height;
  const dy = (b.y - a.y - speedY * gap) / height;
  return Math.log(1 + (dx * dx + dy * dy) / (USUAL_AT_ONCE + USUAL_PER_SECOND * gap * gap));
}

/** A trajectory at its first or last detection. */
interface End {
  readonly time: number;
  /** Centre as seen by a camera that stands still, and its speed per second. */
  readonly x: number;
  readonly y: number;
  readonly speedX: number;
  readonly speedY: number;
  /** Mean size. */
  readonly width: number;
  readonly height: number;
  /** Sides of the box in the picture. */
  readonly left: number;
  readonly right: number;
}

/** The straight line through the detections of {@link FIT_SECONDS} from the first (`at` 0) or the last on. */
function endOf({ times, frames, boxes }: Trajectory, timeline: Timeline, at: number): End {
  const step = at === 0 ? 1 : -1;
  const sums = { n: 0, t: 0, x: 0, y: 0, width: 0, height: 0, tt: 0, tx: 0, ty: 0 };
  for (let i = at; i >= 0 && i < times.length; i += step) {
    const t = times[i] - times[at];
    if (Math.abs(t) > FIT_SECONDS) break;
    const row = timeline.rowOf(frames[i]);
    const x = boxes[4 * i] + boxes[4 * i + 2] / 2 - timeline.origin(row, 0);
    const y = boxes[4 * i + 1] + boxes[4 * i + 3] / 2 - timeline.origin(row, 1);
    sums.n++;
    sums.t += t;
    sums.x += x;
    sums.y += y;
    sums.width += boxes[4 * i + 2];
    sums.height += boxes[4 * i + 3];
    sums.tt += t * t;
    sums.tx += t * x;
    sums.ty += t * y;
  }
  const { n } = sums;
  const spread = sums.tt - (sums.t * sums.t) / n + FIT_RIDGE;
  const speedX = (sums.tx - (sums.t * sums.x) / n) / spread;
  const speedY = (sums.ty - (sums.t * sums.y) / n) / spread;
  return {
    time: times[at],
    x: (sums.x - speedX * sums.t) / n,
    y: (sums.y - speedY * sums.t) / n,
    speedX,
    speedY,
    width: sums.width / n,
    height: sums.height / n,
    left: boxes[4 * at],
    right: boxes[4 * at] + boxes[4 * at + 2],
  };
}

/** The trajectories by the time at which they start. */
export function byStart(trajectories: readonly Trajectory[]): number[] {
  return [...trajectories.keys()].sort((a, b) => trajectories[a].times[0] - trajectories[b].times[0]);
}

/** Of trajectories {@link byStart}, those that start after `time`, in order. */
export function* startingAfter(
  order: readonly number[],
  trajectories: readonly Trajectory[],
  time: number,
): Generator<number, void, undefined> {
  let from = 0;
  let to = order.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (trajectories[order[middle]].times[0] <= time) from = middle + 1;
    else to = middle;
  }
  for (let at = from; at < order.length; at++) yield order[at];
}

/** How far to the left and right people are seen: the sides of the picture, whose size a file of detections does not give. */
function sides(trajectories: readonly Trajectory[]): [left: number, right: number] {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { boxes } of trajectories)
    for (let o = 0; o < boxes.length; o += 4) {
      left = Math.min(left, boxes[o]);
      right = Math.max(right, boxes[o] + boxes[o + 2]);
    }
  return [left, right];
}

/** By how much each pair fits better than the best other pair of the same trajectory; ∞ where it is the only one. */
function margins(ofPair: readonly number[], fits: readonly number[]): Float64Array {
  const best = new Map<number, [best: number, second: number, pair: number]>();
  fits.forEach((fit, k) => {
    const known = best.get(ofPair[k]);
    if (!known || fit > known[0]) best.set(ofPair[k], [fit, known?.[0] ?? Number.NEGATIVE_INFINITY, k]);
    else known[1] = Math.max(known[1], fit);
  });
  return Float64Array.from(fits, (fit, k) => {
    const [most, second, pair] = best.get(ofPair[k])!;
    return fit - (pair === k ? second : most);
  });
}
