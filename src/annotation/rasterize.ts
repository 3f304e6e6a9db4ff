import type { Mask } from './canvas.ts';
import { CAPITAL, type Outlines, SMALL, UNITS } from './typeface.ts';

/** A character in one size, with where its mask lies: pixels to the right of the pen and below the base line. */
export interface Glyph extends Mask {
  readonly left: number;
  readonly top: number;
}

/**
 * Fills outlines, smoothly: the coverage of a pixel is the part of it that lies inside. Letters are stretched a little in height, so that
 * the upper edges of capitals and of small letters fall between two rows of pixels.
 *
 * @param size pixels of an em
 * @param shift pixels that the pen is right of a whole pixel, 0..1
 */
export function rasterize(outlines: Outlines, size: number, shift: number): Glyph {
  const scale = size / UNITS;
  const count = outlines.x.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const [edges, heights] = [snapped(SMALL * scale), snapped(CAPITAL * scale)];
  for (let k = 0; k < count; k++) {
    x[k] = outlines.x[k] * scale + shift;
    y[k] = outlines.letter ? stretched(outlines.y[k], edges, heights, scale) : outlines.y[k] * scale;
  }
  if (count === 0) return { left: 0, top: 0, width: 0, height: 0, coverage: new Uint8Array(0) };
  const left = Math.floor(Math.min(...x));
  const top = Math.floor(Math.min(...y));
  const width = Math.ceil(Math.max(...x)) - left + 1;
  const height = Math.ceil(Math.max(...y)) - top + 1;
  const area = new Area(width, height);
  let first = 0;
  for (const points of outlines.contours) {
    trace(area, x, y, outlines.on, first, points, left, top);
    first += points;
  }
  return { left, top, width, height, coverage: area.coverage() };
}

const snapped = (pixels: number) => Math.max(1, Math.round(pixels));

/** The height `y` (units, downwards) in pixels when small letters and capitals are so many pixels high. */
function stretched(y: number, small: number, capital: number, scale: number): number {
  if (y >= 0) return y * scale;
  if (y >= -SMALL) return (y * small) / SMALL;
  if (y >= -CAPITAL) return -small + ((y + SMALL) * (capital - small)) / (CAPITAL - SMALL);
  return -capital + (y + CAPITAL) * scale;
}

/** Adds one contour, whose points begin at `first`, moved so that (left, top) is 0, 0. */
function trace(
  area: Area,
  x: Float64Array,
  y: Float64Array,
  on: Uint8Array,
  first: number,
  points: number,
  left: number,
  top: number,
): void {
  const at = (k: number) => first + (k % points);
  // starts at a point on the curve: one of the contour's, or that between two that control it
  let start = 0;
  while (start < points && !on[first + start]) start++;
  const free = start === points;
  if (free) start = 0;
  const before = at(start + points - 1);
  let px = (free ? (x[before] + x[first]) / 2 : x[at(start)]) - left;
  let py = (free ? (y[before] + y[first]) / 2 : y[at(start)]) - top;
  for (let k = free ? 0 : 1; k <= (free ? points - 1 : points); k++) {
    const here = at(start + k);
    const [hx, hy] = [x[here] - left, y[here] - top];
    if (on[here]) {
      area.line(px, py, hx, hy);
      [px, py] = [hx, hy];
      continue;
    }
    const next = at(start + k + 1);
    const [nx, ny] = [x[next] - left, y[next] - top];
    const [ex, ey] = on[next] ? [nx, ny] : [(hx + nx) / 2, (hy + ny) / 2];
    area.curve(px, py, hx, hy, ex, ey);
    [px, py] = [ex, ey];
    if (on[next]) k++;
  }
}

/**
 * Sums up, pixel by pixel, what the edges of outlines leave to their right; from it follows how much of each pixel is inside. After the
 * rasterizer of font-rs (R. Levien, "Inside the fastest font renderer in the world", 2016).
 */
class Area {
  readonly #stride: number;
  readonly #width: number;
  readonly #height: number;
  readonly #sums: Float32Array;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#stride = width + 2;
    this.#sums = new Float32Array(this.#stride * height);
  }

  /** Adds a quadratic curve, in parts so short that they are straight to a tenth of a pixel. */
  curve(x0: number, y0: number, cx: number, cy: number, x1: number, y1: number): void {
    const parts = Math.ceil(Math.sqrt(2.5 * Math.hypot(x0 - 2 * cx + x1, y0 - 2 * cy + y1))) || 1;
    let [px, py] = [x0, y0];
    for (let k = 1; k <= parts; k++) {
      const t = k / parts;
      const u = 1 - t;
      const qx = u * u * x0 + 2 * u * t * cx + t * t * x1;
      const qy = u * u * y0 + 2 * u * t * cy + t * t * y1;
      this.line(px, py, qx, qy);
      [px, py] = [qx, qy];
    }
  }

  /** Adds a straight edge. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    if (y0 === y1) return;
    const direction = y0 < y1 ? 1 : -1;
    const [topX, topY, bottomY] = y0 < y1 ? [x0, y0, y1] : [x1, y1, y0];
    const slope = (x1 - x0) / (y1 - y0);
    let x = topX;
    for (let row = Math.floor(topY); row < Math.min(this.#height, Math.ceil(bottomY)); row++) {
      const dy = Math.min(row + 1, bottomY) - Math.max(row, topY);
      const next = x + slope * dy;
      this.#edge(row * this.#stride, dy * direction, Math.min(x, next), Math.max(x, next));
      x = next;
    }
  }

  /** Adds the part of an edge in one row, which is `dy` high and goes from column `from` to `to`. */
  #edge(row: number, dy: number, from: number, to: number): void {
    const sums = this.#sums;
    const first = Math.floor(from);
    const last = Math.ceil(to);
    if (last <= first + 1) {
      const right = (dy * (from + to - 2 * first)) / 2;
      sums[row + first] += dy - right;
      sums[row + first + 1] += right;
      return;
    }
    let before = 0;
    for (let column = first; column < last; column++) {
      // what lies right of the edge in this pixel
      const [a, b] = [Math.max(from, column), Math.min(to, column + 1)];
      const passed = ((b - a) * dy) / (to - from);
      const inside = passed * (column + 1 - (a + b) / 2) + ((a - from) * dy) / (to - from);
      sums[row + column] += inside - before;
      before = inside;
    }
    sums[row + last] += dy - before;
  }

  coverage(): Uint8Array {
    const coverage = new Uint8Array(this.#width * this.#height);
    for (let y = 0; y < this.#height; y++) {
      let sum = 0;
      for (let x = 0; x < this.#width; x++) {
        sum += this.#sums[y * this.#stride + x];
        coverage[y * this.#width + x] = Math.round(255 * Math.min(1, Math.abs(sum)));
      }
    }
    return coverage;
  }
}
