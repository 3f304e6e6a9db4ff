import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { PATCH_BYTES } from '../../src/appearance/patches.ts';
import { loadSiamese } from '../../src/appearance/siamese.ts';
import { SimilarityHead } from '../../src/appearance/similarity.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeColourModel, writeGraph, writeHead } from './colour-model.ts';

const folder = temporaryFolder();
const SHIPPED_HEAD = fileURLToPath(new URL('../../models/siamese-head.onnx', import.meta.url));

function randomFloats(n: number, seed: number, scale = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: n }, () => scale * (2 * random() - 1));
}

/** Patches of flat colours. */
function flat(...colours: readonly (readonly [number, number, number])[]): Uint8Array {
  const patches = new Uint8Array(colours.length * PATCH_BYTES);
  colours.forEach((colour, i) => {
    colour.forEach((value, c) => {
      const from = i * PATCH_BYTES + (c * PATCH_BYTES) / 3;
      patches.fill(value, from, from + PATCH_BYTES / 3);
    });
  });
  return patches;
}

describe('SimilarityHead', () => {
  const random = writeHead(
    join(folder, 'head.onnx'),
    randomFloats(16 * 20, 1),
    randomFloats(16, 2),
    randomFloats(16, 3, 2),
    0.3,
  );

  it.each([
    ['of random weights', random],
    ['that is shipped', SHIPPED_HEAD],
  ])('a head %s gives what onnxruntime gives', async (_, file) => {
    const head = new SimilarityHead(file, readFileSync(file));
    const d = head.dimensions;
    const n = 40;
    const a = randomFloats(n * d, 4, 0.1);
    const b = randomFloats(n * d, 5).map((x, k) => a[k] + (0.2 * x * Math.floor(k / d)) / n);
    const session = await InferenceSession.create(file);
    const feeds = { a: new Tensor('float32', a, [n, d]), b: new Tensor('float32', b, [n, d]) };
    const expected = (await session.run(feeds)).similarity.data as Float32Array;
    for (let i = 0; i < n; i++) {
      expect(Math.abs(head.similarity(a, i, b, i) - expected[i])).toBeLessThan(1e-5);
      expect(head.similarity(a, i, b, i)).toBe(head.similarity(b, i, a, i));
    }
    expect(new Set(expected).size).toBeGreaterThan(n / 2);
    await session.release();
  });

  it('says what is wrong with a file that is none', () => {
    expect(() => new SimilarityHead('h.onnx', Buffer.from('a picture'))).toThrow(/^h.onnx: not an ONNX model; /);
    const other = writeGraph(join(folder, 'other.onnx'), {
      inputs: [{ name: 'a', type: 'float32', dims: [1] }],
      outputs: [{ name: 'b', type: 'float32', dims: [1] }],
      initializers: [],
      nodes: [{ op: 'Identity', inputs: ['a'], outputs: ['b'] }],
    });
    expect(() => new SimilarityHead(other, readFileSync(other))).toThrow('not the similarity head');
  });
});

describe('loadSiamese', () => {
  it('embeds a batch as it embeds one by one, several batches at a time', async () => {
    const model = await loadSiamese(writeColourModel(join(folder, 'colours')));
    const [red, grey, blue] = [
      [200, 10, 20],
      [90, 90, 90],
      [0, 30, 255],
    ] as const;
    const [all, one, none] = await Promise.all([
      model.embed(flat(red, grey, blue)),
      model.embed(flat(blue)),
      model.embed(new Uint8Array(0)),
    ]);
    expect(Array.from(all, (x) => Math.round(255 * x))).toEqual([...red, ...grey, ...blue]);
    expect(one).toEqual(all.slice(6));
    expect(none).toHaveLength(0);
    expect(model.similarity(all, 2, one, 0)).toBeGreaterThan(0.99);
    expect(model.similarity(all, 0, one, 0)).toBeLessThan(0.01);
    await model.close();
    await expect(model.embed(flat(red))).rejects.toThrow('the embedding is closed');
  });

  it('embeds a crowd piece by piece, each in its place', async () => {
    const model = await loadSiamese(writeColourModel(join(folder, 'crowd')));
    const greys = Array.from({ length: 41 }, (_, i) => 6 * i);
    const embeddings = await model.embed(flat(...greys.map((grey) => [grey, grey, 255] as const)));
    expect(Array.from(embeddings, (x) => Math.round(255 * x))).toEqual(greys.flatMap((grey) => [grey, grey, 255]));
    await model.close();
  });

  it('loads the shipped network: unit vectors, alike for what is alike', async () => {
    const model = await loadSiamese();
    const noise = Uint8Array.from(randomFloats(PATCH_BYTES, 9), (x) => 128 + 100 * x);
    const patches = Buffer.concat([flat([120, 60, 40], [120, 60, 40]), noise]);
    const embeddings = await model.embed(patches);
    for (let i = 0; i < 3; i++) {
      const row = embeddings.subarray(i * model.dimensions, (i + 1) * model.dimensions);
      expect(row.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 4);
    }
    const same = model.similarity(embeddings, 0, embeddings, 1);
    expect(same).toBeGreaterThan(0.9);
    expect(model.similarity(embeddings, 0, embeddings, 2)).toBeLessThan(same);
    expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
    await model.close();
  });

  it('says which file is missing or unfit, and what to give', async () => {
    const nowhere = join(folder, 'nowhere');
    expect(existsSync(nowhere)).toBe(false);
    await expect(loadSiamese(nowhere)).rejects.toThrow(
      `${join(nowhere, 'siamese-embedding.onnx')}: does not exist; give`,
    );
    const broken = writeColourModel(join(folder, 'broken'));
    writeFileSync(join(broken, 'siamese-embedding.onnx'), 'not a network');
    await expect(loadSiamese(broken)).rejects.toThrow('not an ONNX model; give the ONNX file of a person embedding');
    const mixed = writeColourModel(join(folder, 'mixed'));
    writeHead(join(mixed, 'siamese-head.onnx'), randomFloats(8, 1), randomFloats(2, 2), randomFloats(2, 3), 0);
    await expect(loadSiamese(mixed)).rejects.toThrow('maps [n,3,128,64] to [n,3], not [n,3,128,64] to [n,4]; give');
  });
});
