import type { Boxes } from '../geometry.ts';

/** Size in pixels of the patches that the Siamese network takes. */
export const PATCH_WIDTH = 64;
export const PATCH_HEIGHT = 128;
/** Bytes of one patch: planes R, G, B. */
export const PATCH_BYTES = 3 * PATCH_WIDTH * PATCH_HEIGHT;

/** Weights of red and blue in luma: R' and B' follow from Y, U and V by them. */
const MATRICES = {
  bt601: { red: 0.299, blue: 0.114 }, // ITU-R BT.601, also what an unmarked video is taken for
  bt709: { red: 0.2126, blue: 0.0722 }, // ITU-R BT.709
};

/** A picture as planar I420 in limited range, see `Frame.pixels`. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Cuts boxes out of a picture, each resized to a patch of {@link PATCH_WIDTH} × {@link PATCH_HEIGHT}: a triangle filter, that is bilinear
 * where it enlarges, and over as many pixels as fall on one where it reduces. What lies outside of the picture repeats its edge.
 */
export class PatchCutter {
  private readonly bt709: boolean;
  private readonly y = new Resampler(PATCH_WIDTH, PATCH_HEIGHT);
  private readonly u = new Resampler(PATCH_WIDTH, PATCH_HEIGHT);
  private readonly v = new Resampler(PATCH_WIDTH, PATCH_HEIGHT);

  /** @param colourSpace ffmpeg's name of the YUV matrix of the pictures; BT.601 unless bt709 */
  constructor(colourSpace?: string) {
    this.bt709 = colourSpace === 'bt709';
  }

  /**
   * Cuts out the box in row `i` of `boxes` and writes it to patch `to` of `out`.
   *
   * @param boxes source pixels, of finite numbers and with an area
   * @param out patches one after the other, planes R, G, B of bytes
   */
  cut({ pixels, width, height }: Picture, boxes: Boxes, i: number, out: Uint8Array, to: number): void {
    const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
    const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
    const chroma = width * height;
    this.y.run(pixels, 0, width, height, x, y, w, h);
    this.u.run(pixels, chroma, halfWidth, halfHeight, x / 2, y / 2, w / 2, h / 2);
    this.v.run(pixels, chroma + halfWidth * halfHeight, halfWidth, halfHeight, x / 2, y / 2, w / 2, h / 2);
    const { red, blue } = this.bt709 ? MATRICES.bt709 : MATRICES.bt601;
    const green = 1 - red - blue;
    const [toRed, toBlue] = [(2 * (1 - red) * 255) / 224, (2 * (1 - blue) * 255) / 224];
    const size = PATCH_WIDTH * PATCH_HEIGHT;
    const at = to * PATCH_BYTES;
    const [lumas, us, vs] = [this.y.out, this.u.out, this.v.out];
    for (let k = 0; k < size; k++) {
      const luma = (lumas[k] - 16) * (255 / 219);
      const r = toRed * (vs[k] - 128);
      const b = toBlue * (us[k] - 128);
      out[at + k] = byte(luma + r);
      out[at + size + k] = byte(luma - (red * r + blue * b) / green);
      out[at + 2 * size + k] = byte(luma + b);
    }
  }
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/** Resizes a part of a plane to one size, first along the rows, then along the columns. */
class Resampler {
  /** The resized part, row by row. */
  readonly out: Float32Array;
  private readonly across: Taps;
  private readonly down: Taps;
  private rows = new Float32Array(0);

  constructor(width: number, height: number) {
    this.out = new Float32Array(width * height);
    this.across = new Taps(width);
    this.down = new Taps(height);
  }

  /** The part that begins at (x, y) and is w × h of a plane of width × height bytes that begins at `offset`. */
  run(
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
    const { size: columns, ends, at, weights } = this.across;
    const top = this.down.at[0];
    const count = this.down.at[this.down.ends[this.down.size - 1] - 1] - top + 1;
    if (this.rows.length < count * columns) this.rows = new Float32Array(2 * count * columns);
    const rows = this.rows;
    for (let row = 0, to = 0; row < count; row++) {
      const from = offset + (top + row) * width;
      for (let c = 0, k = 0; c < columns; c++, to++) {
        let sum = 0;
        for (const end = ends[c]; k < end; k++) sum += weights[k] * bytes[from + at[k]];
        rows[to] = sum;
      }
    }
    this.addRows(top);
  }

  private addRows(top: number): void {
    const { rows, out } = this;
    const { size, ends, at, weights } = this.down;
    const columns = this.across.size;
    out.fill(0);
    for (let r = 0, k = 0; r < size; r++) {
      for (; k < ends[r]; k++) {
        const weight = weights[k];
        let from = (at[k] - top) * columns;
        for (let to = r * columns, last = to + columns; to < last; to++) out[to] += weight * rows[from++];
      }
    }
  }
}

/** Which pixels of a line make up each pixel of the resized line, and with what weights, which sum to 1. */
class Taps {
  readonly size: number;
  /** The taps of pixel i end before `ends[i]`, and those of pixel i + 1 begin there. */
  readonly ends: Int32Array;
  at = new Int32Array(256);
  weights = new Float32Array(256);

  constructor(size: number) {
    this.size = size;
    this.ends = new Int32Array(size);
  }

  /** For the part of a line of `limit` pixels that begins at `from` and is `length` long. */
  fit(from: number, length: number, limit: number): void {
    const scale = length / this.size;
    const reach = Math.max(1, scale);
    const most = this.size * Math.ceil(2 * reach + 2);
    if (this.at.length < most) {
      this.at = new Int32Array(most);
      this.weights = new Float32Array(most);
    }
    let n = 0;
    for (let i = 0; i < this.size; i++) {
      const start = n;
      const centre = from + (i + 0.5) * scale;
      let sum = 0;
      for (let p = Math.floor(centre - reach - 0.5) + 1; p + 0.5 < centre + reach; p++) {
        const weight = 1 - Math.abs(p + 0.5 - centre) / reach;
        const inside = Math.min(limit - 1, Math.max(0, p));
        if (n > start && this.at[n - 1] === inside) this.weights[n - 1] += weight;
        else {
          this.at[n] = inside;
          this.weights[n++] = weight;
        }
        sum += weight;
      }
      for (let k = start; k < n; k++) this.weights[k] /= sum;
      this.ends[i] = n;
    }
  }
}
