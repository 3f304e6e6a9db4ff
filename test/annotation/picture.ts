/** An I420 picture with one value in each plane. */
export function picture(width: number, height: number, y = 100, u = 128, v = 128): Uint8Array {
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  const pixels = new Uint8Array(width * height + 2 * chroma).fill(y);
  pixels.fill(u, width * height, width * height + chroma);
  return pixels.fill(v, width * height + chroma);
}

/** The planes Y, U and V of a picture as rows of numbers. */
export function planes(pixels: Uint8Array, width: number, height: number): [number[][], number[][], number[][]] {
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  const rows = (from: number, columns: number, count: number) =>
    Array.from({ length: count }, (_, row) => [...pixels.subarray(from + row * columns, from + (row + 1) * columns)]);
  return [rows(0, width, height), rows(width * height, w, h), rows(width * height + w * h, w, h)];
}

/** The same pseudo-random bytes every time. */
export function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}
