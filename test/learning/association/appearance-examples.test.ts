import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actorsOf, renderPeople } from '../../../scripts/rendered-people.ts';
import { PATCH_BYTES } from '../../../src/appearance/patches.ts';
import { loadSiamese } from '../../../src/appearance/siamese.ts';
import { FEATURE_COUNT, SIMILARITY } from '../../../src/association/features.ts';
import { learnedScore } from '../../../src/association/scores/learned.ts';
import {
  type AppearanceExamples,
  readAppearanceExamples,
  toAppearanceFile,
} from '../../../src/learning/association/appearance-examples.ts';
import type { Examples } from '../../../src/learning/association/boosting.ts';
import { probabilities } from '../../../src/learning/association/example-sets.ts';
import {
  collectExamples,
  examplesByName,
  trainAssociation,
} from '../../../src/learning/association/train-association.ts';
import { loadMotRoot, type MotSequence } from '../../../src/learning/mot-root.ts';
import { seededRandom } from '../../../src/learning/random.ts';
import { writeColourModel } from '../../appearance/colour-model.ts';
import { simulatedRoot } from '../simulated-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Twelve people of one colour each. */
function colours(): Parameters<typeof actorsOf>[0] {
  const patches = new Uint8Array(12 * PATCH_BYTES);
  for (let i = 0; i < 12; i++) {
    const rgb = [(i % 3) * 100 + 20, (Math.floor(i / 3) % 2) * 160 + 40, (i >> 2) * 80 + 30];
    for (let c = 0; c < 3; c++)
      patches.fill(rgb[c], i * PATCH_BYTES + (c * PATCH_BYTES) / 3, i * PATCH_BYTES + ((c + 1) * PATCH_BYTES) / 3);
  }
  return {
    length: 12,
    patches,
    person: Int32Array.from({ length: 12 }, (_, i) => i),
    camera: new Int32Array(12),
    count: 12,
  };
}

describe('learning from people drawn into sequences without pictures', () => {
  let sequences: MotSequence[];
  let appearance: AppearanceExamples;
  beforeAll(async () => {
    const root = simulatedRoot({ frames: 100 });
    sequences = await loadMotRoot(root);
    rmSync(root, { recursive: true });
    const model = await loadSiamese(writeColourModel(join(folder, 'colours')));
    const found = new Map();
    for (const sequence of sequences) {
      const frames = await renderPeople(sequence, actorsOf(colours()), model);
      found.set(sequence.name, collectExamples({ frameRate: sequence.frameRate, frames }, model));
    }
    await model.close();
    appearance = { sequences: found, others: { length: 0, features: new Float64Array(0), labels: new Uint8Array(0) } };
  });

  it('one person is mostly more like himself than like others', () => {
    const values = { same: [] as number[], other: [] as number[] };
    for (const { labels, features } of appearance.sequences.values())
      labels.forEach((label, i) => {
        const similarity = features[i * FEATURE_COUNT + SIMILARITY];
        if (!Number.isNaN(similarity)) values[label ? 'same' : 'other'].push(similarity);
      });
    const median = (of: number[]) => of.sort((a, b) => a - b)[of.length >> 1];
    expect(values.other.length).toBeGreaterThan(50);
    expect(median(values.same)).toBeGreaterThan(0.8);
    expect(median(values.other)).toBeLessThan(0.3);
  });

  it('gives one model that uses appearance where there is a similarity, and works without', async () => {
    // Motion does not separate these people, appearance does.
    const random = seededRandom(1);
    const puzzling = examplesByName(sequences).map(({ length, features }): Examples => {
      const labels = Uint8Array.from({ length }, () => (random() < 0.5 ? 1 : 0));
      labels.forEach((label, i) => {
        features[i * FEATURE_COUNT + SIMILARITY] = 0.2 + 0.6 * label + 0.2 * random();
      });
      return { length, features, labels };
    });
    const given = { ...appearance, sequences: new Map(sequences.map(({ name }, i) => [name, puzzling[i]])) };
    const [plain, training] = [
      await trainAssociation(sequences),
      await trainAssociation(sequences, { appearance: given }),
    ];
    const { pairs, learned, without } = training.appearance!;
    expect(pairs).toBe(puzzling.reduce((sum, { length }) => sum + length, 0));
    expect(learned.logLoss).toBeLessThan(without.logLoss / 2);
    expect(learned.auc).toBeGreaterThan(0.95);
    const score = learnedScore(training.model);
    // without a similarity nothing changes
    const [own] = examplesByName(sequences);
    expect(probabilities(score, own)).toEqual(probabilities(learnedScore(plain.model), own));
    expect(training.crossValidation).toEqual(plain.crossValidation);
  });

  it('refuses pairs of one kind alone, and those of other sequences', async () => {
    const [own] = examplesByName(sequences);
    const same = { ...own, labels: new Uint8Array(own.length).fill(1) };
    for (const name of [sequences[0].name, 'another'])
      await expect(
        trainAssociation(sequences, { appearance: { ...appearance, sequences: new Map([[name, same]]) } }),
      ).rejects.toThrow(/^appearance: holds no pairs of one person and of two of these sequences/);
  });

  it('goes through a file, and says what is no such file', async () => {
    const file = join(folder, 'appearance.json');
    writeFileSync(file, toAppearanceFile(appearance));
    const read = await readAppearanceExamples(file);
    for (const [name, { features, labels }] of appearance.sequences) {
      expect(read.sequences.get(name)!.labels).toEqual(labels);
      read.sequences.get(name)!.features.forEach((x, i) => {
        if (Number.isNaN(features[i])) expect(x).toBeNaN();
        else expect(Math.abs(x - features[i])).toBeLessThanOrEqual(1e-5 * Math.abs(features[i]));
      });
    }
    await expect(readAppearanceExamples(join(folder, 'missing.json'))).rejects.toThrow(/missing.json: does not exist/);
    writeFileSync(file, '{"sequences":{},"others":{"features":[1],"labels":[1]}}');
    await expect(readAppearanceExamples(file)).rejects.toThrow(/appearance.json: holds no pairs with a similarity/);
  });
});
