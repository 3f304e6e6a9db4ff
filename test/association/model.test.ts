import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FEATURE_COUNT, FEATURES, PairFeatures } from '../../src/association/features.ts';
import { associationParameters, loadAssociation } from '../../src/association/model.ts';
import type { BoostedTree } from '../../src/association/scores/boosted.ts';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { learnedScore } from '../../src/association/scores/learned.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twintrack-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One pair: overlapping by `iou`, everything else as of a person who walks alone. */
function pairOf(iou: number): PairFeatures {
  const pairs = new PairFeatures();
  pairs.length = 1;
  pairs.values.fill(0, 0, FEATURE_COUNT);
  pairs.values[FEATURES.indexOf('iou')] = iou;
  pairs.values[FEATURES.indexOf('distance')] = 20 * (1 - iou);
  pairs.values[FEATURES.indexOf('gap')] = 0.04;
  pairs.values[FEATURES.indexOf('similarity')] = Number.NaN;
  return pairs;
}

async function stored(content: unknown): Promise<string> {
  const file = join(folder, 'model.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const tree = { feature: [4, -1, -1], value: [0.5, -2, 2], left: [1, 0, 0], missing: [0, 0, 0] };
const model = { schema: 'twintrack/association', version: 1, features: FEATURES, base: 0, trees: [tree] };

describe('association model', () => {
  test('uses appearance as it learned to; when it learned without, as the score set by hand does', () => {
    const alike = pairOf(0.5);
    alike.values[FEATURES.indexOf('similarity')] = 0.9;
    const appearance = {
      feature: [FEATURES.indexOf('similarity'), -1, -1],
      value: [0.5, -1, 1],
      left: [1, 0, 0],
      missing: [1, 0, 0],
    } as const;
    const oddsOf = (trees: BoostedTree[], pairs: PairFeatures) => {
      const out = new Float64Array(1);
      learnedScore({ features: FEATURES, base: 0, trees }).score(pairs, out);
      return Math.log(out[0] / (1 - out[0]));
    };
    const motion = tree as BoostedTree;
    expect(oddsOf([motion, appearance], alike)).toBeCloseTo(2 + 1, 9);
    expect(oddsOf([motion, appearance], pairOf(0.5))).toBeCloseTo(2 - 1, 9);
    expect(oddsOf([motion], alike)).toBeCloseTo(2 + Math.log(9), 9);
    expect(oddsOf([motion], pairOf(0.5))).toBeCloseTo(2, 9);
  });

  test('hand-set, the default, is the hand-set score', async () => {
    expect(await loadAssociation('hand-set')).toBe(handSetScore);
    expect(await loadAssociation()).toBe(handSetScore);
    expect(associationParameters.parse({})).toEqual({ model: 'hand-set' });
  });

  test('the default believes in overlap', async () => {
    const score = await loadAssociation();
    const out = new Float64Array(2);
    score.score(pairOf(0.9), out);
    const near = out[0];
    score.score(pairOf(0), out);
    expect(near).toBeGreaterThan(0.9);
    expect(out[0]).toBeLessThan(near - 0.5);
  });

  test('a model file gives the probability of its trees', async () => {
    const score = await loadAssociation(await stored(model));
    const out = new Float64Array(1);
    score.score(pairOf(0.9), out);
    expect(out[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
  });

  test.each([
    ['no JSON', '{', /is no association model/],
    ['another schema', { ...model, schema: 'other' }, /is no association model/],
    ['other features', { ...model, features: ['a'] }, /other features/],
    ['a tree that never ends', { ...model, trees: [{ ...tree, left: [0, 0, 0] }] }, /not a tree/],
    ['a tree of an unknown feature', { ...model, trees: [{ ...tree, feature: [99, -1, -1] }] }, /not a tree/],
    ['a tree with a short column', { ...model, trees: [{ ...tree, value: [0.5] }] }, /not a tree/],
  ])('refuses %s in one line', async (_, content, reason) => {
    const error = await loadAssociation(await stored(content)).catch((e: Error) => e);
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).not.toContain('\n');
  });

  test.each(['/nowhere.json', 'learned'])('refuses %s, a file that is not there', async (name) => {
    await expect(loadAssociation(name)).rejects.toThrow(
      `${name}: cannot be read as an association model; give hand-set or a model file of "train association"`,
    );
  });
});
