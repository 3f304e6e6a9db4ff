import type { Boxes } from '../core/geometry.ts';
import { i420Layout } from '../video/i420.ts';

/** Blocks across the width of a box: a face, about a third of it, is left with three at most. */
const BLOCKS = 8;

/**
 * Pixelates the first `count` boxes in an I420 picture, in place: each box, padded, is cut into blocks of at least an eighth
 * of its width, and each block gets its mean in all three planes. Blocks have even positions and sizes, so that the planes'
 * blocks coincide; the area grows outwards to that.
 *
 * @param padding how far to reach beyond a box on each side, as a part of its width and height
 */
export function pixelate(
  pixels: Uint8Array,
  width: number,
  height: number,
  boxes: Boxes,
  count: number,
  padding: number,
): void {
  const { chromaWidth, u, v } = i420Layout(width, height);
  for (let i = 0; i < count; i++) {
    const w = boxes[4 * i + 2];
    const h = boxes[4 * i + 3];
    const left = Math.max(0, boxes[4 * i] - padding * w);
    const top = Math.max(0, boxes[4 * i + 1] - padding * h);
    const right = Math.min(width, boxes[4 * i] + w + padding * w);
    const bottom = Math.min(height, boxes[4 * i + 1] + h + padding * h);
    if (!(left < right && top < bottom)) continue; // outside, or not a number
    const size = 2 * Math.min(Math.max(1, Math.ceil(w / BLOCKS / 2)), width + height);
    const x0 = 2 * Math.floor(left / 2);
    const y0 = 2 * Math.floor(top / 2);
    for (let y = y0; y < bottom; y += size) {
      const y1 = Math.min(y + size, 2 * Math.ceil(bottom / 2));
      for (let x = x0; x < right; x += size) {
        const x1 = Math.min(x + size, 2 * Math.ceil(right / 2));
        flatten(pixels, 0, width, x, y, Math.min(x1, width), Math.min(y1, height));
        flatten(pixels, u, chromaWidth, x >> 1, y >> 1, x1 >> 1, y1 >> 1);
        flatten(pixels, v, chromaWidth, x >> 1, y >> 1, x1 >> 1, y1 >> 1);
      }
    }
  }
}

/** Gives all samples of a block of the plane that starts at `plane` their mean. */
function flatten(pixels: Uint8Array, plane: number, stride: number, x0: number, y0: number, x1: number, y1: number) {
  let sum = 0;
  for (let y = y0; y < y1; y++) {
    const end = plane + y * stride + x1;
    for (let at = plane + y * stride + x0; at < end; at++) sum += pixels[at];
  }
  const mean = Math.round(sum / ((x1 - x0) * (y1 - y0)));
  for (let y = y0; y < y1; y++) {
    const end = plane + y * stride + x1;
    for (let at = plane + y * stride + x0; at < end; at++) pixels[at] = mean;
  }
}
