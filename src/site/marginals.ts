/** Pairs of rows and columns of which each row and each column is in one at most, with what speaks for each. */
export interface WeightedPairs {
  readonly length: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** Log of the ratio of the likelihood of the pair and that of its two parts alone. */
  readonly logWeights: Float64Array;
}

const MOST_ROUNDS = 200;
const EXACT = 1e-5;
/** Beyond this a weight decides alone, and sums would lose the others. */
const LARGEST = 25;

/**
 * Probability of each pair over all ways to pair rows and columns, each with one partner or none, by belief propagation (Williams and Lau
 * 2014, "Approximate evaluation of marginal association probabilities with belief propagation"). It is exact where the pairs form no
 * cycle and close to it otherwise. What a pair is worth depends in this way on all other candidates of both its parts.
 *
 * @returns for each pair 0..1; the sum over a row or a column is at most 1
 */
export function pairProbabilities(
  { length, rows, columns, logWeights }: WeightedPairs,
  rowCount: number,
  columnCount: number,
): Float64Array {
  const weights = Float64Array.from(logWeights.subarray(0, length), (w) => Math.exp(Math.min(LARGEST, w)) || 0);
  const toColumn = new Float64Array(length);
  const toRow = new Float64Array(length).fill(1);
  const ofRow = new Float64Array(rowCount);
  const ofColumn = new Float64Array(columnCount);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    ofRow.fill(1);
    for (let k = 0; k < length; k++) ofRow[rows[k]] += weights[k] * toRow[k];
    ofColumn.fill(1);
    for (let k = 0; k < length; k++) {
      toColumn[k] = weights[k] / Math.max(1, ofRow[rows[k]] - weights[k] * toRow[k]);
      ofColumn[columns[k]] += toColumn[k];
    }
    let change = 0;
    for (let k = 0; k < length; k++) {
      const message = 1 / Math.max(1, ofColumn[columns[k]] - toColumn[k]);
      change = Math.max(change, Math.abs(message - toRow[k]));
      toRow[k] = message;
    }
    if (change < EXACT) break;
  }
  ofRow.fill(1);
  for (let k = 0; k < length; k++) ofRow[rows[k]] += weights[k] * toRow[k];
  return Float64Array.from({ length }, (_, k) => (weights[k] * toRow[k]) / ofRow[rows[k]]);
}
