import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATCH_BYTES } from '../../../src/appearance/patches.ts';
import { loadSiamese } from '../../../src/appearance/siamese.ts';
import { readOnnxInitializers } from '../../../src/inference/onnx/reader.ts';
import { areaUnderCurve } from '../../../src/learning/probability-figures.ts';
import { loadBackend } from '../../../src/learning/siamese/backend.ts';
import type { LossName } from '../../../src/learning/siamese/figures.ts';
import { buildNetwork } from '../../../src/learning/siamese/network.ts';
import { measure } from '../../../src/learning/siamese/network-training.ts';
import { splitPeople } from '../../../src/learning/siamese/people.ts';
import { readPictureFolder } from '../../../src/learning/siamese/picture-folder.ts';
import { labelledPairs } from '../../../src/learning/siamese/retrieval.ts';
import { type SiameseTrainingOptions, trainSiamese } from '../../../src/learning/siamese/train-siamese.ts';
import { drawPedestrians } from './pedestrians.ts';

const SMALL = { widths: [8, 12, 16, 16], blocks: [0, 0, 0, 0], embedding: 16, hidden: 8 };
const TINY = { widths: [4, 4, 4, 4], blocks: [0, 0, 0, 1], embedding: 8, hidden: 4 };
const FILES = ['siamese-embedding.onnx', 'siamese-head.onnx', 'siamese.json', 'siamese.svg'];

let folder: string;
let crowd: string;
let few: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'siamese-'));
  crowd = join(folder, 'crowd');
  few = join(folder, 'few');
  drawPedestrians(crowd, 40, 4);
  drawPedestrians(few, 8, 4);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tiny = (out: string, more: Partial<SiameseTrainingOptions> = {}): SiameseTrainingOptions => {
  return { out: join(folder, out), loss: 'all', epochs: 3, size: TINY, learningRate: 0.01, ...more };
};

/** Training takes seconds, and a minute on a machine that is busy. */
describe('trainSiamese on wasm', { timeout: 300_000 }, () => {
  it('lets the loss fall and separates people held out', async () => {
    const out = join(folder, 'model');
    const { tf, name } = await loadBackend();
    expect(name).toBe('wasm');
    const people = await readPictureFolder(crowd);
    const { heldOut } = splitPeople(crowd, people);
    const untrained = await measure(tf, buildNetwork(tf, SMALL), { people, rows: heldOut });
    const speeds: number[] = [];
    const { course } = await trainSiamese(crowd, {
      out,
      loss: 'all',
      epochs: 6,
      size: SMALL,
      learningRate: 0.02,
      onBatch: ({ patchesPerSecond }) => speeds.push(patchesPerSecond),
    });
    expect(course.epochs).toHaveLength(6);
    expect(course.epochs[5].loss).toBeLessThan(0.95 * course.epochs[0].loss);
    expect(course.best.auc).toBeGreaterThan(Math.max(0.75, untrained.auc + 0.15));
    expect(course.best.rank1).toBeGreaterThan(untrained.rank1);
    expect(Math.min(...speeds)).toBeGreaterThan(0);
    expect(readdirSync(out).sort()).toEqual(FILES);
    const card = JSON.parse(readFileSync(join(out, 'siamese.json'), 'utf8'));
    expect(card).toMatchObject({ schema: 'twintrack/siamese', made: 'train', loss: 'all', backend: 'wasm' });
    expect(card.best.auc).toBeCloseTo(course.best.auc, 4);
    expect(card.onnxDifference.embedding).toBeLessThan(1e-4);
    expect(readFileSync(join(out, 'siamese.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<polyline[\s\S]*<\/svg>\n$/);

    // the folder is a model of the tracker, and as good there
    const model = await loadSiamese(out, 1);
    const pictures = [...heldOut].map((i) => people.patches.subarray(i * PATCH_BYTES, (i + 1) * PATCH_BYTES));
    const embeddings = await model.embed(Buffer.concat(pictures));
    await model.close();
    const { a, b, same } = labelledPairs(people, heldOut);
    const alike = Float64Array.from(a, (i, k) => model.similarity(embeddings, i, embeddings, b[k]));
    expect(areaUnderCurve(alike, same)).toBeCloseTo(course.best.auc, 3);
  });

  it('goes on where it was interrupted, to the same network', async () => {
    const whole = await trainSiamese(few, tiny('whole'));
    const controller = new AbortController();
    const out = join(folder, 'resumed');
    const part = await trainSiamese(
      few,
      tiny('resumed', {
        signal: controller.signal,
        onBatch: ({ epoch }) => {
          if (epoch === 2) controller.abort(new Error('interrupted'));
        },
      }),
    );
    expect(part.course.epochs).toEqual(whole.course.epochs.slice(0, 1));
    expect(readdirSync(out).sort()).toEqual(['siamese.checkpoint', ...FILES].sort());

    const resumed = await trainSiamese(few, tiny('resumed', { resume: true }));
    expect(existsSync(join(out, 'siamese.checkpoint'))).toBe(false);
    resumed.course.epochs.forEach(({ loss }, k) => {
      expect(loss).toBeCloseTo(whole.course.epochs[k].loss, 3);
    });
    if (resumed.course.best.epoch !== whole.course.best.epoch) return;
    const [a, b] = ['whole', 'resumed'].map((name) =>
      readOnnxInitializers(readFileSync(join(folder, name, 'siamese-embedding.onnx'))),
    );
    for (const [name, { data }] of a)
      data.forEach((value, i) => {
        expect(Math.abs(value - b.get(name)!.data[i])).toBeLessThan(0.01 * Math.max(1, Math.abs(value)));
      });
  });

  it.each<LossName>(['bce', 'contrastive', 'triplet'])('minimises %s', async (loss) => {
    const { course } = await trainSiamese(few, tiny(loss, { loss, epochs: 12 }));
    const mean = (from: number) => course.epochs.slice(from, from + 4).reduce((sum, epoch) => sum + epoch.loss, 0);
    expect(mean(8)).toBeLessThan(mean(0));
    expect(course.best.auc).toBe(Math.max(...course.epochs.map(({ auc }) => auc)));
  });

  it('leaves nothing in memory', async () => {
    const { tf } = await loadBackend();
    const before = tf.memory().numTensors;
    await trainSiamese(few, tiny('memory', { epochs: 1 }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses to go on with what it cannot go on with', async () => {
    await expect(trainSiamese(few, tiny('none', { resume: true }))).rejects.toThrow(/there is no unfinished training/);
    const controller = new AbortController();
    const onBatch = ({ epoch }: { epoch: number }) => epoch === 2 && controller.abort();
    await trainSiamese(few, tiny('other', { signal: controller.signal, onBatch }));
    await expect(trainSiamese(few, tiny('other', { resume: true, loss: 'bce' }))).rejects.toThrow(
      /siamese\.checkpoint: is of a training with loss all, not bce/,
    );
  });
});
