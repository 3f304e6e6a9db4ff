import type { TrackedFrame } from '../core/tracked-frame.ts';

/** Nearest multiple of 1 / `scale`. */
export function round(value: number, scale: number): number {
  const scaled = value * scale;
  // Beyond 2^53 there are no decimals left to round, and infinity would come of it.
  return Math.abs(scaled) < 2 ** 53 ? Math.round(scaled) / scale : value;
}

/** Coordinates in pixels and scores beyond this are refused: areas and sums of them would be infinite. */
export const LARGEST_VALUE = 1e15;

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

/** Refuses a row that no reader could take: a box or score that is not finite or beyond {@link LARGEST_VALUE}, a negative size. */
export function requireBox(frame: TrackedFrame, i: number): void {
  const { boxes, scores, ids } = frame;
  const box = boxes.subarray(4 * i, 4 * i + 4);
  const within = (value: number) => Math.abs(value) <= LARGEST_VALUE; // which NaN is not
  if (box.every(within) && within(scores[i]) && box[2] >= 0 && box[3] >= 0) return;
  const row = box.join(', ');
  throw new Error(`trajectory ${ids[i]} in frame ${frame.index} has no proper box: ${row}, score ${scores[i]}`);
}
