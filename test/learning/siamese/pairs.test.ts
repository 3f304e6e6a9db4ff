import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PATCH_BYTES } from '../../../src/appearance/patches.ts';
import { seededRandom } from '../../../src/learning/random.ts';
import { Augmentation } from '../../../src/learning/siamese/augmentation.ts';
import { makeBatches, minePairs } from '../../../src/learning/siamese/pairs.ts';
import type { People } from '../../../src/learning/siamese/people.ts';
import { labelledPairs, pairAuc, rocCurve, searchFigures } from '../../../src/learning/siamese/retrieval.ts';

const peopleOf = (person: number[], camera?: number[], different?: People['different']): People => ({
  length: person.length,
  patches: new Uint8Array(0),
  person: Int32Array.from(person),
  camera: Int32Array.from(camera ?? person.map(() => -1)),
  count: Math.max(...person) + 1,
  ...(different && { different }),
});
const all = ({ length }: People) => Int32Array.from({ length }, (_, i) => i);
/** Unit vectors at angles in degrees. */
const at = (...degrees: number[]) =>
  Float32Array.from(degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]));

describe('minePairs', () => {
  const people = Int32Array.of(0, 0, 0, 1, 1, 2);
  const embeddings = at(0, 10, 40, 45, 60, 180);

  it('finds the hardest by hand', () => {
    const { anchors, positives, negatives } = minePairs(embeddings, people, 1, seededRandom(1));
    expect([...anchors]).toEqual([0, 1, 2, 3, 4]); // no other is person 2
    expect([...positives]).toEqual([2, 2, 0, 4, 3]);
    expect([...negatives]).toEqual([3, 3, 3, 2, 2]);
  });

  it('takes no person for another who may be the same', () => {
    const different = (a: number, b: number) => a !== b && a + b !== 1;
    const { anchors, negatives } = minePairs(embeddings, people, 1, seededRandom(1), different);
    expect([...anchors]).toEqual([0, 1, 2, 3, 4]);
    expect([...negatives]).toEqual([5, 5, 5, 5, 5]);
  });

  it('draws as many pairs of one person as of two', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 2, maxLength: 20 }),
        fc.double({ min: 0, max: 1 }),
        fc.nat(),
        (who, hard, seed) => {
          const angles = at(...who.map((_, i) => 7 * i));
          const { anchors, positives, negatives } = minePairs(angles, Int32Array.from(who), hard, seededRandom(seed));
          expect(positives.length).toBe(anchors.length);
          expect(negatives.length).toBe(anchors.length);
          anchors.forEach((i, k) => {
            expect(positives[k]).not.toBe(i);
            expect(who[positives[k]]).toBe(who[i]);
            expect(who[negatives[k]]).not.toBe(who[i]);
          });
        },
      ),
    );
  });
});

describe('makeBatches', () => {
  it('brings each person about equally often, with four pictures each', () => {
    const people = peopleOf(Array.from({ length: 300 }, (_, i) => i % 30));
    const batches = makeBatches(people, all(people), 3);
    expect(batches.length).toBe(13); // 300 pictures, 6 people × 4 a batch
    const turns = new Int32Array(30);
    for (const batch of batches) {
      expect(new Set(batch).size).toBe(24);
      const who = [...batch].map((row) => people.person[row]);
      for (let k = 0; k < 24; k += 4) {
        expect(new Set(who.slice(k, k + 4)).size).toBe(1);
        turns[who[k]]++;
      }
      expect(new Set(who).size).toBe(6);
    }
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
    expect(makeBatches(people, all(people), 3)).toEqual(batches);
    expect(makeBatches(people, all(people), 4)).not.toEqual(batches);
  });

  it('shows a person with few pictures several times', () => {
    const people = peopleOf([0, 1, 1]);
    expect([...makeBatches(people, all(people), 1)[0]].sort()).toEqual([0, 0, 0, 0, 1, 1, 2, 2]);
  });
});

