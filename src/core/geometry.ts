/**
 * Boxes are (x, y, w, h): left, top, width and height in pixels of the source picture, x to the right, y down, origin at the
 * outer corner of the top left pixel. A set of boxes is one Float64Array, four numbers a box, row by row.
 */
export type Boxes = Float64Array;

/** Whether row `i` is a box of finite numbers and with an area. */
export function isBox(boxes: Boxes, i: number): boolean {
  const w = boxes[4 * i + 2];
  const h = boxes[4 * i + 3];
  return Number.isFinite(boxes[4 * i]) && Number.isFinite(boxes[4 * i + 1]) && w > 0 && w < 1e6 && h > 0 && h < 1e6;
}

/**
 * Intersection over union of box `i` of `a` and box `j` of `b`.
 *
 * @returns 0..1; 0 when either box has no area
 */
export function iou(a: Boxes, i: number, b: Boxes, j: number): number {
  const p = 4 * i;
  const q = 4 * j;
  const w = Math.min(a[p] + a[p + 2], b[q] + b[q + 2]) - Math.max(a[p], b[q]);
  const h = Math.min(a[p + 1] + a[p + 3], b[q + 1] + b[q + 3]) - Math.max(a[p + 1], b[q + 1]);
  if (!(w > 0 && h > 0)) return 0;
  const intersection = w * h;
  return intersection / (a[p + 2] * a[p + 3] + b[q + 2] * b[q + 3] - intersection);
}

/** The part, 0..1, of box `j` of `boxes` that lies in box `i` of `others`. */
export function sharedPart(boxes: Boxes, j: number, others: Boxes, i: number): number {
  const [p, q] = [4 * i, 4 * j];
  const w = Math.min(others[p] + others[p + 2], boxes[q] + boxes[q + 2]) - Math.max(others[p], boxes[q]);
  const h =
    Math.min(others[p + 1] + others[p + 3], boxes[q + 1] + boxes[q + 3]) - Math.max(others[p + 1], boxes[q + 1]);
  return w > 0 && h > 0 ? (w * h) / (boxes[q + 2] * boxes[q + 3]) : 0;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, in pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}
