import type { BoostedTree } from '../../association/scores/boosted.ts';
import { BINS, rounded } from './bins.ts';

/** A sum of hessians up to this is the rounding error of an empty bin. */
const NOTHING = 1e-6;

/** Limits of a tree. */
export interface TreeOptions {
  readonly depth: number;
  readonly learningRate: number;
  /** Smallest sum of p(1 − p) in a leaf. */
  readonly minWeight: number;
  /** L2 penalty on leaf values. */
  readonly lambda: number;
}

/** Grows one tree by histogram splits (Chen & Guestrin 2016, §2.2), and adds its leaves to the log-odds of the rows. */
export class TreeGrower {
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
    private readonly options: TreeOptions,
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

  /** Splits the rows order[from, to) at a node, or makes it a leaf, always without a histogram. */
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

  /** The histograms of order[from, middle) and order[middle, to) from that of both: only the smaller part is counted. */
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
