import { withRoom } from '../core/columns.ts';

/** Overlapping boxes of a frame, or of all frames in turn, as columns that grow. Only the first `length` entries count. */
export class EdgeList {
  length = 0;
  /** Ground truth box, result box: positions within their frame. */
  rows = new Int32Array(256);
  columns = new Int32Array(256);
  ious = new Float64Array(256);
  /** Number of the pair of ids, see {@link PairList}. */
  pairs = new Int32Array(256);

  push(row: number, column: number, iou: number, pair = 0): void {
    if (this.length === this.rows.length) {
      this.rows = withRoom(this.rows, this.length + 1);
      this.columns = withRoom(this.columns, this.length + 1);
      this.ious = withRoom(this.ious, this.length + 1);
      this.pairs = withRoom(this.pairs, this.length + 1);
    }
    this.rows[this.length] = row;
    this.columns[this.length] = column;
    this.ious[this.length] = iou;
    this.pairs[this.length++] = pair;
  }
}

/** The pairs of ids that overlap somewhere, numbered in the order they appear. */
export class PairList {
  readonly truths: number[] = [];
  readonly results: number[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #resultIds: number;

  /** @param resultIds number of result ids */
  constructor(resultIds: number) {
    this.#resultIds = resultIds;
  }

  /** The number of a pair of ids. */
  number(truth: number, result: number): number {
    const key = truth * this.#resultIds + result;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.truths.length;
    this.#numbers.set(key, number);
    this.truths.push(truth);
    this.results.push(result);
    return number;
  }
}
