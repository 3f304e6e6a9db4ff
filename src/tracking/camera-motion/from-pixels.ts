import type { Frame, Letterbox } from '../../core/frame.ts';

/** Width of the grey picture that motion is measured in, and least number of rows and columns of the coarsest of its halvings. */
const WIDTH = 128;
const COARSEST = 12;
/** Most steps at each size; they end when one is smaller than this many cells. */
const STEPS = 5;
const SETTLED = 0.03;
/** Shifts below this, in cells, are none. */
const LEAST = 0.05;
/**
 * A shift must leave less than this part of the difference between two pictures, and of what a shift by one cell would make, or none
 * is believed.
 */
const BELIEVED = 0.7;

/** Shift x, y of the whole picture in source pixels since the frame before. */
export type PictureShift = readonly [x: number, y: number];

/** A grey picture, row by row. */
interface Grey {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Measures how the whole picture moves from frame to frame, as it does when the camera pans, tilts or shakes. Translation by Gauss–Newton on
 * the brightness difference, coarse to fine (Bergen, Anandan, Hanna & Hingorani 1992), each point weighed by how well it agrees, so that
 * people who walk do not count as the camera.
 */
export class PictureMotion {
  private last: Grey[] = [];

  /**
   * @param frame the next frame, with the detector's input or full pixels
   * @param letterbox how `frame.input` was fitted
   * @returns 0, 0 when the picture stands still, and when it is another one altogether; undefined when the frame has none
   */
  follow(frame: Frame, letterbox: Letterbox | undefined): PictureShift | undefined {
    const grey = greyOf(frame, letterbox);
    if (!grey) return undefined;
    const pictures = [grey];
    for (let g = grey; Math.min(g.width, g.height) >= 2 * COARSEST; ) {
      g = halved(g);
      pictures.push(g);
    }
    const before = this.last;
    this.last = pictures;
    if (before.length !== pictures.length || before[0].height !== grey.height) return [0, 0];
    let x = 0;
    let y = 0;
    let scale = Number.POSITIVE_INFINITY;
    for (let level = pictures.length - 1; level >= 0; level--) {
      [x, y, scale] = refined(before[level], pictures[level], 2 * x, 2 * y, scale);
      // What stands still at half the size is not measured more closely.
      if (Math.abs(x) + Math.abs(y) < ([LEAST, LEAST / 4][level] ?? 0)) return [0, 0];
    }
    const moved = compare(before[0], grey, x, y, 1);
    const still = compare(before[0], grey, 0, 0, 1);
    if (!(moved.difference < BELIEVED * Math.min(still.difference, moved.slope))) return [0, 0];
    return [(x * frame.width) / grey.width, (y * frame.height) / grey.height];
  }
}

/** The picture in small, from the green plane of the detector's input or the luma of the full picture. */
function greyOf(frame: Frame, letterbox: Letterbox | undefined): Grey | undefined {
  if (frame.input && letterbox) {
    const { width, height, innerWidth, innerHeight, offsetX, offsetY } = letterbox;
    return shrunk(frame.input, width * height + offsetY * width + offsetX, width, innerWidth, innerHeight);
  }
  return frame.pixels && shrunk(frame.pixels, 0, frame.width, frame.width, frame.height);
}

/** A part of a plane at {@link WIDTH} columns: each value is the mean of four points of its cell. */
function shrunk(plane: Uint8Array, start: number, stride: number, columns: number, rows: number): Grey {
  const width = Math.min(WIDTH, columns);
  const height = Math.max(1, Math.round((rows * width) / columns));
  const values = new Float32Array(width * height);
  const [stepX, stepY] = [columns / width, rows / height];
  const points = new Int32Array(2 * width);
  for (let k = 0; k < points.length; k++) points[k] = Math.floor((k / 2 + 0.25) * stepX);
  for (let y = 0, to = 0; y < height; y++) {
    const upper = start + Math.floor((y + 0.25) * stepY) * stride;
    const lower = start + Math.floor((y + 0.75) * stepY) * stride;
    for (let k = 0; k < points.length; k += 2) {
      const [left, right] = [points[k], points[k + 1]];
      values[to++] = (plane[upper + left] + plane[upper + right] + plane[lower + left] + plane[lower + right]) / 4;
    }
  }
  return { width, height, values };
}

function halved({ width: w, height, values: v }: Grey): Grey {
  const half = { width: w >> 1, height: height >> 1, values: new Float32Array((w >> 1) * (height >> 1)) };
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const o = 2 * y * w + 2 * x;
      half.values[y * half.width + x] = (v[o] + v[o + 1] + v[o + w] + v[o + w + 1]) / 4;
    }
  }
  return half;
}

