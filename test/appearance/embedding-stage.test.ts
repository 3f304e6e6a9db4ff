import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AppearanceModel } from '../../src/appearance/appearance-model.ts';
import { EmbeddingStage } from '../../src/appearance/embedding-stage.ts';
import { PATCH_BYTES } from '../../src/appearance/patches.ts';
import { loadSiamese } from '../../src/appearance/siamese.ts';
import type { Detections } from '../../src/core/detections.ts';
import type { Frame } from '../../src/core/frame.ts';
import { temporaryFolder } from '../temporary-folder.ts';
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

describe('EmbeddingStage', () => {
  it('puts each embedding in the row of its detection, and NaN where there is none', async () => {
    const stage = new EmbeddingStage(model, { mode: 'always', minScore: 0.2, sureScore: 0.5 });
    const { embeddings, boxes } = await stage.embed(frame(0), Promise.resolve(LEFT_AND_RIGHT));
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
      const stage = new EmbeddingStage(model, { mode: 'auto', minScore: 0.2, sureScore: 0.5 });
      const described = delays.map((delay, index) => {
        const detected = setTimeout(delay, LEFT_AND_RIGHT);
        return stage.embed(frame(index), detected);
      });
      return (await Promise.all(described)).map(
        ({ embeddings }) => [0, 6].filter((k) => !Number.isNaN(embeddings![k])).length,
      );
    };
    const inOrder = await looked(new Array(30).fill(0));
    expect(inOrder.slice(0, 6)).toEqual([2, 0, 0, 2, 0, 0]);
    expect(inOrder.reduce((a, b) => a + b)).toBeLessThan(12);
    expect(await looked(Array.from({ length: 30 }, (_, i) => (i * 17) % 23))).toEqual(inOrder);
  });

  it('reports a frame that cannot be detected, and embeds the next ones all the same', async () => {
    const stage = new EmbeddingStage(model, { mode: 'auto', minScore: 0.2, sureScore: 0.5 });
    const failed = stage.embed(frame(0), Promise.reject(new Error('no inference')));
    const next = stage.embed(frame(1), Promise.resolve(LEFT_AND_RIGHT));
    await expect(failed).rejects.toThrow('no inference');
    expect((await next).embeddings![0]).toBeCloseTo(GREY[0], 2);
  });

  it.each([true, false])('releases frames if it is to (%s), once its patches are cut out', async (release) => {
    const stage = new EmbeddingStage(model, { mode: 'always', minScore: 0.2, sureScore: 0.5, together: 2, release });
    let released = 0;
    const { pixels, ...rest } = frame(0);
    const spoil = () => {
      released++;
      pixels!.fill(0);
    };
    const described = stage.embed({ ...rest, pixels: pixels!, release: spoil }, Promise.resolve(LEFT_AND_RIGHT));
    if (release) await vi.waitUntil(() => released > 0, { timeout: 10_000 });
    else await setTimeout(20);
    expect(released).toBe(release ? 1 : 0); // although it still waits for another
    stage.flush();
    expect((await described).embeddings![6]).toBeCloseTo(GREY[1], 2);
  });

  describe('with frames embedded in pairs', () => {
    /** A person on the left, where it is dark, or on the right. */
    const LEFT = { ...LEFT_AND_RIGHT, length: 1 };
    const RIGHT = { ...LEFT, boxes: LEFT_AND_RIGHT.boxes.slice(8) };
    const EMPTY = { ...LEFT, scores: Float32Array.of(0) };

    /** The stage, and the number of patches of each run of the network. */
    function pairs() {
      const runs: number[] = [];
      const counted: AppearanceModel = {
        ...model,
        embed: (patches) => {
          runs.push(patches.length / PATCH_BYTES);
          return model.embed(patches);
        },
      };
      return {
        stage: new EmbeddingStage(counted, { mode: 'always', minScore: 0.2, sureScore: 0.5, together: 2 }),
        runs,
      };
    }

    it('gives each its own embeddings', async () => {
      const { stage, runs } = pairs();
      const described = [LEFT, RIGHT, EMPTY, LEFT_AND_RIGHT].map((detections, index) =>
        stage.embed(frame(index), Promise.resolve(detections)),
      );
      const [left, right, empty, both] = (await Promise.all(described)).map(({ embeddings }) => embeddings!);
      expect(left[0]).toBeCloseTo(GREY[0], 2);
      expect(right[0]).toBeCloseTo(GREY[1], 2);
      expect(empty[0]).toBeNaN();
      expect([both[0], both[6]].map((grey) => grey.toFixed(1))).toEqual(GREY.map((grey) => grey.toFixed(1)));
      expect(runs).toEqual([2, 2]);
    });

    it('lets none wait any more after flush()', async () => {
      const { stage, runs } = pairs();
      const first = stage.embed(frame(0), Promise.resolve(LEFT));
      await setTimeout(50);
      expect(runs).toEqual([]);
      stage.flush();
      const second = stage.embed(frame(1), Promise.resolve(RIGHT));
      expect((await first).embeddings![0]).toBeCloseTo(GREY[0], 2);
      expect((await second).embeddings![0]).toBeCloseTo(GREY[1], 2);
      expect(runs).toEqual([1, 1]);
    });

    it('lets none wait for a frame that cannot be detected', async () => {
      const { stage } = pairs();
      const first = stage.embed(frame(0), Promise.resolve(LEFT));
      await expect(stage.embed(frame(1), Promise.reject(new Error('no inference')))).rejects.toThrow();
      expect((await first).embeddings![0]).toBeCloseTo(GREY[0], 2);
    });

    it('rejects all of them when they cannot be embedded', async () => {
      const failing = { ...model, embed: () => Promise.reject(new Error('no embedding')) };
      const stage = new EmbeddingStage(failing, { mode: 'always', minScore: 0.2, sureScore: 0.5, together: 2 });
      const described = [LEFT, RIGHT].map((detections, k) => stage.embed(frame(k), Promise.resolve(detections)));
      for (const { status } of await Promise.allSettled(described)) expect(status).toBe('rejected');
    });
  });

  it('leaves detections without a picture as they are', async () => {
    const stage = new EmbeddingStage(model, { mode: 'always', minScore: 0.2, sureScore: 0.5 });
    const { pixels, ...without } = frame(0);
    expect(pixels).toBeDefined();
    expect(await stage.embed(without, Promise.resolve(LEFT_AND_RIGHT))).toBe(LEFT_AND_RIGHT);
  });
});
