import { withRoom } from '../core/columns.ts';
import type { Detections } from '../core/detections.ts';
import { type Boxes, iou } from '../core/geometry.ts';

/** Boxes and scores as an adapter finds them, in columns that grow. */
export class Candidates {
  length = 0;
  #boxes: Boxes = new Float64Array(4 * 64);
  #scores = new Float32Array(64);

  /** Adds a box given by its left, top, right and bottom; one without area, or not finite, is left out. */
  add(left: number, top: number, right: number, bottom: number, score: number): void {
    const w = right - left;
    const h = bottom - top;
    if (!(w > 0 && h > 0 && Number.isFinite(left + top + w + h) && Number.isFinite(score))) return;
    if (this.length === this.#scores.length) this.#grow();
    const at = 4 * this.length;
    this.#boxes[at] = left;
    this.#boxes[at + 1] = top;
    this.#boxes[at + 2] = w;
    this.#boxes[at + 3] = h;
    this.#scores[this.length++] = score;
  }

  /** Adds a box given by its centre and size; see {@link add}. */
  addCentred(x: number, y: number, width: number, height: number, score: number): void {
    this.add(x - width / 2, y - height / 2, x + width / 2, y + height / 2, score);
  }

  /**
   * The candidates by falling score (in the order added among equals), each without those that overlap a better one
   * (greedy non-maximum suppression).
   *
   * @param nmsIou overlap from which the lower one is dropped; 1 keeps all
   * @param counts whether the box of row `i` counts; default all do
   */
  toDetections(nmsIou = 1, counts: (boxes: Boxes, i: number) => boolean = () => true): Detections {
    const scores = this.#scores.subarray(0, this.length);
    const order = Uint32Array.from(scores, (_, i) => i)
      .filter((i) => counts(this.#boxes, i))
      .sort((i, j) => scores[j] - scores[i] || i - j);
    let length = 0;
    for (const i of order) {
      let kept = true;
      for (let k = 0; kept && nmsIou < 1 && k < length; k++)
        kept = iou(this.#boxes, i, this.#boxes, order[k]) <= nmsIou;
      if (kept) order[length++] = i;
    }
    const boxes = new Float64Array(4 * length);
    for (let k = 0; k < length; k++) boxes.set(this.#boxes.subarray(4 * order[k], 4 * order[k] + 4), 4 * k);
    return { length, boxes, scores: Float32Array.from(order.subarray(0, length), (i) => scores[i]) };
  }

  #grow(): void {
    this.#boxes = withRoom(this.#boxes, 4 * this.length + 4);
    this.#scores = withRoom(this.#scores, this.length + 1);
  }
}
