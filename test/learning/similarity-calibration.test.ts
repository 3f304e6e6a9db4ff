import { describe, expect, it } from 'vitest';
import { sameProbability } from '../../src/appearance/calibration.ts';
import { sigmoid } from '../../src/core/probability.ts';
import { fitLogistic } from '../../src/learning/logistic.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { comparePairs, fitScale, reliabilityOf } from '../../src/learning/similarity-calibration.ts';

const random = seededRandom(3);
/** A normal distribution: of log-odds of pairs of one person, and of two. */
function normal(count: number, mean: number, deviation: number): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

describe('fitScale', () => {
  it('finds the log-odds of two normal distributions, however many there are of each', () => {
    // log p(x | N(5, 2)) − log p(x | N(−3, 2)) = 2 (x − 1)
    const pairs = { same: normal(3000, 5, 2), different: normal(30_000, -3, 2) };
    const scale = fitScale(pairs);
    expect(scale.even).toBeCloseTo(1, 0);
    expect(Math.abs(scale.weight - 2)).toBeLessThan(0.2);
    expect(scale.strangers).toBeCloseTo(-3, 1);
    const calibration = { oneCamera: scale, twoCameras: scale };
    const bins = reliabilityOf(pairs, (x) => sameProbability(calibration, x, { cameras: 'one' }));
    expect(bins.filter(({ count }) => count > 0).length).toBe(10);
    for (const { predicted, observed } of bins) expect(Math.abs(predicted - observed)).toBeLessThan(0.1);
  });
});

describe('fitLogistic', () => {
  it('counts an example of a label as often as its weight says', () => {
    const values = [0, 0, 1, 1, 1];
    const labels = [0, 1, 0, 1, 1];
    const [a, b] = fitLogistic(values, labels, [2, 1]);
    const [c, d] = fitLogistic([...values, 0, 1], [...labels, 0, 0]);
    // Platt's smoothed labels depend on the counts, the rest does not
    expect(a).toBeCloseTo(c, 0);
    expect(b).toBeCloseTo(d, 0);
  });
});

describe('comparePairs', () => {
  it('compares each pair once that may be compared', () => {
    const scale = { even: 0, weight: 1, strangers: 0 };
    const model = {
      dimensions: 1,
      similarity: (a: Float32Array, i: number, b: Float32Array, j: number) => sigmoid(a[i] + b[j]),
      calibration: { oneCamera: scale, twoCameras: scale },
    };
    const of = comparePairs(model, Float32Array.of(1, 2, 4, 8), Int32Array.of(7, 7, 9, 9), (i, j) => i + j !== 3);
    expect([...of.same].map(Math.round)).toEqual([3, 12]);
    expect([...of.different].map(Math.round).sort()).toEqual([10, 5]);
  });
});
