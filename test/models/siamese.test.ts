import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../../src/appearance/patches.ts';
import { readOnnxInitializers } from '../../src/inference/onnx/reader.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { openVideo } from '../../src/video/index.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const files = ['siamese-embedding.onnx', 'siamese-head.onnx'];
const [embeddingFile, headFile] = files.map((name) => readFileSync(file(`models/${name}`)));
const D = 128;

/** Frames of the sample, each with the boxes that the detector finds there: person, x, y, w, h. */
const FRAMES: Record<number, number[][]> = {
  0: [
    [9, 500, 154, 29, 78],
    [19, 641, 238, 40, 81],
    [15, 252, 220, 29, 90],
  ],
  10: [
    [19, 549, 236, 30, 89],
    [9, 463, 167, 38, 77],
    [15, 317, 210, 33, 81],
  ],
  20: [
    [19, 440, 231, 36, 85],
    [11, 684, 272, 39, 105],
    [15, 362, 198, 35, 76],
  ],
  30: [
    [11, 627, 251, 39, 102],
    [12, 666, 251, 33, 95],
  ],
  40: [
    [12, 600, 234, 33, 90],
    [11, 568, 235, 38, 91],
  ],
};

describe('the Siamese network that comes with twintrack', () => {
  let embedding: InferenceSession;
  let head: InferenceSession;
  beforeAll(async () => {
    [embedding, head] = await Promise.all([embeddingFile, headFile].map((bytes) => InferenceSession.create(bytes)));
  });

  const embed = async (patches: Float32Array): Promise<Float32Array> => {
    const dims = [patches.length / PATCH_BYTES, 3, PATCH_HEIGHT, PATCH_WIDTH];
    const { embeddings } = await embedding.run({ patches: new Tensor('float32', patches, dims) });
    expect(embeddings.dims).toEqual([dims[0], D]);
    return embeddings.data as Float32Array;
  };
  const compare = async (a: Float32Array, b: Float32Array): Promise<Float32Array> => {
    const tensor = (of: Float32Array) => new Tensor('float32', of, [of.length / D, D]);
    const { similarity } = await head.run({ a: tensor(a), b: tensor(b) });
    expect(similarity.dims).toEqual([a.length / D, 1]);
    return similarity.data as Float32Array;
  };
  const noise = (n: number): Float32Array => {
    const random = seededRandom(7);
    return Float32Array.from({ length: n * PATCH_BYTES }, () => Math.floor(256 * random()));
  };

  test('is the one that its card describes', () => {
    const card = readFileSync(file('models/siamese.md'), 'utf8');
    for (const bytes of [embeddingFile, headFile]) {
      expect(card).toContain(createHash('sha256').update(bytes).digest('hex'));
      expect(card).toContain(`${bytes.length.toLocaleString('en')} bytes`);
    }
  });

  test('has at most a million parameters', () => {
    const count = (bytes: Uint8Array) =>
      [...readOnnxInitializers(bytes).values()].reduce((n, w) => n + w.data.length, 0);
    expect(count(embeddingFile) + count(headFile)).toBeLessThanOrEqual(1e6);
  });

  test('has a head of two layers by the names that the tracker reads', () => {
    const weights = readOnnxInitializers(headFile);
    const shapes = Object.fromEntries([...weights].map(([name, { dims }]) => [name, dims]));
    const hidden = weights.get('hidden.bias')!.data.length;
    const expected = {
      'hidden.weight': [hidden, D],
      'hidden.bias': [hidden],
      'out.weight': [1, hidden],
      'out.bias': [1],
    };
    expect(shapes).toEqual(expected);
  });

  test('gives unit embeddings, in a batch the same as one by one', async () => {
    const patches = noise(5);
    const together = await embed(patches);
    for (let i = 0; i < 5; i++) {
      const own = together.subarray(i * D, (i + 1) * D);
      expect(Math.hypot(...own)).toBeCloseTo(1, 5);
      const alone = await embed(patches.slice(i * PATCH_BYTES, (i + 1) * PATCH_BYTES));
      for (let k = 0; k < D; k++) expect(Math.abs(alone[k] - own[k])).toBeLessThan(1e-5);
    }
  });

  test('finds an embedding like itself, and a like b as b like a', async () => {
    const patches = noise(4);
    for (let k = 0; k < PATCH_BYTES; k++) patches[k] = k % 256; // one that is no noise
    const a = await embed(patches);
    for (const similarity of await compare(a, a)) expect(similarity).toBeGreaterThan(0.5);
    const b = Float32Array.from(a, (_, k) => a[(k + D) % a.length]);
    expect(await compare(a, b)).toEqual(await compare(b, a));
  });

  test('tells the people of the sample apart', async () => {
    const cutter = new PatchCutter();
    const people: number[] = [];
    const patches: Uint8Array[] = [];
    for await (const { index, width, height, pixels } of await openVideo(file('videos/pets09-s2l1.mp4'), {
      pixels: true,
      maxFrames: 41,
    })) {
      for (const [person, ...box] of FRAMES[index] ?? []) {
        const patch = new Uint8Array(PATCH_BYTES);
        cutter.cut({ pixels: pixels!, width, height }, Float64Array.from(box), 0, patch, 0);
        people.push(person);
        patches.push(patch);
      }
    }
    const all = await embed(Float32Array.from(Buffer.concat(patches)));
    const of = (i: number) => all.slice(i * D, (i + 1) * D);
    for (let i = 0; i < people.length; i++) {
      const likest = { same: 0, other: 0 };
      for (let j = 0; j < people.length; j++) {
        if (j === i) continue;
        const [similarity] = await compare(of(i), of(j));
        const kind = people[i] === people[j] ? 'same' : 'other';
        likest[kind] = Math.max(likest[kind], similarity);
      }
      expect(likest.same, `box ${i}`).toBeGreaterThan(Math.max(0.5, likest.other));
    }
  });
});
