import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSiamese } from '../../../src/appearance/siamese.ts';
import { adaptSiamese, better } from '../../../src/learning/siamese/adapt-siamese.ts';

const SAMPLE = 'videos/pets09-s2l1.mp4';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adapt-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('adaptSiamese', { timeout: 300_000 }, () => {
  it('learns from a video, and keeps the old weights unless the new ones are better', async () => {
    const out = join(folder, 'model');
    const batches: number[] = [];
    const { accepted, before, after, data } = await adaptSiamese(SAMPLE, {
      out,
      epochs: 1,
      maxFrames: 200,
      onBatch: ({ batch }) => batches.push(batch),
    });
    expect(batches.length).toBeGreaterThan(0);
    expect(data.people).toBeGreaterThan(3);
    expect(data.heldOutPeople).toBeGreaterThan(3);
    expect(before.auc).toBeGreaterThan(0.8);
    if (accepted) expect(better([before], [after])).toBe(true);
    expect(readdirSync(out).sort()).toEqual([
      'siamese-embedding.onnx',
      'siamese-head.onnx',
      'siamese.json',
      'siamese.svg',
    ]);
    const shipped = readFileSync('models/siamese-embedding.onnx');
    expect(readFileSync(join(out, 'siamese-embedding.onnx')).equals(shipped)).toBe(!accepted);
    const card = JSON.parse(readFileSync(join(out, 'siamese.json'), 'utf8'));
    expect(card).toMatchObject({ made: 'adapt', accepted, data });
    const model = await loadSiamese(out, 1);
    expect(model.dimensions).toBe(128);
    await model.close();
  });

  it('takes new weights for better only when they are so whoever is left out', () => {
    const at = (auc: number, map: number) => ({ auc, rank1: 1, map });
    expect(better([at(0.9, 0.8), at(0.9, 0.8)], [at(0.91, 0.8), at(0.92, 0.9)])).toBe(true);
    expect(better([at(0.9, 0.8), at(0.9, 0.8)], [at(0.91, 0.8), at(0.9, 0.9)])).toBe(false);
    expect(better([at(0.9, 0.8), at(0.9, 0.8)], [at(0.91, 0.8), at(0.92, 0.79)])).toBe(false);
    expect(better([at(0.9, 0.8), at(0.9, 0.8)], [at(0.91, 0.8), at(Number.NaN, 0.9)])).toBe(false);
  });

  it('says when too few people are seen, and writes nothing', async () => {
    const out = join(folder, 'none');
    await expect(adaptSiamese(SAMPLE, { out, epochs: 1, maxFrames: 10 })).rejects.toThrow(
      /^\S*pets09-s2l1\.mp4: shows too few people clearly and at the same time in its .*; give a longer video/,
    );
    expect(readdirSync(out)).toEqual([]);
  });

  it('says before it tracks that the folder cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(adaptSiamese(SAMPLE, { out: file, epochs: 1 })).rejects.toThrow(
      /file: cannot be made: a file has this name/,
    );
  });
});
