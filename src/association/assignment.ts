import { munkres } from 'munkres';

/** Candidate pairs with their costs, the sparse input of {@link assign}: columns of which the first `length` entries count. */
export interface CandidatePairs {
  length: number;
  /** Row (track) of each pair. */
  rows: Int32Array;
  /** Column (detection) of each pair. */
  columns: Int32Array;
  /** Cost of each pair. A pair at or above `gate`, NaN or infinite is never taken. */
  costs: Float64Array;
}

/** Candidate pairs as columns, from a list of [row, column, cost]. */
export function toCandidates(list: readonly (readonly [row: number, column: number, cost: number])[]): CandidatePairs {
  return {
    length: list.length,
    rows: Int32Array.from(list, ([row]) => row),
    columns: Int32Array.from(list, ([, column]) => column),
    costs: Float64Array.from(list, ([, , cost]) => cost),
  };
}

/**
 * The assignment of rows to columns that minimises Σ(cost − gate) over the pairs taken: a row and a column without a partner cost as
 * much as a pair at the gate. Solved by the Hungarian method (Munkres 1957) for each connected component of the candidate graph by
 * itself; in a street most components are a single pair.
 *
 * @param pairs candidate pairs, each (row, column) at most once
 * @param rowCount number of rows
 * @param columnCount number of columns
 * @param gate a pair must cost less than this to be taken; −∞ < cost < gate
 * @returns for each row its column, or −1
 *
 * @example
 * import { assign, toCandidates } from 'twintrack/association';
 *
 * const pairs = toCandidates([[0, 0, 0.2], [0, 1, 0.3], [1, 0, 0.4]]); // row, column, cost
 * console.log(assign(pairs, 2, 2, 0.7)); // Int32Array(2) [ 1, 0 ]
 */
export function assign(pairs: CandidatePairs, rowCount: number, columnCount: number, gate: number): Int32Array {
  const result = new Int32Array(rowCount).fill(-1);
  const parent = new Int32Array(rowCount + columnCount);
  for (let i = 0; i < parent.length; i++) parent[i] = i;
  const valid: number[] = [];
  for (let k = 0; k < pairs.length; k++) {
    const cost = pairs.costs[k];
    if (!(cost < gate) || cost === Number.NEGATIVE_INFINITY) continue;
    valid.push(k);
    join(parent, pairs.rows[k], rowCount + pairs.columns[k]);
  }
  for (let i = 0; i < parent.length; i++) parent[i] = root(parent, i);
  valid.sort((a, b) => parent[pairs.rows[a]] - parent[pairs.rows[b]] || a - b);
  for (let from = 0; from < valid.length; ) {
    const component = parent[pairs.rows[valid[from]]];
    let to = from + 1;
    while (to < valid.length && parent[pairs.rows[valid[to]]] === component) to++;
    if (to === from + 1) result[pairs.rows[valid[from]]] = pairs.columns[valid[from]];
    else solveComponent(pairs, valid, from, to, gate, result);
    from = to;
  }
  return result;
}

function solveComponent(
  pairs: CandidatePairs,
  valid: readonly number[],
  from: number,
  to: number,
  gate: number,
  result: Int32Array,
): void {
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  for (let v = from; v < to; v++) {
    const { rows: r, columns: c } = pairs;
    if (!rows.has(r[valid[v]])) rows.set(r[valid[v]], rows.size);
    if (!columns.has(c[valid[v]])) columns.set(c[valid[v]], columns.size);
  }
  // A pair that is no candidate gains nothing: 0, as much as leaving both alone.
  const matrix = Array.from({ length: rows.size }, () => new Float64Array(columns.size));
  for (let v = from; v < to; v++) {
    const k = valid[v];
    matrix[rows.get(pairs.rows[k])!][columns.get(pairs.columns[k])!] = pairs.costs[k] - gate;
  }
  const rowOf = [...rows.keys()];
  const columnOf = [...columns.keys()];
  for (const [i, j] of munkres(matrix)) if (matrix[i][j] < 0) result[rowOf[i]] = columnOf[j];
}

function root(parent: Int32Array, i: number): number {
  while (parent[i] !== i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

function join(parent: Int32Array, a: number, b: number): void {
  const p = root(parent, a);
  const q = root(parent, b);
  if (p !== q) parent[q] = p;
}
