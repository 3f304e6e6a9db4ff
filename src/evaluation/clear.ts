import { heaviestMatching } from './matching.ts';
import { EPSILON, FOUND, type Overlaps } from './overlaps.ts';

/** Sums behind the CLEAR metrics; those of several sequences add up to those of all of them. */
export interface ClearCounts {
  /** Boxes found, missed, and false. */
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
  /** Identity switches: a person found under another id than when last found. */
  readonly idsw: number;
  /** Fragmentations: times a person is found again after not being found. */
  readonly frag: number;
  /** People found in more than 80 %, in 20 to 80 %, and in less than 20 % of their frames. */
  readonly mt: number;
  readonly pt: number;
  readonly ml: number;
  /** Sum of IoU over the boxes found. */
  readonly overlap: number;
}

export const EMPTY_CLEAR_COUNTS: ClearCounts = {
  tp: 0,
  fn: 0,
  fp: 0,
  idsw: 0,
  frag: 0,
  mt: 0,
  pt: 0,
  ml: 0,
  overlap: 0,
};

/** Outweighs any sum of IoU in a frame, so that a correspondence of the frame before is kept wherever it is still valid. */
const KEEP = 1000;

/**
 * CLEAR MOT: K. Bernardin, R. Stiefelhagen, "Evaluating multiple object tracking performance", EURASIP JIVP 2008, with the
 * details of the MOTChallenge protocol: IoU ≥ 0.5, correspondences of the frame before are kept first, and a frame without
 * ground truth or without results leaves them as they were.
 */
export function clearCounts(o: Overlaps): ClearCounts {
  const people = o.truthCounts.length;
  const found = new Int32Array(people);
  const parts = new Int32Array(people);
  const lastResult = new Int32Array(people).fill(-1);
  const previousResult = new Int32Array(people).fill(-1);
  let foundBefore: number[] = [];
  const weights = new Float64Array(o.ious.length);
  let tp = 0;
  let idsw = 0;
  let overlap = 0;
  for (let f = 0; f < o.frames; f++) {
    if (o.truths[f] === 0 || o.results[f] === 0) continue;
    const from = o.start[f];
    const to = o.start[f + 1];
    for (let e = from; e < to; e++) {
      if (o.ious[e] < FOUND - EPSILON) continue;
      const kept = previousResult[o.pairTruth[o.pairs[e]]] === o.pairResult[o.pairs[e]];
      weights[e] = o.ious[e] + (kept ? KEEP : 0);
    }
    const columnOf = heaviestMatching(o.rows, o.columns, weights, from, to, o.truths[f], o.results[f]);
    const foundNow: number[] = [];
    for (let e = from; e < to; e++) {
      if (columnOf[o.rows[e]] !== o.columns[e]) continue;
      const person = o.pairTruth[o.pairs[e]];
      const result = o.pairResult[o.pairs[e]];
      if (lastResult[person] >= 0 && lastResult[person] !== result) idsw++;
      lastResult[person] = result;
      if (previousResult[person] < 0) parts[person]++;
      found[person]++;
      foundNow.push(person);
      tp++;
      overlap += o.ious[e];
    }
    for (const person of foundBefore) previousResult[person] = -1;
    for (const person of foundNow) previousResult[person] = lastResult[person];
    foundBefore = foundNow;
  }

  let [frag, mt, pt, ml, truths, results] = [0, 0, 0, 0, 0, 0];
  for (let person = 0; person < people; person++) {
    if (o.truthCounts[person] === 0) continue;
    const ratio = found[person] / o.truthCounts[person];
    if (ratio > 0.8) mt++;
    else if (ratio >= 0.2) pt++;
    else ml++;
    frag += Math.max(0, parts[person] - 1);
  }
  for (let f = 0; f < o.frames; f++) {
    truths += o.truths[f];
    results += o.results[f];
  }
  return { tp, fn: truths - tp, fp: results - tp, idsw, frag, mt, pt, ml, overlap };
}
