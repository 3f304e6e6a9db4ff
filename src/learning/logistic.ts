import { sigmoid } from '../core/probability.ts';

/**
 * Logistic regression on one variable by Newton's method, with the smoothed labels of Platt (1999): never without a finite answer.
 *
 * @param labels 0 or 1
 * @param weights how much an example of either label counts
 */
export function fitLogistic(
  values: readonly number[] | Float64Array,
  labels: readonly number[] | Uint8Array,
  weights: readonly [number, number] = [1, 1],
): [intercept: number, slope: number] {
  const n = values.length;
  let [positives, sum, squares] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    positives += labels[i];
    sum += values[i];
  }
  const mean = sum / n;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  const deviation = Math.sqrt(squares / n) || 1;
  const target = [1 / (n - positives + 2), (positives + 1) / (positives + 2)];
  let [a, b] = [0, 0];
  for (let step = 0; step < 100; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < n; i++) {
      const x = (values[i] - mean) / deviation;
      const p = sigmoid(a + b * x);
      const off = weights[labels[i]] * (target[labels[i]] - p);
      const w = weights[labels[i]] * p * (1 - p);
      ga += off;
      gb += off * x;
      haa += w;
      hab += w * x;
      hbb += w * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    const size = Math.max(1, Math.abs(da), Math.abs(db)); // at most 1 a step: far steps go astray
    a += da / size;
    b += db / size;
    if (Math.abs(da) + Math.abs(db) < 1e-9) break;
  }
  return [a - (b * mean) / deviation, b / deviation];
}
