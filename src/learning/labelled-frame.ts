import { assign, toCandidates } from '../association/assignment.ts';
import type { Detections } from '../core/detections.ts';
import { type Boxes, iou } from '../core/geometry.ts';

/** A frame to learn from: detections with the identities of the ground truth. */
export interface LabelledFrame {
  /** Seconds. */
  readonly time: number;
  readonly detections: Detections;
  /** The ground truth's id of each detection: 0 for a false positive, −1 where it is ambiguous. */
  readonly identities: Int32Array;
}

/**
 * Identifies the detections of a frame by matching them with the ground truth at IoU ≥ 0.5.
 *
 * @param truth n × 4 boxes of the ground truth: x, y, w, h in source pixels
 * @param ids n positive ids
 * @returns for each detection an id, 0 where its IoU with every box is below 0.3, −1 in between
 */
export function identify(detections: Detections, truth: Boxes, ids: ArrayLike<number>): Int32Array {
  const result = new Int32Array(detections.length);
  const pairs: [detection: number, person: number, cost: number][] = [];
  for (let j = 0; j < detections.length; j++) {
    for (let i = 0; i < ids.length; i++) {
      const overlap = iou(detections.boxes, j, truth, i);
      if (overlap >= 0.3) result[j] = -1;
      if (overlap >= 0.5) pairs.push([j, i, -overlap]);
    }
  }
  const assigned = assign(toCandidates(pairs), detections.length, ids.length, 0);
  for (let j = 0; j < assigned.length; j++) if (assigned[j] >= 0) result[j] = ids[assigned[j]];
  return result;
}
