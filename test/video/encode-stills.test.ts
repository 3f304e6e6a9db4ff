import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { encodeJpegs, encodePng } from '../../src/video/encode-stills.ts';
import { readAll, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const [width, height] = [16, 32];
const size = width * height;

/** Planes R, G, B of one colour. */
function planes(...colour: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 3 * size }, (_, i) => colour[Math.floor(i / size)]);
}

describe('encodePng', () => {
  it('takes planes in the order R, G, B', async () => {
    const { data, channels } = decode(await encodePng(planes(200, 100, 50), { width, height, format: 'rgbPlanes' }));
    expect([channels, ...data.subarray(0, 3)]).toEqual([3, 200, 100, 50]);
  });

  it('says which ffmpeg made none', async () => {
    const short = encodePng(new Uint8Array(5), { width, height, format: 'rgba' });
    await expect(short).rejects.toThrow(/made no PNG picture: .*; install another build of it$/);
  });
});

describe('encodeJpegs', () => {
  it('gives a JPEG of each picture, in order, in the size asked for', async () => {
    const colours = [planes(200, 100, 50), planes(20, 40, 220), planes(128, 128, 128)];
    const source = { width, height, format: 'rgbPlanes' } as const;
    const jpegs = await encodeJpegs(colours, source, { quality: 2, scale: '8:16' });
    expect(jpegs).toHaveLength(3);
    for (const [i, [y, u, v]] of [
      [123, 91, 175],
      [63, 210, 106],
      [126, 128, 128],
    ].entries()) {
      const file = join(folder, `${i}.jpg`);
      writeFileSync(file, jpegs[i]);
      const { frames } = await readAll(file, { pixels: true });
      expect([frames[0].width, frames[0].height]).toEqual([8, 16]);
      for (const [at, value] of [
        [0, y],
        [128, u],
        [160, v],
      ])
        expect(Math.abs(frames[0].pixels![at] - value)).toBeLessThanOrEqual(3);
    }
  });

  it('of none are none', async () => {
    expect(await encodeJpegs([], { width, height, format: 'i420' }, { quality: 2 })).toEqual([]);
  });
});
