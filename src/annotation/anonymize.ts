import type { Boxes } from '../core/geometry.ts';
import { i420Layout } from '../video/i420.ts';

/** Blocks across the width of a box: a face, about a third of it, is left with three at most. */
const BLOCKS = 8;

/**
 * Makes people unrecognisable in the first `count` boxes of an I420 picture, in place: each box, padded, is cut into blocks of at least an
 * eighth of its width, of which only the mean is left, in all three planes. Blocks have even positions and sizes, so that the planes' blocks
 * coincide; the area grows outwards to that.
 *
 * @param padding how far to reach beyond a box on each side, as a part of its width and height
 */
export type Anonymize = (
  pixels: Uint8Array,
  width: number,
  height: number,
  boxes: Boxes,
  count: number,
  padding: number,
) => void;

/** Gives all pixels of a block its mean. */
export const pixelate: Anonymize = (...args) => throughBlocks(flatten, ...args);

/** Gives the middle of a block its mean, and the pixels between what lies between: it shows no more than the means. */
export const blur: Anonymize = (...args) => throughBlocks(smooth, ...args);

/** Treats a part of the plane that starts at `plane`, from (x0, y0) to before (x1, y1), in blocks of a size. */
type Treat = (
  pixels: Uint8Array,
  plane: number,
  stride: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  size: number,
) => void;

function throughBlocks(
  treat: Treat,
  pixels: Uint8Array,
  width: number,
  height: number,
  boxes: Boxes,
  count: number,
  padding: number,
): void {
  const { chromaWidth, chromaHeight, u, v } = i420Layout(width, height);
  for (let i = 0; i < count; i++) {
    const w = boxes[4 * i + 2];
    const h = boxes[4 * i + 3];
    const left = Math.max(0, boxes[4 * i] - padding * w);
    const top = Math.max(0, boxes[4 * i + 1] - padding * h);
    const right = Math.min(width, boxes[4 * i] + w + padding * w);
    const bottom = Math.min(height, boxes[4 * i + 1] + h + padding * h);
    if (!(left < right && top < bottom)) continue; // outside, or not a number
    const half = Math.min(Math.max(1, Math.ceil(w / BLOCKS / 2)), width + height);
    const [x0, y0] = [Math.floor(left / 2), Math.floor(top / 2)];
    const [x1, y1] = [Math.ceil(right / 2), Math.ceil(bottom / 2)];
    treat(pixels, 0, width, 2 * x0, 2 * y0, Math.min(2 * x1, width), Math.min(2 * y1, height), 2 * half);
    for (const plane of [u, v])
      treat(pixels, plane, chromaWidth, x0, y0, Math.min(x1, chromaWidth), Math.min(y1, chromaHeight), half);
  }
}

function flatten(
  pixels: Uint8Array,
  plane: number,
  stride: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  size: number,
): void {
  for (let y = y0; y < y1; y += size) {
    const below = Math.min(y + size, y1);
    for (let x = x0; x < x1; x += size) {
      const beside = Math.min(x + size, x1);
      const mean = Math.round(meanOf(pixels, plane, stride, x, y, beside, below));
      for (let row = y; row < below; row++) {
        const end = plane + row * stride + beside;
        for (let at = plane + row * stride + x; at < end; at++) pixels[at] = mean;
      }
    }
  }
}

function smooth(
  pixels: Uint8Array,
  plane: number,
  stride: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  size: number,
): void {
  const columns = Math.ceil((x1 - x0) / size);
  const rows = Math.ceil((y1 - y0) / size);
  const means = new Float64Array(columns * rows);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const [x, y] = [x0 + c * size, y0 + r * size];
      means[r * columns + c] = meanOf(pixels, plane, stride, x, y, Math.min(x + size, x1), Math.min(y + size, y1));
    }
  for (let y = y0; y < y1; y++) {
    const [r, down] = between(y - y0, size, rows);
    const [upper, lower] = [r * columns, Math.min(r + 1, rows - 1) * columns];
    for (let x = x0; x < x1; x++) {
      const place = (x - x0 + 0.5) / size - 0.5;
      const c = Math.max(0, Math.min(Math.floor(place), columns - 1));
      const right = Math.max(0, Math.min(place - c, 1));
      const next = Math.min(c + 1, columns - 1);
      const above = means[upper + c] + right * (means[upper + next] - means[upper + c]);
      const below = means[lower + c] + right * (means[lower + next] - means[lower + c]);
      pixels[plane + y * stride + x] = Math.round(above + down * (below - above));
    }
  }
}

/** The block whose middle is before a sample, and how far the sample is on the way to the next one's. */
function between(sample: number, size: number, blocks: number): [block: number, part: number] {
  const place = (sample + 0.5) / size - 0.5;
  const block = Math.max(0, Math.min(Math.floor(place), blocks - 1));
  return [block, Math.max(0, Math.min(place - block, 1))];
}

function meanOf(
  pixels: Uint8Array,
  plane: number,
  stride: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): number {
  let sum = 0;
  for (let y = y0; y < y1; y++) {
    const end = plane + y * stride + x1;
    for (let at = plane + y * stride + x0; at < end; at++) sum += pixels[at];
  }
  return sum / ((x1 - x0) * (y1 - y0));
}
