/**
 * Scales the picture in a letterboxed input to that of a smaller one (bilinear); the rest is the grey of 114 that detectors are trained with.
 * Plain JavaScript, as the thread that uses it is.
 *
 * @typedef {import('../core/frame.ts').Letterbox} Letterbox
 *
 * @param {Uint8Array} pixels planes R, G, B of `from`
 * @param {Letterbox} from
 * @param {Letterbox} to
 * @param {Uint8Array} out planes R, G, B of `to`
 */
export function resize(pixels, from, to, out) {
  const columns = new Int32Array(2 * to.innerWidth); // left neighbour, and the weight of the right one of 256
  const scale = from.innerWidth / to.innerWidth;
  for (let x = 0; x < to.innerWidth; x++) {
    const at = Math.min(from.innerWidth - 1, Math.max(0, (x + 0.5) * scale - 0.5));
    const left = Math.min(from.innerWidth - 2, Math.floor(at));
    columns[2 * x] = left;
    columns[2 * x + 1] = Math.round(256 * (at - left));
  }
  if (to.innerWidth !== to.width || to.innerHeight !== to.height) out.fill(114);
  for (let plane = 0; plane < 3; plane++) {
    const source = plane * from.width * from.height + from.offsetY * from.width + from.offsetX;
    for (let y = 0; y < to.innerHeight; y++) {
      const at = Math.min(from.innerHeight - 1, Math.max(0, ((y + 0.5) * from.innerHeight) / to.innerHeight - 0.5));
      const top = Math.min(from.innerHeight - 2, Math.floor(at));
      const low = Math.round(256 * (at - top));
      const high = 256 - low;
      const above = source + top * from.width;
      const below = above + from.width;
      let write = plane * to.width * to.height + (y + to.offsetY) * to.width + to.offsetX;
      for (let k = 0; k < columns.length; k += 2) {
        const left = columns[k];
        const right = columns[k + 1];
        const a = pixels[above + left] * high + pixels[below + left] * low;
        const b = pixels[above + left + 1] * high + pixels[below + left + 1] * low;
        out[write++] = (a * (256 - right) + b * right + 32_768) >> 16;
      }
    }
  }
}

/**
 * Copies a region of a picture.
 *
 * @param {Uint8Array} pixels planes R, G, B
 * @param {import('../core/geometry.ts').Size} size of a plane
 * @param {import('../core/geometry.ts').Region} region
 * @param {Uint8Array} out planes R, G, B of the region
 */
export function crop(pixels, { width, height }, region, out) {
  let write = 0;
  for (let plane = 0; plane < 3; plane++) {
    let read = (plane * height + region.top) * width + region.left;
    for (let y = 0; y < region.height; y++, read += width, write += region.width)
      out.set(pixels.subarray(read, read + region.width), write);
  }
}
