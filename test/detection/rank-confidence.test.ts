import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankConfidence } from '../../src/detection/rank-confidence.ts';

describe('confidences by rank', () => {
  test('by hand: the lowest, the 25 % and the 75 % rank of a file of any scale', () => {
    const scores = Float32Array.from({ length: 101 }, (_, i) => 10 * i - 50);
    const confidence = rankConfidence(scores);
    // Score number i is in the middle of rank i to rank i + 1 of 101.
    expect(confidence(-50)).toBeCloseTo(0.22 + (0.05 * (0.5 / 101)) / 0.05, 9);
    expect(confidence(10 * 50 - 50)).toBeCloseTo((0.72 + 0.82) / 2, 9);
  });

  test('a file whose scores are all the same is fairly sure of all', () => {
    expect(rankConfidence(Float32Array.of(1, 1, 1))(1)).toBeCloseTo((0.72 + 0.82) / 2, 9);
    expect(rankConfidence(Float32Array.of(-1))(-1)).toBeCloseTo((0.72 + 0.82) / 2, 9);
  });

  test('junk at the bottom of a file within 0..1 does not lift the others', () => {
    const good = [0.4, 0.6, 0.8, 0.9];
    const alone = rankConfidence(Float32Array.from(good));
    const withJunk = rankConfidence(Float32Array.from([...Array(1000).fill(0.05), ...good]));
    for (const score of good) expect(withJunk(Math.fround(score))).toBe(alone(Math.fround(score)));
    expect(withJunk(0.05)).toBeCloseTo((0.05 / 0.3) * 0.22, 9);
  });

  test('rises with the score and stays within 0..1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }),
        (list) => {
          const scores = Float32Array.from(list).sort();
          const values = Array.from(scores, rankConfidence(scores));
          for (let i = 0; i < values.length; i++) {
            expect(values[i]).toBeGreaterThanOrEqual(0);
            expect(values[i]).toBeLessThanOrEqual(0.96);
            if (i > 0) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]);
          }
        },
      ),
    );
  });
});
