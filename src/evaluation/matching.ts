import { assign } from '../association/assignment.ts';

/**
 * The matching of greatest total weight among the edges `from` to `to - 1`; edges of weight 0 or less are none.
 *
 * @returns for each row its column, or −1
 */
export function heaviestMatching(
  rows: Int32Array,
  columns: Int32Array,
  weights: Float64Array,
  from: number,
  to: number,
  rowCount: number,
  columnCount: number,
): Int32Array {
  const costs = new Float64Array(to - from);
  for (let e = from; e < to; e++) costs[e - from] = -weights[e];
  const edges = { length: to - from, rows: rows.subarray(from, to), columns: columns.subarray(from, to), costs };
  return assign(edges, rowCount, columnCount, 0);
}
