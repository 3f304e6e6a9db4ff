import { apply, type Homography } from '../../analytics/homography.ts';
import type { PictureSize } from '../../analytics/index.ts';

/** A rectangle of the floor in metres. */
export interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

/** Of all places so many lie outside of what is shown, on each side: boxes far away may be anywhere. */
const OUTSIDE = 0.01;
/** Room around the places, as a part of the larger side, and in metres at least. */
const MARGIN = 0.05;
const LEAST_MARGIN = 1;
/** What of a picture is so near to the horizon, as a part of the largest distance from it, is left out. */
const NEAR_HORIZON = 1e-3;

/**
 * The part of the floor that holds nearly all places of people, and all points that cameras are calibrated by.
 *
 * @param places n × 2, of people
 * @param points m × 2, m at least 1
 */
export function boundsOf(places: ArrayLike<number>, points: ArrayLike<number>): Bounds {
  const range = (axis: 0 | 1): [number, number] => {
    const own = (all: ArrayLike<number>) => Float64Array.from({ length: all.length / 2 }, (_, i) => all[2 * i + axis]);
    const [people, given] = [own(places).sort(), own(points)];
    const cut = Math.floor(OUTSIDE * people.length);
    return ends([...people.subarray(cut, people.length - cut), ...given]);
  };
  const [[left, right], [low, high]] = [range(0), range(1)];
  const margin = Math.max(LEAST_MARGIN, MARGIN * Math.max(right - left, high - low));
  return { left: left - margin, right: right + margin, low: low - margin, high: high + margin };
}

/** Least and greatest of numbers, of any count. */
function ends(values: readonly number[]): [number, number] {
  return values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/**
 * The part of the floor that a picture shows within bounds, as a polygon n × 2 in metres; empty where it shows none of it.
 *
 * @param homography picture to floor
 */
export function areaSeen(homography: Homography, { width, height }: PictureSize, bounds: Bounds): Float64Array {
  const h = homography;
  const corners = Float64Array.of(0, 0, width, 0, width, height, 0, height);
  const below = (x: number, y: number) => h[6] * x + h[7] * y + h[8];
  const most = Math.max(...[0, 1, 2, 3].map((k) => below(corners[2 * k], corners[2 * k + 1])));
  const picture = clip(corners, (x, y) => below(x, y) - NEAR_HORIZON * most);
  const floor = new Float64Array(picture.length);
  for (let i = 0; i < picture.length; i += 2) floor.set(apply(h, picture[i], picture[i + 1]), i);
  return [
    (x: number) => x - bounds.left,
    (x: number) => bounds.right - x,
    (_: number, y: number) => y - bounds.low,
    (_: number, y: number) => bounds.high - y,
  ].reduce(clip, floor);
}

/**
 * What of a convex polygon lies where `side` is not negative.
 *
 * I. Sutherland, G. Hodgman, "Reentrant polygon clipping", Communications of the ACM 17 (1974).
 *
 * @param side linear in x and y
 */
function clip(polygon: Float64Array, side: (x: number, y: number) => number): Float64Array {
  const kept: number[] = [];
  for (let i = 0; i < polygon.length; i += 2) {
    const next = (i + 2) % polygon.length;
    const [x0, y0, x1, y1] = [polygon[i], polygon[i + 1], polygon[next], polygon[next + 1]];
    const [a, b] = [side(x0, y0), side(x1, y1)];
    if (a >= 0) kept.push(x0, y0);
    if (a >= 0 !== b >= 0) kept.push(x0 + (a / (a - b)) * (x1 - x0), y0 + (a / (a - b)) * (y1 - y0));
  }
  return Float64Array.from(kept);
}
