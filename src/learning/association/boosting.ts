import type { BoostedModel, BoostedTree } from '../../association/scores/boosted.ts';
import { sigmoid } from '../../core/probability.ts';
import { binned } from './bins.ts';
import { TreeGrower, type TreeOptions } from './tree-grower.ts';

/** Training rows: n × d features row by row (NaN where missing), n labels 0 or 1, and optional weights. */
export interface Examples {
  readonly length: number;
  readonly features: Float64Array;
  readonly labels: Uint8Array;
  readonly weights?: Float32Array;
}

/** Settings of `trainBoosting`. */
export interface BoostingOptions extends TreeOptions {
  readonly trees: number;
  readonly onTree?: (tree: number) => void;
}

/** Defaults for 10⁴ to 10⁶ pairs. */
export const BOOSTING_DEFAULTS: BoostingOptions = {
  trees: 70,
  depth: 3,
  learningRate: 0.12,
  minWeight: 20,
  lambda: 5,
};

/**
 * Gradient boosting of depth-limited trees on the logistic loss with second-order leaves and histogram splits
 * (Friedman 2001; Chen & Guestrin 2016, §2.2, §3.4 for missing values). Deterministic: the same examples give the same model.
 *
 * @param names the d feature names
 * @param start log-odds to continue from, one a row; the trees are then added to these, and the base is 0
 * @returns the model; the logistic loss calibrates its log-odds
 * @throws RangeError when there are no positive or no negative examples
 */
export function trainBoosting(
  examples: Examples,
  names: readonly string[],
  options = BOOSTING_DEFAULTS,
  start?: Float64Array,
): BoostedModel {
  const n = examples.length;
  const d = names.length;
  const weights = examples.weights ?? new Float32Array(n).fill(1);
  let positive = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    positive += examples.labels[i] * weights[i];
    total += weights[i];
  }
  if (!(positive > 0 && positive < total)) throw new RangeError('boosting needs examples of both classes');
  const { bins, edges } = binned(examples.features, n, d);
  const base = start ? 0 : Math.log(positive / (total - positive));
  const logOdds = start?.slice() ?? new Float64Array(n).fill(base);
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n);
  const order = new Int32Array(n);
  const trees: BoostedTree[] = [];
  for (let t = 0; t < options.trees; t++) {
    for (let i = 0; i < n; i++) {
      const p = sigmoid(logOdds[i]);
      gradient[i] = weights[i] * (p - examples.labels[i]);
      hessian[i] = weights[i] * p * (1 - p);
      order[i] = i;
    }
    trees.push(new TreeGrower(bins, edges, d, n, gradient, hessian, order, logOdds, options).grow());
    options.onTree?.(t);
  }
  return { features: names, base, trees };
}