describe('the figures of a validation', () => {
  it('are those found by hand', () => {
    const people = peopleOf([0, 0, 1, 1]);
    // nearest first: 0: 1, 2, 3; 1: 2 (wrong), 0, 3; 2: 1 (wrong), 3, 0; 3: 2, 1, 0
    const figures = searchFigures(people, all(people), at(0, 30, 50, 75));
    expect(figures.rank1).toBe(2 / 4);
    expect(figures.map).toBeCloseTo((1 + 1 / 2 + 1 / 2 + 1) / 4);
  });

  it('leave out the same person by the same camera, and people with one picture only', () => {
    const people = peopleOf([0, 0, 0, 1, 1, 2], [0, 0, 1, 0, 1, 0]);
    const { rank1, map } = searchFigures(people, all(people), at(0, 2, 20, 60, 75, 10));
    // 0 and 1 find 5 first, then 2; 2 finds 5, then 1; 3 finds 4; 4 finds 3; 5 is not searched for
    expect(rank1).toBeCloseTo(2 / 5);
    expect(map).toBeCloseTo((1 / 2 + 1 / 2 + (1 / 2 + 2 / 3) / 2 + 1 + 1) / 5);
  });

  it('count pairs of people known to be different only', () => {
    const people = peopleOf([0, 0, 1, 2], undefined, (a, b) => a !== b && a + b !== 3);
    const pairs = labelledPairs(people, all(people));
    const labelled = [...pairs.same].map((same, k) => [pairs.a[k], pairs.b[k], same]);
    expect(labelled.sort()).toEqual(
      [
        [1, 0, 1],
        [2, 0, 0],
        [2, 1, 0],
        [3, 0, 0],
        [3, 1, 0],
      ].sort(),
    );
    expect(pairAuc(Float32Array.from(pairs.same), pairs)).toBe(1);
  });

  it('give a ROC curve that rises from corner to corner, over the area of the AUC', () => {
    const same = Uint8Array.from({ length: 400 }, (_, k) => k % 2);
    const random = seededRandom(4);
    const similarities = Float32Array.from(same, (label) => label * 0.3 + random());
    const pairs = { a: new Int32Array(400), b: new Int32Array(400), same };
    const roc = rocCurve(similarities, pairs);
    expect(roc[0]).toEqual([0, 0]);
    expect(roc[roc.length - 1]).toEqual([1, 1]);
    let area = 0;
    for (let k = 1; k < roc.length; k++) {
      expect(roc[k][0]).toBeGreaterThanOrEqual(roc[k - 1][0]);
      expect(roc[k][1]).toBeGreaterThanOrEqual(roc[k - 1][1]);
      area += ((roc[k][0] - roc[k - 1][0]) * (roc[k][1] + roc[k - 1][1])) / 2;
    }
    expect(Math.abs(area - pairAuc(similarities, pairs))).toBeLessThan(0.02);
  });
});

describe('Augmentation', () => {
  it('keeps to 0..255 and to its place, changes the patch, and is the same for the same seed', () => {
    const random = seededRandom(2);
    const patches = Uint8Array.from({ length: 2 * PATCH_BYTES }, () => 256 * random());
    const source = patches.slice();
    for (let seed = 0; seed < 60; seed++) {
      const [out, again] = [new Float32Array(3 * PATCH_BYTES).fill(-7), new Float32Array(3 * PATCH_BYTES).fill(-7)];
      new Augmentation(seededRandom(seed)).apply(patches, 0, 1, out, PATCH_BYTES);
      new Augmentation(seededRandom(seed)).apply(patches, 0, 1, again, PATCH_BYTES);
      expect(Buffer.from(out.buffer).equals(Buffer.from(again.buffer))).toBe(true);
      const changed = out.subarray(PATCH_BYTES, 2 * PATCH_BYTES);
      expect(changed.every((value) => value >= 0 && value <= 255)).toBe(true);
      expect(out.subarray(0, PATCH_BYTES).every((value) => value === -7)).toBe(true);
      expect(out.subarray(2 * PATCH_BYTES).every((value) => value === -7)).toBe(true);
      expect(changed.some((value, k) => Math.abs(value - patches[k]) > 20)).toBe(true);
    }
    expect(patches).toEqual(source);
  });
});
