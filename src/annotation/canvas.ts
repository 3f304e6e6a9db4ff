import { withRoom } from '../core/columns.ts';
import { i420Layout } from '../video/i420.ts';
import type { Colour } from './colours.ts';

/** Coverage of a small shape, row by row, 0..255. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
}

/**
 * Draws on I420 pictures of one size. Rectangles are painted at once, with rounded corners where asked for. Other shapes first lay down coverage (0..255 a luma
 * pixel, overlaps keep the larger one), then `paint` blends a colour into all that is covered and starts anew. A chroma
 * sample takes the colour in the part of its up to four luma pixels that is covered, so odd positions and odd sizes come out
 * right. Everything is clipped to the picture.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  private pixels = new Uint8Array(0);
  private readonly chromaWidth: number;
  /** Where the planes U and V start. */
  private readonly u: number;
  private readonly v: number;
  private readonly bytes: number;
  private readonly luma: Uint8Array;
  /** Sum of the coverage of a chroma sample's luma pixels. */
  private readonly chroma: Uint16Array;
  private lumaTouched = new Int32Array(4096);
  private lumaCount = 0;
  private chromaTouched = new Int32Array(1024);
  private chromaCount = 0;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    const { chromaWidth, chromaHeight, u, v, bytes } = i420Layout(width, height);
    this.chromaWidth = chromaWidth;
    this.luma = new Uint8Array(u);
    this.chroma = new Uint16Array(chromaWidth * chromaHeight);
    this.u = u;
    this.v = v;
    this.bytes = bytes;
  }

  /**
   * Makes this the picture to draw on.
   *
   * @throws RangeError when it is not of the canvas's size
   */
  begin(pixels: Uint8Array): void {
    const { width, height, bytes } = this;
    if (pixels.length !== bytes) {
      throw new RangeError(`a picture of ${width} × ${height} has ${bytes} bytes as I420, not ${pixels.length}`);
    }
    this.pixels = pixels as Uint8Array<ArrayBuffer>;
  }

  /**
   * Paints the pixels from column `left` to before `right`, from row `top` to before `bottom` (whole numbers).
   *
   * @param corner of a rounded rectangle, see `cornerOf`
   */
  rectangle(
    left: number,
    top: number,
    right: number,
    bottom: number,
    colour: Colour,
    opacity = 1,
    corner: readonly number[] = SQUARE,
  ): void {
    const { width, height, chromaWidth } = this;
    const y0 = Math.max(0, top);
    const y1 = Math.min(height, bottom);
    if (!(y0 < y1 && Math.max(0, left) < Math.min(width, right))) return;
    for (let y = y0; y < y1; y++) {
      const inset = insetOf(corner, y - top, bottom - 1 - y);
      this.span(y * width, Math.max(0, left + inset), Math.min(width, right - inset), colour.y, opacity);
    }
    for (let row = y0 >> 1; row <= (y1 - 1) >> 1; row++) {
      const [upper, lower] = [Math.max(y0, 2 * row), Math.min(y1 - 1, 2 * row + 1)];
      const inset =
        (insetOf(corner, upper - top, bottom - 1 - upper) + insetOf(corner, lower - top, bottom - 1 - lower)) / 2;
      const [from, to] = [Math.max(0, left + inset), Math.min(width, right - inset)];
      this.chromaSpan(row * chromaWidth, from, to, colour, opacity * overlap(row, y0, y1, height));
    }
  }

  /** Blends a value into a row of luma that begins at `row`, from column `from` to `to`, of pixels cut by these in part. */
  private span(row: number, from: number, to: number, value: number, opacity: number): void {
    if (!(from < to)) return;
    const { pixels } = this;
    const [first, last] = [Math.ceil(from), Math.floor(to)];
    if (from < first) pixels[row + first - 1] = blend(pixels[row + first - 1], value, opacity * (first - from));
    if (to > last) pixels[row + last] = blend(pixels[row + last], value, opacity * (to - last));
    this.fill(row + first, row + last, value, opacity);
  }

  /** The same of luma columns `from` to `to` in a row of both planes of chroma. */
  private chromaSpan(row: number, from: number, to: number, { u, v }: Colour, part: number): void {
    if (!(from < to)) return;
    const first = Math.ceil(from / 2);
    const last = to === this.width ? this.chromaWidth : Math.floor(to / 2);
    if (from < 2 * first) this.chromaPart(row, first - 1, from, to, u, v, part);
    if (to > 2 * last && last >= first) this.chromaPart(row, last, from, to, u, v, part);
    if (last <= first) return;
    this.fill(this.u + row + first, this.u + row + last, u, part);
    this.fill(this.v + row + first, this.v + row + last, v, part);
  }

  /** The sample in a column that these luma columns cover in part. */
  private chromaPart(row: number, column: number, from: number, to: number, u: number, v: number, part: number): void {
    const { pixels } = this;
    const share = part * overlap(column, from, to, this.width);
    const at = row + column;
    pixels[this.u + at] = blend(pixels[this.u + at], u, share);
    pixels[this.v + at] = blend(pixels[this.v + at], v, share);
  }

  /** Blends a value into the samples from `from` to before `to`. */
  private fill(from: number, to: number, value: number, part: number): void {
    const { pixels } = this;
    if (part === 1 && to - from > 24)
      pixels.fill(value, from, to); // which takes longer for few
    else if (part === 1) for (let at = from; at < to; at++) pixels[at] = value;
    else {
      const [own, added] = [Math.round(1024 * (1 - part)), Math.round(1024 * part) * value + 512];
      for (let at = from; at < to; at++) pixels[at] = (pixels[at] * own + added) >> 10;
    }
  }

  /** Covers a line with round ends, smoothly. Coordinates are those of boxes: pixel (i, j) has its centre at (i + ½, j + ½). */
  line(x0: number, y0: number, x1: number, y1: number, radius: number, coverage = 255): void {
    const dx = x1 - x0;
    const dy = y1 - y0;
    const length2 = dx * dx + dy * dy;
    if (!(length2 < 1e12)) return;
    const perLength2 = length2 > 0 ? 1 / length2 : 0;
    const reach = radius + 0.5;
    const full = Math.max(0, radius - 0.5) ** 2;
    const first = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
    const last = Math.min(this.height - 1, Math.floor(Math.max(y0, y1) + reach));
    for (let y = first; y <= last; y++) {
      const py = y + 0.5 - y0;
      // Of the line, only the part within reach of this row matters.
      const from = dy === 0 ? 0 : clamp01((py - Math.sign(dy) * reach) / dy);
      const to = dy === 0 ? 1 : clamp01((py + Math.sign(dy) * reach) / dy);
      const left = Math.max(0, Math.floor(x0 + Math.min(from * dx, to * dx) - reach));
      const right = Math.min(this.width - 1, Math.floor(x0 + Math.max(from * dx, to * dx) + reach));
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - x0;
        const t = clamp01((px * dx + py * dy) * perLength2);
        const ex = px - t * dx;
        const ey = py - t * dy;
        const distance2 = ex * ex + ey * ey;
        if (distance2 <= full) this.cover(x, y, coverage);
        else if (distance2 < reach * reach) {
          const part = Math.min(1, reach - Math.sqrt(distance2));
          this.cover(x, y, (part * coverage + 0.5) | 0);
        }
      }
    }
  }

  /** Covers what a mask covers, its top left pixel at (left, top) (whole numbers). */
  stamp(mask: Mask, left: number, top: number): void {
    const y1 = Math.min(mask.height, this.height - top);
    const x1 = Math.min(mask.width, this.width - left);
    for (let y = Math.max(0, -top); y < y1; y++) {
      for (let x = Math.max(0, -left); x < x1; x++) {
        const coverage = mask.coverage[y * mask.width + x];
        if (coverage > 0) this.cover(left + x, top + y, coverage);
      }
    }
  }

  /** Blends the colour into all that is covered, and clears the coverage. */
  paint(colour: Colour): void {
    const { pixels, luma, chroma, lumaTouched, chromaTouched, u, v } = this;
    for (let k = 0; k < this.lumaCount; k++) {
      const at = lumaTouched[k];
      pixels[at] = blend(pixels[at], colour.y, luma[at] / 255);
      luma[at] = 0;
    }
    const odd = (this.width | this.height) & 1;
    for (let k = 0; k < this.chromaCount; k++) {
      const at = chromaTouched[k];
      const part = chroma[at] / (odd ? 255 * this.pixelsUnder(at) : 1020);
      pixels[u + at] = blend(pixels[u + at], colour.u, part);
      pixels[v + at] = blend(pixels[v + at], colour.v, part);
      chroma[at] = 0;
    }
    this.lumaCount = 0;
    this.chromaCount = 0;
  }

  private cover(x: number, y: number, coverage: number): void {
    const at = y * this.width + x;
    const old = this.luma[at];
    if (coverage <= old) return;
    if (old === 0) {
      if (this.lumaCount === this.lumaTouched.length) this.lumaTouched = withRoom(this.lumaTouched, this.lumaCount + 1);
      this.lumaTouched[this.lumaCount++] = at;
    }
    this.luma[at] = coverage;
    const sample = (y >> 1) * this.chromaWidth + (x >> 1);
    if (this.chroma[sample] === 0) {
      if (this.chromaCount === this.chromaTouched.length)
        this.chromaTouched = withRoom(this.chromaTouched, this.chromaCount + 1);
      this.chromaTouched[this.chromaCount++] = sample;
    }
    this.chroma[sample] += coverage - old;
  }

  /** Number of luma pixels of a chroma sample: 4, fewer at the end of an odd row or column. */
  private pixelsUnder(sample: number): number {
    const row = (sample / this.chromaWidth) | 0;
    const column = sample - row * this.chromaWidth;
    return (2 * column + 1 < this.width ? 2 : 1) * (2 * row + 1 < this.height ? 2 : 1);
  }
}

const SQUARE: readonly number[] = [];

/** How far the rows of a corner with this radius are cut in, from the outermost, in pixels. */
export function cornerOf(radius: number): number[] {
  return Array.from({ length: radius }, (_, k) => radius - Math.sqrt(radius ** 2 - (radius - k - 0.5) ** 2));
}

/** How far a row is cut in that has so many above and below it. */
function insetOf(corner: readonly number[], above: number, below: number): number {
  return corner[Math.min(above, below)] ?? 0;
}

/** Part of chroma sample `c` (luma pixels 2c and 2c + 1, where there are that many) that lies in [from, to). */
function overlap(c: number, from: number, to: number, size: number): number {
  const end = Math.min(2 * c + 2, size);
  return (Math.min(end, to) - Math.max(2 * c, from)) / (end - 2 * c);
}

function blend(below: number, above: number, part: number): number {
  return (below + (above - below) * part + 0.5) | 0;
}

function clamp01(t: number): number {
  return Math.min(1, Math.max(0, t));
}
