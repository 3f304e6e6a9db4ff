import { EdgeList, PairList } from './edges.ts';
import type { GroundTruth } from './ground-truth.ts';
import { heaviestMatching } from './matching.ts';
import { type GroupedRows, groupByFrame, type IdentifiedBoxes } from './rows.ts';

/** IoU from which CLEAR, Identity and the distractors take a box as found. */
export const FOUND = 0.5;
/** Slack of comparisons with a threshold, as in TrackEval: an IoU that rounding puts just below still passes. */
export const EPSILON = Number.EPSILON;

/**
 * What results and ground truth of a sequence have in common, computed once for all metrics. An edge is a scored ground truth
 * box and a result box of one frame with IoU above 0; a pair is a ground truth id and a result id that share an edge
 * somewhere. Rows and columns of an edge count from 0 within its frame.
 */
export interface Overlaps {
  readonly frames: number;
  /** frames: number of scored ground truth boxes, and of result boxes. */
  readonly truths: Int32Array;
  readonly results: Int32Array;
  /** Per ground truth id and per result id, in how many frames it is. */
  readonly truthCounts: Int32Array;
  readonly resultCounts: Int32Array;
  /** frames + 1: the edges of frame f are `start[f]` to `start[f + 1] - 1`. */
  readonly start: Int32Array;
  /** Per edge: ground truth box, result box, IoU, pair. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly ious: Float64Array;
  readonly pairs: Int32Array;
  /** Per pair: ground truth id, result id. */
  readonly pairTruth: Int32Array;
  readonly pairResult: Int32Array;
}

/**
 * Writes how alike the rows `g0` to `g1 - 1` of the ground truth and `r0` to `r1 - 1` of the results are, all of one frame, into edges:
 * 0..1, where {@link FOUND} is enough for a match.
 */
export type Likeness = (
  truths: GroupedRows,
  g0: number,
  g1: number,
  results: GroupedRows,
  r0: number,
  r1: number,
  into: EdgeList,
) => void;

/**
 * Overlaps of results with ground truth after the benchmark's preprocessing.
 *
 * @param gt prepared ground truth
 * @param rows results, in any order
 * @param likeness what takes the place of the IoU of boxes
 * @throws TwintrackError for a result past the end of the sequence or an id twice in a frame
 */
export function findOverlaps(gt: GroundTruth, rows: IdentifiedBoxes, likeness: Likeness = overlapBoxes): Overlaps {
  const results = groupByFrame(rows, gt.length, 'results');
  const frames = Math.max(gt.rows.frames, results.frames);
  const truthsIn = new Int32Array(frames);
  const resultsIn = new Int32Array(frames);
  const truthCounts = new Int32Array(gt.rows.idCount);
  const resultCounts = new Int32Array(results.idCount);
  const start = new Int32Array(frames + 1);
  const all = new EdgeList();
  const ofFrame = new EdgeList();
  const pairs = new PairList(results.idCount);

  for (let f = 0; f < frames; f++) {
    const [g0, g1] = range(gt.rows, f);
    const [r0, r1] = range(results, f);
    ofFrame.length = 0;
    likeness(gt.rows, g0, g1, results, r0, r1, ofFrame);
    // Position of each box among those that stay, -1 for the others.
    const row = new Int32Array(g1 - g0).fill(-1);
    for (let i = g0; i < g1; i++) {
      if (!gt.scored[i]) continue;
      row[i - g0] = truthsIn[f]++;
      truthCounts[gt.rows.ids[i]]++;
    }
    const dropped = onDistractors(gt, g0, g1, r1 - r0, ofFrame);
    const column = new Int32Array(r1 - r0).fill(-1);
    for (let j = r0; j < r1; j++) {
      if (dropped?.[j - r0]) continue;
      column[j - r0] = resultsIn[f]++;
      resultCounts[results.ids[j]]++;
    }
    for (let e = 0; e < ofFrame.length; e++) {
      const i = ofFrame.rows[e];
      const j = ofFrame.columns[e];
      if (row[i] < 0 || column[j] < 0) continue;
      all.push(row[i], column[j], ofFrame.ious[e], pairs.number(gt.rows.ids[g0 + i], results.ids[r0 + j]));
    }
    start[f + 1] = all.length;
  }
  return {
    frames,
    truths: truthsIn,
    results: resultsIn,
    truthCounts,
    resultCounts,
    start,
    rows: all.rows.subarray(0, all.length),
    columns: all.columns.subarray(0, all.length),
    ious: all.ious.subarray(0, all.length),
    pairs: all.pairs.subarray(0, all.length),
    pairTruth: Int32Array.from(pairs.truths),
    pairResult: Int32Array.from(pairs.results),
  };
}

function range(rows: GroupedRows, frame: number): readonly [number, number] {
  return frame < rows.frames ? [rows.start[frame], rows.start[frame + 1]] : [0, 0];
}

/**
 * All overlapping boxes of one frame. The IoU is taken from corners, not from sizes, because an IoU on a threshold must
 * round as the reference implementation's does. A box of negative size overlaps nothing.
 */
const overlapBoxes: Likeness = (truths, g0, g1, results, r0, r1, into) => {
  const a = truths.corners;
  const b = results.corners;
  for (let i = g0; i < g1; i++) {
    const left = a[4 * i];
    const top = a[4 * i + 1];
    const right = a[4 * i + 2];
    const bottom = a[4 * i + 3];
    const area = (right - left) * (bottom - top);
    for (let j = r0; j < r1; j++) {
      const w = Math.min(right, b[4 * j + 2]) - Math.max(left, b[4 * j]);
      if (!(w > 0)) continue;
      const h = Math.min(bottom, b[4 * j + 3]) - Math.max(top, b[4 * j + 1]);
      if (!(h > 0)) continue;
      const other = (b[4 * j + 2] - b[4 * j]) * (b[4 * j + 3] - b[4 * j + 1]);
      into.push(i - g0, j - r0, (w * h) / (area + other - w * h));
    }
  }
};

/** Marks the results of a frame that match a distractor, when all its ground truth is matched. Undefined where there are none. */
function onDistractors(
  gt: GroundTruth,
  g0: number,
  g1: number,
  results: number,
  edges: EdgeList,
): Uint8Array | undefined {
  if (!gt.distractor?.subarray(g0, g1).includes(1)) return undefined;
  const weights = edges.ious.subarray(0, edges.length).map((iou) => (iou < FOUND - EPSILON ? 0 : iou));
  const columnOf = heaviestMatching(edges.rows, edges.columns, weights, 0, edges.length, g1 - g0, results);
  const dropped = new Uint8Array(results);
  for (let i = 0; i < columnOf.length; i++) if (columnOf[i] >= 0 && gt.distractor[g0 + i]) dropped[columnOf[i]] = 1;
  return dropped;
}
