import { describe, expect, it } from 'vitest';
import { BoostedTrees } from '../../../src/association/scores/boosted.ts';
import {
  BOOSTING_DEFAULTS,
  type BoostingOptions,
  type Examples,
  trainBoosting,
} from '../../../src/learning/association/boosting.ts';
import { areaUnderCurve, calibration, logLoss } from '../../../src/learning/probability-figures.ts';
import { gaussian, seededRandom } from '../../../src/learning/random.ts';

const OPTIONS: BoostingOptions = { ...BOOSTING_DEFAULTS, minWeight: 0.1, lambda: 0 };

function examples(rows: readonly (readonly number[])[], labels: readonly number[]): Examples {
  return { length: rows.length, features: Float64Array.from(rows.flat()), labels: Uint8Array.from(labels) };
}

function probabilities(model: ReturnType<typeof trainBoosting>, { length, features }: Examples): Float64Array {
  const out = new Float64Array(length);
  new BoostedTrees(model).logOdds(features, model.features.length, length, out);
  return out.map((z) => 1 / (1 + Math.exp(-z)));
}

/** Two features; the log-odds of the label are 2a − 3b, and one column of noise stands beside. */
function logistic(n: number, seed: number): Examples {
  const random = seededRandom(seed);
  const rows = Array.from({ length: n }, () => [gaussian(random), gaussian(random), gaussian(random)]);
  return examples(
    rows,
    rows.map(([a, b]) => (random() < 1 / (1 + Math.exp(3 * b - 2 * a)) ? 1 : 0)),
  );
}

