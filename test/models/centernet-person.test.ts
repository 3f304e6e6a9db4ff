import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCenterNet } from '../../scripts/build-models.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const model = readFileSync(file('models/centernet-person.onnx'));

/** Cell, score, and the distances to left, top, right and bottom. */
const TFJS = [
  [0, 0.0098947, 1.5972, 1.8575, 5.1899, 5.8619],
  [127, 0.0064204, 1.2304, 0.824, 5.5259, 5.3474],
  [16383, 0.0076644, 1.774, 1.3582, 5.3088, 3.6172],
  [6464, 0.0333294, 61.9369, 60.265, 65.7309, 62.7937],
  [12820, 0.0046354, 82.7623, 112.825, 102.2664, 122.3164],
  [8256, 0.0436911, 107.0129, 161.1819, 160.6234, 228.99],
];

describe('the embedded person detector', () => {
  test('is what the conversion makes of the package it comes from, byte for byte', () => {
    expect(Buffer.compare(buildCenterNet(), model)).toBe(0);
  });

  test('is the one that its card describes', () => {
    const card = readFileSync(file('models/centernet-person.md'), 'utf8');
    expect(card).toContain(createHash('sha256').update(model).digest('hex'));
    expect(card).toContain(`${model.length.toLocaleString('en')} bytes`);
  });

  describe('its graph', () => {
    let session: InferenceSession;
    beforeAll(async () => {
      session = await InferenceSession.create(model);
    });

    test.each([
      [512, 512],
      [96, 32],
      [64, 160],
    ])('takes %i × %i and gives maps of a quarter of that', async (width, height) => {
      const image = new Tensor('uint8', new Uint8Array(3 * width * height).fill(127), [1, 3, height, width]);
      const { keypoints, wh } = await session.run({ image });
      expect(keypoints.dims).toEqual([1, 1, height / 4, width / 4]);
      expect(wh.dims).toEqual([1, 4, height / 4, width / 4]);
      for (const score of keypoints.data as Float32Array) expect(score > 0 && score < 1).toBe(true);
    });

    test('gives what TF.js gives for the original', async () => {
      // A picture by formula, and six cells of what TF.js 4.22 (cpu backend, 512 × 512, hard swish with an exact sixth) answers to it.
      const pixels = new Uint8Array(3 * 512 * 512);
      for (let i = 0; i < pixels.length; i++) pixels[i] = formula(i);
      const { keypoints, wh } = await session.run({ image: new Tensor('uint8', pixels, [1, 3, 512, 512]) });
      for (const [cell, score, ...sides] of TFJS) {
        expect(keypoints.data[cell] as number).toBeCloseTo(score, 5);
        sides.forEach((side, i) => {
          expect(wh.data[i * 16384 + cell] as number).toBeCloseTo(side, 2);
        });
      }
    });
  });
});

/** Byte i of planes R, G, B of 512 × 512: stripes, blocks and a disc. */
function formula(i: number): number {
  const x = i % 512;
  const y = Math.floor(i / 512) % 512;
  const plane = Math.floor(i / (512 * 512));
  const disc = (x - 256) ** 2 + (y - 200) ** 2 < 60 ** 2 ? 90 : 0;
  return (40 * plane + 3 * (x % 16) + ((x >> 6) ^ (y >> 6)) * 9 + disc) & 255;
}
