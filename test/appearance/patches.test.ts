import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type I420Picture, PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../../src/appearance/patches.ts';
import { ffmpeg } from '../video/clips.ts';

const SIZE = PATCH_WIDTH * PATCH_HEIGHT;

/** A picture of these planes. */
function picture(width: number, height: number, luma: (x: number, y: number) => number, u = 128, v = 128): I420Picture {
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  const pixels = new Uint8Array(width * height + 2 * chroma);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[y * width + x] = luma(x, y);
  pixels.fill(u, width * height, width * height + chroma);
  pixels.fill(v, width * height + chroma);
  return { pixels, width, height };
}

/** A grey as it comes out of limited-range luma. */
const grey = (luma: number) => Math.round(((luma - 16) * 255) / 219);

function cut(from: I420Picture, box: readonly number[], colourSpace?: string): Uint8Array {
  const out = new Uint8Array(PATCH_BYTES);
  new PatchCutter(colourSpace).cut(from, Float64Array.from(box), 0, out, 0);
  return out;
}

describe('PatchCutter', () => {
  it('leaves a part of the size of a patch as it is', () => {
    const patch = cut(
      picture(200, 160, (x, y) => 16 + ((x * 7 + y * 3) % 200)),
      [10, 6, 64, 128],
    );
    for (let y = 0; y < PATCH_HEIGHT; y++) {
      for (let x = 0; x < PATCH_WIDTH; x++) {
        const expected = grey(16 + (((x + 10) * 7 + (y + 6) * 3) % 200));
        expect(Math.abs(patch[y * PATCH_WIDTH + x] - expected)).toBeLessThanOrEqual(1);
      }
    }
    expect(patch.subarray(SIZE, 2 * SIZE)).toEqual(patch.subarray(0, SIZE));
  });

  it('interpolates between pixels where it enlarges, and repeats the edge of the picture beyond it', () => {
    const ramp = picture(32, 64, (x) => 50 + 4 * x);
    const patch = cut(ramp, [0, 0, 32, 64]);
    // pixel 2k lies a quarter before the centre of source pixel k, 2k + 1 a quarter behind it
    for (const x of [1, 2, 30, 61, 62]) {
      expect(Math.abs(patch[x] - ((50 + 4 * (x / 2 - 0.25) - 16) * 255) / 219)).toBeLessThanOrEqual(0.51);
    }
    expect([patch[0], patch[63]]).toEqual([grey(50), grey(50 + 4 * 31)]);
    const beyond = cut(ramp, [32 - 16, 0, 32, 64]);
    for (let x = 34; x < 64; x++) expect(beyond[x]).toBe(grey(50 + 4 * 31));
  });

  it('takes the mean of what falls on a pixel where it reduces', () => {
    // stripes thinner than a patch's pixel vanish into their mean
    const patch = cut(
      picture(640, 640, (x) => (x % 2 === 0 ? 56 : 176)),
      [0, 0, 640, 640],
    );
    for (let k = 0; k < SIZE; k++) {
      const inside = k % PATCH_WIDTH > 0 && k % PATCH_WIDTH < PATCH_WIDTH - 1;
      if (inside) expect(Math.abs(patch[k] - grey(116))).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    ['smpte170m', 0.299, 0.114],
    ['bt709', 0.2126, 0.0722],
  ])('turns Y, U, V of %s into R, G, B', (colourSpace, red, blue) => {
    // orange, from the definition of the colour space
    const [r, g, b] = [230, 120, 30];
    const y = red * r + (1 - red - blue) * g + blue * b;
    const u = (0.5 * (b - y)) / (1 - blue);
    const v = (0.5 * (r - y)) / (1 - red);
    const flat = picture(
      50,
      50,
      () => Math.round(16 + (y * 219) / 255),
      Math.round(128 + (u * 224) / 255),
      Math.round(128 + (v * 224) / 255),
    );
    const patch = cut(flat, [5, 5, 20, 40], colourSpace);
    for (const [plane, value] of [r, g, b].entries())
      expect(Math.abs(patch[plane * SIZE + 777] - value)).toBeLessThanOrEqual(2);
  });

  it('gives what ffmpeg gives, for small and for large people', () => {
    const [width, height] = [320, 240];
    const source = `testsrc2=s=${width}x${height}:d=1,format=yuv420p`;
    const decode = (filter: string, format: string) =>
      execFileSync(
        ffmpeg.path,
        ['-loglevel', 'error', '-f', 'lavfi', '-i', source + filter].concat([
          '-frames:v',
          '1',
          '-pix_fmt',
          format,
          '-f',
          'rawvideo',
          '-',
        ]),
      );
    const pixels = new Uint8Array(decode('', 'yuv420p'));
    for (const [x, y, w, h] of [
      [100, 60, 30, 74],
      [40, 10, 150, 220],
    ]) {
      const patch = cut({ pixels, width, height }, [x, y, w, h]);
      const filter = `,crop=${w}:${h}:${x}:${y},scale=64:128:flags=bilinear+accurate_rnd+full_chroma_inp,format=gbrp,shuffleplanes=2:0:1`;
      const expected = decode(filter, 'gbrp');
      let difference = 0;
      for (let k = 0; k < PATCH_BYTES; k++) difference += Math.abs(patch[k] - expected[k]);
      expect(difference / PATCH_BYTES).toBeLessThan(3);
    }
  });

  it('keeps a flat picture flat, whatever the box', () => {
    const flat = picture(61, 47, () => 90);
    const side = fc.double({ min: 0.01, max: 5000, noNaN: true });
    const place = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(place, place, side, side, (x, y, w, h) => {
        expect(new Set(cut(flat, [x, y, w, h]))).toEqual(new Set([grey(90)]));
      }),
      { numRuns: 60 },
    );
  });
});