/** The shift from picture `a` to `b` near (x, y), in cells, and the scale of the differences that are left. */
function refined(a: Grey, b: Grey, x: number, y: number, scale: number): [x: number, y: number, scale: number] {
  for (let step = 0; step < STEPS; step++) {
    const { xx, xy, yy, xd, yd, difference } = compare(a, b, x, y, scale);
    scale = 2 * difference + 1;
    const determinant = xx * yy - xy * xy;
    if (!(determinant > 1e-6 * xx * yy)) break; // brightness changes along one direction only
    const dx = (yy * xd - xy * yd) / determinant;
    const dy = (xx * yd - xy * xd) / determinant;
    x -= dx;
    y -= dy;
    if (Math.abs(x) > a.width / 3 || Math.abs(y) > a.height / 3) return [0, 0, Number.POSITIVE_INFINITY];
    if (Math.abs(dx) + Math.abs(dy) < SETTLED) break;
  }
  return [x, y, scale];
}

/** What two pictures give for the next step; `difference` and `slope` are the mean absolute ones, not weighted. */
interface Sums {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
  readonly xd: number;
  readonly yd: number;
  readonly difference: number;
  readonly slope: number;
}

/** Compares the inner cells of `a` with `b` moved back by (x, y), bilinear; differences well above `scale` count little (Geman & McClure). */
function compare(a: Grey, b: Grey, x: number, y: number, scale: number): Sums {
  const { width: w, height: h, values: u } = a;
  const v = b.values;
  const wholeX = Math.floor(x);
  const wholeY = Math.floor(y);
  const fx = x - wholeX;
  const fy = y - wholeY;
  const inverse = 1 / (scale * scale);
  let [xx, xy, yy, xd, yd, sum, slope, count] = [0, 0, 0, 0, 0, 0, 0, 0];
  const toRow = Math.min(h - 1, h - 1 - wholeY);
  const toColumn = Math.min(w - 1, w - 1 - wholeX);
  for (let r = Math.max(1, -wholeY); r < toRow; r++) {
    for (let c = Math.max(1, -wholeX); c < toColumn; c++) {
      const i = r * w + c;
      const o = i + wholeY * w + wholeX;
      const top = v[o] + fx * (v[o + 1] - v[o]);
      const d = top + fy * (v[o + w] + fx * (v[o + w + 1] - v[o + w]) - top) - u[i];
      const gx = (u[i + 1] - u[i - 1]) / 2;
      const gy = (u[i + w] - u[i - w]) / 2;
      const trust = 1 / (1 + d * d * inverse);
      const weight = trust * trust;
      xx += weight * gx * gx;
      xy += weight * gx * gy;
      yy += weight * gy * gy;
      xd += weight * gx * d;
      yd += weight * gy * d;
      sum += Math.abs(d);
      slope += Math.abs(gx) + Math.abs(gy);
      count++;
    }
  }
  if (count === 0) return { xx, xy, yy, xd, yd, difference: Number.POSITIVE_INFINITY, slope };
  return { xx, xy, yy, xd, yd, difference: sum / count, slope: slope / count };
}
