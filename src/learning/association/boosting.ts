import type { BoostedModel, BoostedTree } from '../../association/scores/boosted.ts';
import { sigmoid } from '../../core/probability.ts';

/** Training rows: n × d features row by row (NaN where missing), n labels 0 or 1, and optional weights. */
export interface Examples {
  readonly length: number;
  readonly features: Float64Array;
  readonly labels: Uint8Array;
  readonly weights?: Float32Array;
}

/** Settings of {@link trainBoosting}. */
export interface BoostingOptions {
  readonly trees: number;
  readonly depth: number;
  readonly learningRate: number;
  /** Smallest sum of p(1 − p) in a leaf. */
  readonly minWeight: number;
  /** L2 penalty on leaf values. */
  readonly lambda: number;
  readonly onTree?: (tree: number) => void;
}

/** Defaults that suit some 10⁴ to 10⁶ pairs. */
export const BOOSTING_DEFAULTS: BoostingOptions = {
  trees: 70,
  depth: 3,
  learningRate: 0.12,
  minWeight: 20,
  lambda: 5,
};

/** Features are cut at this many quantiles, and on both sides of a value that fills more than one. */
const QUANTILES = 62;
/** Most bins that this can give, bin 0 for missing values. */
const BINS = 2 * QUANTILES + 2;
/** A sum of hessians up to this is what rounding leaves of an empty bin. */
const NOTHING = 1e-6;

/**
 * Gradient boosting of depth-limited trees on the logistic loss with second-order leaves and histogram splits
 * (Friedman 2001; Chen & Guestrin 2016, §2.2, §3.4 for missing values). Deterministic: the same examples give the same model.
 *
 * @param names the d feature names
 * @param start log-odds to go on from, one a row; the trees are then to be added to these, and the base is 0
 * @returns a model whose log-odds are calibrated as far as the logistic loss makes them
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

/** Bins each feature at quantiles: bin numbers row by row, and for each feature the upper edge of every bin. */
function binned(features: Float64Array, n: number, d: number): { bins: Uint8Array; edges: Float64Array[] } {
  const bins = new Uint8Array(n * d);
  const edges: Float64Array[] = [];
  for (let f = 0; f < d; f++) {
    const values = new Float64Array(n);
    let count = 0;
    for (let i = 0; i < n; i++) if (!Number.isNaN(features[i * d + f])) values[count++] = features[i * d + f];
    const sorted = values.subarray(0, count).sort();
    const cuts = new Set<number>();
    // Rounded as it will be stored, so that training and inference split alike.
    const cut = (k: number): void => {
      if (k > 0 && k < count) cuts.add(rounded((sorted[k] + sorted[k - 1]) / 2));
    };
    for (let b = 0; b < QUANTILES && count > 0; b++) {
      const k = Math.floor((b * count) / QUANTILES);
      const before = upperBound(sorted, sorted[k], true);
      const after = upperBound(sorted, sorted[k]);
      cut(before);
      if (after - before >= count / QUANTILES) cut(after);
    }
    const edge = Float64Array.from(cuts).sort();
    edges.push(edge);
    for (let i = 0; i < n; i++) {
      const x = features[i * d + f];
      bins[i * d + f] = Number.isNaN(x) ? 0 : 1 + upperBound(edge, x);
    }
  }
  return { bins, edges };
}

class TreeGrower {
  private readonly tree = {
    feature: [] as number[],
    value: [] as number[],
    left: [] as number[],
    missing: [] as (0 | 1)[],
  };
  constructor(
    private readonly bins: Uint8Array,
    private readonly edges: readonly Float64Array[],
    private readonly d: number,
    private readonly n: number,
    private readonly gradient: Float64Array,
    private readonly hessian: Float64Array,
    private readonly order: Int32Array,
    private readonly logOdds: Float64Array,
    private readonly options: BoostingOptions,
  ) {}

  grow(): BoostedTree {
    this.addNode();
    this.split(0, 0, this.n, 0, this.options.depth > 0 ? this.histogram(0, this.n) : undefined);
    return this.tree;
  }

  private addNode(): number {
    this.tree.value.push(0);
    this.tree.left.push(0);
    this.tree.missing.push(0);
    return this.tree.feature.push(-1) - 1;
  }

