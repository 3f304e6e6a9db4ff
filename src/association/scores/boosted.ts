/**
 * A gradient-boosted model (Friedman 2001) as it is stored: log-odds = base + the sum of one leaf of each tree.
 * Node k of a tree is a leaf when `feature[k]` is −1, with its value in `value[k]`; otherwise a row goes to `left[k]` when the
 * feature is below `value[k]` (or missing and `missing[k]` is 1), else to `left[k]` + 1.
 */
export interface BoostedModel {
  /** Names of the features, in the order of the columns that the model expects. */
  readonly features: readonly string[];
  readonly base: number;
  readonly trees: readonly BoostedTree[];
}

/** One tree of a {@link BoostedModel}; columns of equal length, node 0 is the root. */
export interface BoostedTree {
  readonly feature: readonly number[];
  readonly value: readonly number[];
  readonly left: readonly number[];
  readonly missing: readonly (0 | 1)[];
}

/** A boosted model in typed arrays, for fast evaluation. */
export class BoostedTrees {
  private readonly base: number;
  private readonly roots: Int32Array;
  private readonly feature: Int16Array;
  private readonly value: Float64Array;
  private readonly left: Int32Array;
  private readonly missing: Uint8Array;

  constructor(model: BoostedModel) {
    const nodes = model.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
    this.base = model.base;
    this.roots = new Int32Array(model.trees.length);
    this.feature = new Int16Array(nodes);
    this.value = new Float64Array(nodes);
    this.left = new Int32Array(nodes);
    this.missing = new Uint8Array(nodes);
    let offset = 0;
    model.trees.forEach((tree, t) => {
      this.roots[t] = offset;
      this.feature.set(tree.feature, offset);
      this.value.set(tree.value, offset);
      this.missing.set(tree.missing, offset);
      for (let k = 0; k < tree.left.length; k++) this.left[offset + k] = offset + tree.left[k];
      offset += tree.feature.length;
    });
  }

  /**
   * Log-odds of rows.
   *
   * @param rows feature values, row by row, NaN where missing
   * @param width number of values of a row
   * @param count number of rows
   * @param out receives the log-odds of each row
   */
  logOdds(rows: Float64Array, width: number, count: number, out: Float64Array): void {
    const { feature, value, left, missing } = this;
    out.fill(this.base, 0, count);
    // Tree by tree, so that a tree's nodes stay in the processor's cache for all rows.
    for (let t = 0; t < this.roots.length; t++) {
      const root = this.roots[t];
      for (let i = 0, offset = 0; i < count; i++, offset += width) {
        let node = root;
        while (feature[node] >= 0) {
          const x = rows[offset + feature[node]];
          // A missing value (NaN) is neither below nor not below.
          const goLeft = x < value[node] || (missing[node] === 1 && Number.isNaN(x));
          node = goLeft ? left[node] : left[node] + 1;
        }
        out[i] += value[node];
      }
    }
  }
}
