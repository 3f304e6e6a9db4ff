import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppearanceModel, loadSiamese } from '../../src/appearance/siamese.ts';
import { AppearanceStage } from '../../src/appearance/stage.ts';
import type { Detections } from '../../src/detection/detections.ts';
import type { Frame } from '../../src/video/frame.ts';
import { temporaryFolder } from '../video/clips.ts';
import { writeColourModel } from './colour-model.ts';

const folder = temporaryFolder();
const [WIDTH, HEIGHT] = [96, 64];
let model: AppearanceModel;
beforeAll(async () => {
  model = await loadSiamese(writeColourModel(join(folder, 'model')));
});
afterAll(() => model.close());

/** Frame whose left half has luma 100 and whose right half 200. */
function frame(index: number): Frame {
  const pixels = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  for (let k = 0; k < WIDTH * HEIGHT; k++) pixels[k] = k % WIDTH < WIDTH / 2 ? 100 : 200;
  return { index, time: index / 10, width: WIDTH, height: HEIGHT, pixels };
}

const LEFT_AND_RIGHT: Detections = {
  length: 3,
  boxes: Float64Array.of(4, 4, 20, 50, 8, 8, 12, 40, 60, 4, 20, 50),
  scores: Float32Array.of(0.9, 0.1, 0.8),
};

const GREY = [(100 - 16) / 219, (200 - 16) / 219];

describe('AppearanceStage', () => {
  it('puts each embedding in the row of its detection, and NaN where it did not look', async () => {
    const stage = new AppearanceStage(model, { mode: 'always', minScore: 0.2, sureScore: 0.5 });
    const { embeddings, boxes } = await stage.describe(frame(0), Promise.resolve(LEFT_AND_RIGHT));
    expect(boxes).toBe(LEFT_AND_RIGHT.boxes);
    expect(embeddings).toHaveLength(9);
    for (let c = 0; c < 3; c++) {
      expect(embeddings![c]).toBeCloseTo(GREY[0], 2);
      expect(embeddings![3 + c]).toBeNaN();
      expect(embeddings![6 + c]).toBeCloseTo(GREY[1], 2);
    }
  });

  it('chooses in the order of the frames, however long each takes to be detected', async () => {
    const looked = async (delays: readonly number[]) => {
      const stage = new AppearanceStage(model, { mode: 'auto', minScore: 0.2, sureScore: 0.5 });
      const described = delays.map((delay, index) => {
        const detected = new Promise<Detections>((resolve) => setTimeout(() => resolve(LEFT_AND_RIGHT), delay));
        return stage.describe(frame(index), detected);
      });
      return (await Promise.all(described)).map(
        ({ embeddings }) => [0, 6].filter((k) => !Number.isNaN(embeddings![k])).length,
      );
    };
    const inOrder = await looked(new Array(30).fill(0));
    expect(inOrder.slice(0, 6)).toEqual([2, 2, 2, 2, 2, 0]);
    expect(inOrder.reduce((a, b) => a + b)).toBeLessThan(25);
    expect(await looked(Array.from({ length: 30 }, (_, i) => (i * 17) % 23))).toEqual(inOrder);
  });

  it('a frame that cannot be detected is told, and the next ones are described all the same', async () => {
    const stage = new AppearanceStage(model, { mode: 'auto', minScore: 0.2, sureScore: 0.5 });
    const failed = stage.describe(frame(0), Promise.reject(new Error('no inference')));
    const next = stage.describe(frame(1), Promise.resolve(LEFT_AND_RIGHT));
    await expect(failed).rejects.toThrow('no inference');
    expect((await next).embeddings![0]).toBeCloseTo(GREY[0], 2);
  });

  it('leaves detections without a picture as they are', async () => {
    const stage = new AppearanceStage(model, { mode: 'always', minScore: 0.2, sureScore: 0.5 });
    const { pixels, ...without } = frame(0);
    expect(pixels).toBeDefined();
    expect(await stage.describe(without, Promise.resolve(LEFT_AND_RIGHT))).toBe(LEFT_AND_RIGHT);
  });
});
