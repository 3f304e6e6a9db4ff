import type { TrackedFrame } from '../core/tracked-frame.ts';

/** Nearest multiple of 1 / `scale`. */
export function round(value: number, scale: number): number {
  const scaled = value * scale;
  // Beyond 2^53 there are no decimals left to round, and infinity would come of it.
  return Math.abs(scaled) < 2 ** 53 ? Math.round(scaled) / scale : value;
}

/** Boxes and scores as columns, row by row. */
export type RowsOfBoxes = Pick<TrackedFrame, 'boxes' | 'scores'>;

/** Box and score of row `i` as the files have them: to 0.01 pixel and 0.0001. */
export function roundedRow(
  { boxes, scores }: RowsOfBoxes,
  i: number,
): [x: number, y: number, w: number, h: number, score: number] {
  const at = 4 * i;
  return [
    round(boxes[at], 100),
    round(boxes[at + 1], 100),
    round(boxes[at + 2], 100),
    round(boxes[at + 3], 100),
    round(scores[i], 1e4),
  ];
}

/** Refuses a row that no reader could take: a box or score that is not finite, a negative size. */
export function requireBox(frame: TrackedFrame, i: number): void {
  const { boxes, scores, ids } = frame;
  const finite = Number.isFinite(boxes[4 * i] + boxes[4 * i + 1] + boxes[4 * i + 2] + boxes[4 * i + 3] + scores[i]);
  if (finite && boxes[4 * i + 2] >= 0 && boxes[4 * i + 3] >= 0) return;
  const row = Array.from(boxes.subarray(4 * i, 4 * i + 4)).join(', ');
  throw new Error(`trajectory ${ids[i]} in frame ${frame.index} has no proper box: ${row}, score ${scores[i]}`);
}