  /** Splits the rows order[from, to) at a node, or makes it a leaf; without their histogram it becomes one. */
  private split(node: number, from: number, to: number, depth: number, histogram?: Float64Array): void {
    const { order, gradient, hessian, options } = this;
    let g = 0;
    let h = 0;
    for (let k = from; k < to; k++) {
      g += gradient[order[k]];
      h += hessian[order[k]];
    }
    const best = histogram && this.bestSplit(histogram, g, h);
    if (!best) {
      const value = rounded((-g / (h + options.lambda)) * options.learningRate);
      this.tree.value[node] = value;
      for (let k = from; k < to; k++) this.logOdds[order[k]] += value;
      return;
    }
    const right: number[] = [];
    let middle = from;
    for (let k = from; k < to; k++) {
      const i = order[k];
      const bin = this.bins[i * this.d + best.feature];
      if (bin === 0 ? best.missing : bin <= best.bin) order[middle++] = i;
      else right.push(i);
    }
    order.set(right, middle);
    this.tree.feature[node] = best.feature;
    this.tree.value[node] = this.edges[best.feature][best.bin - 1];
    this.tree.missing[node] = best.missing ? 1 : 0;
    const left = this.addNode();
    this.addNode();
    this.tree.left[node] = left;
    const deeper = depth + 1 < options.depth;
    const [a, b] = deeper ? this.halves(histogram, from, middle, to) : [];
    this.split(left, from, middle, depth + 1, a);
    this.split(left + 1, middle, to, depth + 1, b);
  }

  /** The histograms of order[from, middle) and order[middle, to), given that of both: only the smaller part is counted. */
  private halves(
    both: Float64Array,
    from: number,
    middle: number,
    to: number,
  ): [left: Float64Array, right: Float64Array] {
    const leftIsSmaller = middle - from < to - middle;
    const smaller = leftIsSmaller ? this.histogram(from, middle) : this.histogram(middle, to);
    for (let k = 0; k < both.length; k++) both[k] -= smaller[k];
    return leftIsSmaller ? [smaller, both] : [both, smaller];
  }

  /** Sums of gradient and hessian, in turn, over the rows order[from, to) in each bin of each feature. */
  private histogram(from: number, to: number): Float64Array {
    const { bins, d, order, gradient, hessian } = this;
    const sums = new Float64Array(2 * d * BINS);
    for (let k = from; k < to; k++) {
      const i = order[k];
      const [g, h] = [gradient[i], hessian[i]];
      for (let f = 0, row = i * d; f < d; f++) {
        const at = 2 * (f * BINS + bins[row + f]);
        sums[at] += g;
        sums[at + 1] += h;
      }
    }
    return sums;
  }

  private bestSplit(
    histogram: Float64Array,
    g: number,
    h: number,
  ): { feature: number; bin: number; missing: boolean } | undefined {
    const { lambda, minWeight } = this.options;
    const parent = (g * g) / (h + lambda);
    let best: { feature: number; bin: number; missing: boolean } | undefined;
    let bestGain = 1e-6;
    for (let f = 0; f < this.d; f++) {
      const sums = histogram.subarray(2 * f * BINS, 2 * (f + 1) * BINS);
      for (const missing of sums[1] > NOTHING ? [false, true] : [false]) {
        let leftG = missing ? sums[0] : 0;
        let leftH = missing ? sums[1] : 0;
        for (let bin = 1; bin <= this.edges[f].length; bin++) {
          leftG += sums[2 * bin];
          leftH += sums[2 * bin + 1];
          if (leftH < minWeight || h - leftH < minWeight) continue;
          const gain = (leftG * leftG) / (leftH + lambda) + ((g - leftG) * (g - leftG)) / (h - leftH + lambda) - parent;
          if (gain > bestGain) {
            bestGain = gain;
            best = { feature: f, bin, missing };
          }
        }
      }
    }
    return best;
  }
}

/** Number of sorted values at or below x, or (`strict`) below x: a row is left of edge b when x < edge[b]. */
function upperBound(edges: Float64Array, x: number, strict = false): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (strict ? edges[middle] < x : edges[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rounded(x: number): number {
  return Number(x.toPrecision(5));
}
