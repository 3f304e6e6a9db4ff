/** Features are cut at so many quantiles, and on both sides of a value that fills more than one. */
const QUANTILES = 62;
/** Most bins that this gives, with bin 0 for missing values. */
export const BINS = 2 * QUANTILES + 2;

/** Bins each feature at quantiles: bin numbers row by row, and for each feature the upper edge of every bin. */
export function binned(features: Float64Array, n: number, d: number): { bins: Uint8Array; edges: Float64Array[] } {
  const bins = new Uint8Array(n * d);
  const edges: Float64Array[] = [];
  for (let f = 0; f < d; f++) {
    const values = new Float64Array(n);
    let count = 0;
    for (let i = 0; i < n; i++) if (!Number.isNaN(features[i * d + f])) values[count++] = features[i * d + f];
    const sorted = values.subarray(0, count).sort();
    const cuts = new Set<number>();
    // Rounded as it is stored, so that training and inference split at the same value.
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

/** As it is stored: five digits. */
export function rounded(x: number): number {
  return Number(x.toPrecision(5));
}
