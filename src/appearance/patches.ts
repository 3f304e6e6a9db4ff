import { type YuvMatrix, yuvMatrix } from '../core/colour.ts';
import type { Boxes } from '../core/geometry.ts';
import { i420Layout } from '../video/i420.ts';

/** Size in pixels of the patches, the input of the Siamese network. */
export const PATCH_WIDTH = 64;
export const PATCH_HEIGHT = 128;
/** Bytes of one patch: planes R, G, B. */
export const PATCH_BYTES = 3 * PATCH_WIDTH * PATCH_HEIGHT;

/** A picture as planar I420 in limited range, see `Frame.pixels`. */
export interface I420Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Cuts boxes out of a picture, each resized to a patch of {@link PATCH_WIDTH} × {@link PATCH_HEIGHT} by a triangle filter: bilinear
 * interpolation where it enlarges, an average over the pixels that fall on one where it reduces. Outside the picture its edge is repeated.
 */
export class PatchCutter {
  private readonly matrix: YuvMatrix;
  private readonly y = new Resampler(PATCH_WIDTH, PATCH_HEIGHT);
  private readonly u = new Resampler(PATCH_WIDTH, PATCH_HEIGHT);
  private readonly v = new Resampler(PATCH_WIDTH, PATCH_HEIGHT);

  /** @param colourSpace ffmpeg's name of the YUV matrix of the pictures; BT.601 unless bt709 */
  constructor(colourSpace?: string) {
    this.matrix = yuvMatrix(colourSpace);
  }

  /**
   * Cuts out the box in row `i` of `boxes` and writes it to patch `to` of `out`.
   *
   * @param boxes source pixels, of finite numbers and with an area
   * @param out patches one after the other, planes R, G, B of bytes
   */
  cut({ pixels, width, height }: I420Picture, boxes: Boxes, i: number, out: Uint8Array, to: number): void {
    const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
    const { chromaWidth, chromaHeight, u, v } = i420Layout(width, height);
    this.y.take(pixels, 0, width, height, x, y, w, h);
    this.u.take(pixels, u, chromaWidth, chromaHeight, x / 2, y / 2, w / 2, h / 2);
    this.v.take(pixels, v, chromaWidth, chromaHeight, x / 2, y / 2, w / 2, h / 2);
    const { red, blue } = this.matrix;
    const green = 1 - red - blue;
    const [toRed, toBlue] = [(2 * (1 - red) * 255) / 224, (2 * (1 - blue) * 255) / 224];
    const size = PATCH_WIDTH * PATCH_HEIGHT;
    const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
    for (let row = 0, at = to * PATCH_BYTES; row < PATCH_HEIGHT; row++) {
      const lumas = this.y.row(row);
      const us = this.u.row(row);
      const vs = this.v.row(row);
      for (let column = 0; column < PATCH_WIDTH; column++, at++) {
        const luma = (lumas[column] - 16) * (255 / 219);
        const r = toRed * (vs[column] - 128);
        const b = toBlue * (us[column] - 128);
        clamped[at] = luma + r;
        clamped[at + size] = luma - (red * r + blue * b) / green;
        clamped[at + 2 * size] = luma + b;
      }
    }
  }
}

/** Resizes a part of a plane to one size, first along the rows, then along the columns. */
class Resampler {
  private readonly across: Taps;
  private readonly down: Taps;
  /** The rows of the part, each already of its new length, and the number of the first of them. */
  private rows = new Float64Array(0);
  private top = 0;
  private readonly out: Float64Array;

  constructor(width: number, height: number) {
    this.across = new Taps(width);
    this.down = new Taps(height);
    this.out = new Float64Array(width);
  }

  /** Takes the part that begins at (x, y) and is w × h of a plane of width × height bytes that begins at `offset`. */
  take(
    bytes: Uint8Array,
    offset: number,
    width: number,
    height: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): void {
    this.across.fit(x, w, width);
    this.down.fit(y, h, height);
    const { size, count, at, weights } = this.across;
    this.top = this.down.at[0];
    const length = this.down.at[this.down.size * this.down.count - 1] - this.top + 1;
    if (this.rows.length < length * size) this.rows = new Float64Array(2 * length * size);
    const { rows } = this;
    for (let row = 0, to = 0; row < length; row++) {
      const from = offset + (this.top + row) * width;
      if (count === 2) {
        // where it enlarges, as with most people; the loop below takes longer
        for (let k = 0, end = 2 * size; k < end; k += 2)
          rows[to++] = weights[k] * bytes[from + at[k]] + weights[k + 1] * bytes[from + at[k + 1]];
        continue;
      }
      for (let k = 0, end = size * count; k < end; to++) {
        let sum = weights[k] * bytes[from + at[k++]];
        for (const next = k + count - 1; k < next; k++) sum += weights[k] * bytes[from + at[k]];
        rows[to] = sum;
      }
    }
  }

  /** Row `r` of the resized part; the next one takes its place. */
  row(r: number): Float64Array {
    const { rows, out, top } = this;
    const { count, at, weights } = this.down;
    const { size } = this.across;
    const k = r * count; // of two taps at least
    const a = (at[k] - top) * size;
    const b = (at[k + 1] - top) * size;
    const ofA = weights[k];
    const ofB = weights[k + 1];
    for (let c = 0; c < size; c++) out[c] = ofA * rows[a + c] + ofB * rows[b + c];
    for (let tap = k + 2; tap < k + count; tap++) {
      const from = (at[tap] - top) * size;
      const weight = weights[tap];
      for (let c = 0; c < size; c++) out[c] += weight * rows[from + c];
    }
    return out;
  }
}

/** The pixels of a line that make up each pixel of the resized line, with their weights, which sum to 1. */
class Taps {
  readonly size: number;
  /** Number of taps of each pixel: those of pixel i begin at i × count, in rising order. */
  count = 0;
  at = new Int32Array(0);
  weights = new Float64Array(0);

  constructor(size: number) {
    this.size = size;
  }

  /** For the part of a line of `limit` pixels that begins at `from` and is `length` long. */
  fit(from: number, length: number, limit: number): void {
    const scale = length / this.size;
    const reach = Math.max(1, scale);
    const count = Math.ceil(2 * reach);
    if (this.at.length < this.size * count) {
      this.at = new Int32Array(this.size * count);
      this.weights = new Float64Array(this.size * count);
    }
    this.count = count;
    for (let i = 0, n = 0; i < this.size; i++) {
      const centre = from + (i + 0.5) * scale;
      const first = Math.floor(centre - reach + 0.5);
      let sum = 0;
      for (let p = first; p < first + count; p++, n++) {
        this.at[n] = Math.min(limit - 1, Math.max(0, p)); // outside, the edge is repeated
        this.weights[n] = Math.max(0, 1 - Math.abs(p + 0.5 - centre) / reach);
        sum += this.weights[n];
      }
      for (let k = n - count; k < n; k++) this.weights[k] /= sum;
    }
  }
}
