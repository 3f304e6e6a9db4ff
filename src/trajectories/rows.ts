import type { TrackedFrame } from '../tracking/tracked-frame.ts';

/** Nearest multiple of 1 / `scale`. */
export function round(value: number, scale: number): number {
  const scaled = value * scale;
  // Beyond 2^53 there are no decimals left to round, and infinity would come of it.
  return Math.abs(scaled) < 2 ** 53 ? Math.round(scaled) / scale : value;
}

/** Refuses a row that no reader could take: a box or score that is not finite, a negative size. */
export function requireBox(frame: TrackedFrame, i: number): void {
  const { boxes, scores, ids } = frame;
  const finite = Number.isFinite(boxes[4 * i] + boxes[4 * i + 1] + boxes[4 * i + 2] + boxes[4 * i + 3] + scores[i]);
  if (finite && boxes[4 * i + 2] >= 0 && boxes[4 * i + 3] >= 0) return;
  const row = Array.from(boxes.subarray(4 * i, 4 * i + 4)).join(', ');
  throw new Error(`trajectory ${ids[i]} in frame ${frame.index} has no proper box: ${row}, score ${scores[i]}`);
}