describe('boosting', () => {
  it('finds a single split between the values that it separates, with the leaves of a Newton step', () => {
    const data = examples(
      [1, 2, 3, 4, 5, 6, 7, 8].map((x) => [x]),
      [0, 0, 0, 1, 1, 1, 1, 1],
    );
    const model = trainBoosting(data, ['x'], { ...OPTIONS, trees: 1, depth: 3, learningRate: 1 });
    expect(model.base).toBeCloseTo(Math.log(5 / 3), 12);
    const [tree] = model.trees;
    expect(tree.feature).toEqual([0, -1, -1]);
    expect(tree.value[0]).toBe(3.5);
    // Leaf = −Σg/Σh with p = 5/8: three zeros −p/(p(1−p)) = −8/3, five ones (1−p)/(p(1−p)) = 8/5.
    expect(tree.value[tree.left[0]]).toBeCloseTo(-8 / 3, 4);
    expect(tree.value[tree.left[0] + 1]).toBeCloseTo(8 / 5, 4);
  });

  it('learns exclusive-or with two levels, and cannot with one', () => {
    const rows: number[][] = [];
    const labels: number[] = [];
    for (let i = 0; i < 400; i++) {
      const [a, b] = [i % 2, (i >> 1) % 2];
      // A few more of one kind, so that the first split, blind as it is, gains a little.
      rows.push([a, b]);
      labels.push(a ^ b);
      if (a === 1 && b === 1 && i % 8 === 3) {
        rows.push([a, b]);
        labels.push(0);
      }
    }
    const data = examples(rows, labels);
    const auc = (depth: number): number => {
      const options = { ...OPTIONS, depth, trees: 60, learningRate: 0.3 };
      return areaUnderCurve(probabilities(trainBoosting(data, ['a', 'b'], options), data), data.labels);
    };
    expect(auc(1)).toBeLessThan(0.8);
    expect(auc(2)).toBe(1);
  });

  it.each([0, 1])('sends missing values where they belong: with the label %i', (label) => {
    const rows = [...Array.from({ length: 40 }, (_, i) => [i]), ...Array.from({ length: 20 }, () => [Number.NaN])];
    const data = examples(
      rows,
      rows.map(([x]) => (Number.isNaN(x) ? label : x < 20 ? 0 : 1)),
    );
    const model = trainBoosting(data, ['x'], { ...OPTIONS, depth: 1, trees: 1, learningRate: 1 });
    expect(model.trees[0].missing[0]).toBe(1 - label);
    expect(model.trees[0].value[0]).toBe(19.5);
    const p = probabilities(model, data);
    for (let i = 0; i < p.length; i++) expect(p[i] > 0.5 ? 1 : 0).toBe(data.labels[i]);
  });

  it.each([
    [437, 563],
    [985, 15],
    [15, 985],
  ])('splits a feature of two values wherever they part: %i and %i of them', (zeros, ones) => {
    const rows = Array.from({ length: zeros + ones }, (_, i) => [i < zeros ? 0 : 1]);
    const labels = rows.map(([x]) => x);
    const model = trainBoosting(examples(rows, labels), ['x'], { ...OPTIONS, trees: 1, depth: 1 });
    expect(model.trees[0].feature[0]).toBe(0);
    expect(model.trees[0].value[0]).toBe(0.5);
  });

  it('takes a column without any value in its stride', () => {
    const data = logistic(300, 1);
    for (let i = 0; i < 300; i++) data.features[3 * i + 2] = Number.NaN;
    const model = trainBoosting(data, ['a', 'b', 'c'], OPTIONS);
    expect(model.trees.flatMap((tree) => tree.feature)).not.toContain(2);
    expect(areaUnderCurve(probabilities(model, data), data.labels)).toBeGreaterThan(0.9);
  });

  it('gives the same bytes for the same examples', () => {
    const text = () => JSON.stringify(trainBoosting(logistic(2000, 7), ['a', 'b', 'c']));
    expect(text()).toBe(text());
  });

  it('lowers the loss with every tree, ranks better, and is calibrated on examples it did not see', () => {
    const data = logistic(20_000, 3);
    const model = trainBoosting(data, ['a', 'b', 'c']);
    let before = Number.POSITIVE_INFINITY;
    for (let n = 0; n <= model.trees.length; n += 8) {
      const loss = logLoss(probabilities({ ...model, trees: model.trees.slice(0, n) }, data), data.labels);
      expect(loss).toBeLessThan(before);
      before = loss;
    }
    const unseen = logistic(20_000, 4);
    const auc = (n: number): number =>
      areaUnderCurve(probabilities({ ...model, trees: model.trees.slice(0, n) }, unseen), unseen.labels);
    expect(auc(0)).toBe(0.5);
    expect(auc(1)).toBeGreaterThan(0.75);
    expect(auc(80)).toBeGreaterThan(Math.max(auc(1), 0.9));
    for (const { predicted, observed } of calibration(probabilities(model, unseen), unseen.labels))
      expect(Math.abs(predicted - observed)).toBeLessThan(0.06);
  });

  it('heeds weights: an example of weight 2 counts as two', () => {
    const data = logistic(500, 5);
    const doubled = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? 2 : 1));
    const rows: number[][] = [];
    const labels: number[] = [];
    doubled.forEach((times, i) => {
      for (let t = 0; t < times; t++) {
        rows.push([...data.features.subarray(3 * i, 3 * i + 3)]);
        labels.push(data.labels[i]);
      }
    });
    // Bins are quantiles of the rows, weighted or not: few enough values that both see the same.
    const coarse = (values: ArrayLike<number>) =>
      Float64Array.from(values, (x) => Math.max(-1, Math.min(1, Math.round(x))));
    const weighted = { ...data, features: coarse(data.features), weights: Float32Array.from(doubled) };
    const repeated = examples(rows, labels);
    const options = { ...BOOSTING_DEFAULTS, trees: 10 };
    const a = trainBoosting(weighted, ['a', 'b', 'c'], options);
    const b = trainBoosting({ ...repeated, features: coarse(repeated.features) }, ['a', 'b', 'c'], options);
    expect(a.base).toBeCloseTo(b.base, 6);
    const test = { ...weighted };
    const [p, q] = [probabilities(a, test), probabilities(b, test)];
    for (let i = 0; i < p.length; i++) expect(p[i]).toBeCloseTo(q[i], 4);
  });

  it('says so when one class is missing', () => {
    expect(() => trainBoosting(examples([[1], [2]], [1, 1]), ['x'])).toThrow('both classes');
    expect(() => trainBoosting(examples([[1], [2]], [0, 0]), ['x'])).toThrow('both classes');
    expect(() => trainBoosting(examples([], []), ['x'])).toThrow('both classes');
  });
});
