import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../../src/training/siamese/backend.ts';
import { buildNetwork } from '../../../src/training/siamese/network.ts';
import { splitPeople } from '../../../src/training/siamese/people.ts';
import { readPictureFolder } from '../../../src/training/siamese/picture-folder.ts';
import { trainSiamese } from '../../../src/training/siamese/siamese-training.ts';
import { measure } from '../../../src/training/siamese/training.ts';
import { drawPedestrians } from './pedestrians.ts';

const SIZE = { widths: [8, 8, 12, 16], blocks: [0, 0, 1, 1], embedding: 16, hidden: 8 };

let folder: string;
let data: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'siamese-'));
  data = join(folder, 'people');
  drawPedestrians(data, 40, 6);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('trainSiamese', () => {
  it('lets the loss fall and tells unseen people apart, on wasm', async () => {
    const out = join(folder, 'model');
    const { tf, name } = await loadBackend();
    expect(name).toBe('wasm');
    const people = await readPictureFolder(data);
    const { heldOut } = splitPeople(data, people);
    const untrained = await measure(tf, buildNetwork(tf, SIZE), { people, rows: heldOut });
    const t = performance.now();
    const { course } = await trainSiamese(data, {
      out,
      loss: 'all',
      epochs: 10,
      size: SIZE,
      onEpoch: (e, i) => console.log(e, i),
    });
    console.log(untrained.auc, untrained.rank1, course.best.auc, performance.now() - t);
    expect(readdirSync(out).sort()).toEqual([
      'siamese-embedding.onnx',
      'siamese-head.onnx',
      'siamese.json',
      'siamese.svg',
    ]);
  });
});
