import { heaviestMatching } from './matching.ts';
import { EPSILON, type Overlaps } from './overlaps.ts';

/** The 19 localisation thresholds α of HOTA: 0.05, 0.10, … 0.95. */
export const ALPHAS: Float64Array = Float64Array.from({ length: 19 }, (_, i) => 0.05 + i * 0.05);

/** Sums behind HOTA, each per α; those of several sequences add up to those of all of them. */
export interface HotaCounts {
  readonly tp: Float64Array;
  readonly fn: Float64Array;
  readonly fp: Float64Array;
  /** Sum of IoU over the true positives. */
  readonly overlap: Float64Array;
  /** Sums over the true positives c of A(c), and of its recall and precision. */
  readonly association: Float64Array;
  readonly associationRecall: Float64Array;
  readonly associationPrecision: Float64Array;
}

/**
 * Higher order tracking accuracy: J. Luiten et al., "HOTA: A higher order metric for evaluating multi-object tracking", IJCV 2021.
 * In each frame one matching for all α maximises Σ (alignment of the two ids over the whole sequence) × IoU; at α the matched
 * boxes with IoU ≥ α are its true positives, and A(c) = TPA / (TPA + FNA + FPA) of their ids (eq. 14 to 16).
 */
export function hotaCounts(o: Overlaps): HotaCounts {
  const counts = emptyHotaCounts();
  const weights = alignment(o);
  for (let e = 0; e < weights.length; e++) weights[e] *= o.ious[e];

  // matches[pair × 20 + k]: matched boxes of a pair of ids that pass exactly the k lowest thresholds.
  const levels = ALPHAS.length + 1;
  const matches = new Int32Array(o.pairTruth.length * levels);
  for (let f = 0; f < o.frames; f++) {
    const from = o.start[f];
    const to = o.start[f + 1];
    if (from === to) continue;
    const columnOf = heaviestMatching(o.rows, o.columns, weights, from, to, o.truths[f], o.results[f]);
    for (let e = from; e < to; e++) {
      if (columnOf[o.rows[e]] !== o.columns[e]) continue;
      let level = 0;
      while (level < ALPHAS.length && o.ious[e] >= ALPHAS[level] - EPSILON) counts.overlap[level++] += o.ious[e];
      matches[o.pairs[e] * levels + level]++;
    }
  }

  for (let p = 0; p < o.pairTruth.length; p++) {
    const inTruth = o.truthCounts[o.pairTruth[p]];
    const inResult = o.resultCounts[o.pairResult[p]];
    let matched = 0;
    for (let a = ALPHAS.length - 1; a >= 0; a--) {
      matched += matches[p * levels + a + 1];
      if (matched === 0) continue;
      counts.tp[a] += matched;
      counts.association[a] += (matched * matched) / (inTruth + inResult - matched);
      counts.associationRecall[a] += (matched * matched) / inTruth;
      counts.associationPrecision[a] += (matched * matched) / inResult;
    }
  }
  const truths = o.truths.reduce((sum, n) => sum + n, 0);
  const results = o.results.reduce((sum, n) => sum + n, 0);
  for (let a = 0; a < ALPHAS.length; a++) {
    counts.fn[a] = truths - counts.tp[a];
    counts.fp[a] = results - counts.tp[a];
  }
  return counts;
}

/** Counts of nothing. */
export function emptyHotaCounts(): HotaCounts {
  const zeros = (): Float64Array => new Float64Array(ALPHAS.length);
  return {
    tp: zeros(),
    fn: zeros(),
    fp: zeros(),
    overlap: zeros(),
    association: zeros(),
    associationRecall: zeros(),
    associationPrecision: zeros(),
  };
}

/**
 * Per edge, how well its two ids go together over the whole sequence: the Jaccard index of their boxes with each box of a frame
 * shared out over its overlaps in proportion.
 */
function alignment(o: Overlaps): Float64Array {
  const together = new Float64Array(o.pairTruth.length);
  for (let f = 0; f < o.frames; f++) {
    const ofRow = new Float64Array(o.truths[f]);
    const ofColumn = new Float64Array(o.results[f]);
    for (let e = o.start[f]; e < o.start[f + 1]; e++) {
      ofRow[o.rows[e]] += o.ious[e];
      ofColumn[o.columns[e]] += o.ious[e];
    }
    for (let e = o.start[f]; e < o.start[f + 1]; e++)
      together[o.pairs[e]] += o.ious[e] / (ofRow[o.rows[e]] + ofColumn[o.columns[e]] - o.ious[e]);
  }
  const jaccard = together.map(
    (sum, p) => sum / (o.truthCounts[o.pairTruth[p]] + o.resultCounts[o.pairResult[p]] - sum),
  );
  return Float64Array.from(o.pairs, (pair) => jaccard[pair]);
}
