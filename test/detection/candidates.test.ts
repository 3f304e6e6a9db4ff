import fc from 'fast-check';
import { expect, test } from 'vitest';
import { iou } from '../../src/core/geometry.ts';
import { Candidates } from '../../src/detection/candidates.ts';

const box = fc.record({
  left: fc.integer({ min: -50, max: 50 }),
  top: fc.integer({ min: -50, max: 50 }),
  width: fc.integer({ min: 1, max: 60 }),
  height: fc.integer({ min: 1, max: 60 }),
  score: fc.integer({ min: 0, max: 10 }).map((score) => score / 10),
});

test('what suppression keeps does not overlap, what it drops overlaps something better that is kept', () => {
  fc.assert(
    fc.property(fc.array(box, { maxLength: 200 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (boxes, limit) => {
      const candidates = new Candidates();
      for (const { left, top, width, height, score } of boxes)
        candidates.add(left, top, left + width, top + height, score);
      const all = candidates.toDetections();
      const kept = candidates.toDetections(limit);
      expect(all.length).toBe(boxes.length);
      expect([...all.scores]).toEqual(boxes.map(({ score }) => Math.fround(score)).sort((a, b) => b - a));
      for (let i = 0; i < kept.length; i++) {
        for (let j = 0; j < i; j++) expect(iou(kept.boxes, i, kept.boxes, j)).toBeLessThanOrEqual(limit);
      }
      for (let i = 0; i < all.length; i++) {
        const reason = Array.from({ length: kept.length }, (_, k) => k).some(
          (k) =>
            kept.scores[k] >= all.scores[i] &&
            (iou(kept.boxes, k, all.boxes, i) > limit || same(kept.boxes, k, all.boxes, i)),
        );
        expect(reason).toBe(true);
      }
    }),
  );
});

function same(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
  return a.subarray(4 * i, 4 * i + 4).join() === b.subarray(4 * j, 4 * j + 4).join();
}

test('a box without area, or that is not finite, is left out', () => {
  const candidates = new Candidates();
  candidates.add(1, 1, 1, 5, 1);
  candidates.add(5, 1, 1, 5, 1);
  candidates.add(Number.NaN, 1, 1, 5, 1);
  candidates.add(0, 0, Number.POSITIVE_INFINITY, 5, 1);
  candidates.add(0, 0, 1, 1, Number.NaN);
  expect(candidates.toDetections().length).toBe(0);
});
