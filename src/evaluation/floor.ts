import type { EdgeList } from './edges.ts';
import { findOverlaps } from './overlaps.ts';
import { type GroupedRows, groupByFrame, type IdentifiedBoxes } from './rows.ts';
import { type MetricFamily, type Score, scoreOf } from './score.ts';

/** People on the floor in any order, as columns of equal length n. An id occurs at most once in a frame. */
export interface FloorRows extends Pick<IdentifiedBoxes, 'frames' | 'ids' | 'source' | 'lines'> {
  /** n × 2: X, Y in metres. */
  readonly positions: Float64Array;
}

/** How far from a person a result may be to have found it, in metres. */
export const FLOOR_DISTANCE = 0.5;

/** Settings of {@link evaluateFloor}. */
export interface FloorOptions {
  /** How far from a person a result may be to have found it, in metres; 0.5 by default. */
  readonly distance?: number | undefined;
  /** Which families to compute, all by default. */
  readonly metrics?: readonly MetricFamily[];
  /** Number of frames; the last frame that occurs ends the sequence by default. */
  readonly length?: number | undefined;
}

/**
 * Scores people on the floor against ground truth. In place of the IoU of boxes stands 1 − d / (2 · `distance`), d being how far apart the
 * two are in metres, so that CLEAR and Identity match people up to `distance` apart, and HOTA's thresholds go from 1.9 to 0.1 times it.
 *
 * @throws TwintrackError for a result past the end of the sequence or an id twice in a frame
 *
 * @example
 * import { evaluateFloor, figures } from 'twintrack/evaluation';
 *
 * const frames = Int32Array.of(0, 1);
 * const truth = { frames, ids: Int32Array.of(1, 1), positions: Float64Array.of(0, 0, 1, 0) }; // X, Y in metres
 * const found = { frames, ids: Int32Array.of(7, 7), positions: Float64Array.of(0, 0.4, 1, 0.6) };
 * console.log(figures(evaluateFloor(truth, found)).MOTA); // 0: one found, one missed, one false
 */
export function evaluateFloor(truth: FloorRows, results: FloorRows, options: FloorOptions = {}): Score {
  const { distance = FLOOR_DISTANCE, metrics, length } = options;
  const rows = groupByFrame(asBoxes(truth), length, 'ground truth');
  const scored = new Uint8Array(rows.order.length).fill(1);
  const gt = { name: 'site', benchmark: 'mot15', length, rows, scored, distractor: undefined } as const;
  return scoreOf(findOverlaps(gt, asBoxes(results), nearness(distance)), metrics);
}

/** Positions as boxes without a size. */
function asBoxes({ positions, ...rows }: FloorRows): IdentifiedBoxes {
  const boxes = new Float64Array(2 * positions.length);
  for (let i = 0; i < positions.length; i += 2) boxes.set(positions.subarray(i, i + 2), 2 * i);
  return { ...rows, boxes };
}

function nearness(distance: number) {
  return (
    { corners: a }: GroupedRows,
    g0: number,
    g1: number,
    { corners: b }: GroupedRows,
    r0: number,
    r1: number,
    into: EdgeList,
  ): void => {
    for (let i = g0; i < g1; i++) {
      for (let j = r0; j < r1; j++) {
        const alike = 1 - Math.hypot(a[4 * i] - b[4 * j], a[4 * i + 1] - b[4 * j + 1]) / (2 * distance);
        if (alike > 0) into.push(i - g0, j - r0, alike);
      }
    }
  };
}
