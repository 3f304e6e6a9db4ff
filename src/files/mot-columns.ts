import { withRoom } from '../core/columns.ts';
import type { Boxes } from '../core/geometry.ts';

/** Rows of MOT text as columns that grow; the first `length` values of each count. */
export class MotColumns {
  length = 0;
  /** 1-based line numbers. */
  lines = new Int32Array(1024);
  /** Frame numbers as they are in the file, until {@link countFrom} makes them 0-based. */
  frames = new Int32Array(1024);
  ids = new Float64Array(1024);
  /** x, y, w, h. */
  boxes: Boxes = new Float64Array(4096);
  confidences = new Float64Array(1024);
  classes = new Float64Array(1024);

  /** @param values frame, id, x, y, w, h, score, class */
  push(values: Float64Array, line: number): void {
    const n = this.length++;
    if (n === this.lines.length) this.#grow(n + 1);
    this.lines[n] = line;
    this.frames[n] = values[0];
    this.ids[n] = values[1];
    this.boxes[4 * n] = values[2];
    this.boxes[4 * n + 1] = values[3];
    this.boxes[4 * n + 2] = values[4];
    this.boxes[4 * n + 3] = values[5];
    this.confidences[n] = values[6];
    this.classes[n] = values[7];
  }

  /** Removes the first rows. */
  discard(rows: number): void {
    this.lines.copyWithin(0, rows, this.length);
    this.frames.copyWithin(0, rows, this.length);
    this.ids.copyWithin(0, rows, this.length);
    this.boxes.copyWithin(0, 4 * rows, 4 * this.length);
    this.confidences.copyWithin(0, rows, this.length);
    this.classes.copyWithin(0, rows, this.length);
    this.length -= rows;
  }

  /** Makes the frame numbers of rows 0-based. @param first the number that the file gives its first frame */
  countFrom(first: number, rows = this.length): void {
    if (first !== 0) for (let i = 0; i < rows; i++) this.frames[i] -= first;
  }

  /** The first row of the last frame, in rows sorted by frame. */
  startOfLastFrame(): number {
    let start = this.length;
    while (start > 0 && this.frames[start - 1] === this.frames[this.length - 1]) start--;
    return start;
  }

  /** The first `rows` rows by frame, those of a frame in the order they are in. */
  sortedByFrame(): MotColumns {
    const { length: n, frames } = this;
    const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => frames[a] - frames[b] || a - b);
    const sorted = new MotColumns();
    sorted.#grow(n);
    sorted.length = n;
    for (let k = 0; k < n; k++) sorted.#copy(this, order[k], k);
    return sorted;
  }

  /**
   * Removes rows that are equal in all columns to one before.
   *
   * @param sorted whether the rows are sorted by frame; less memory is needed then
   * @param rows only the first so many rows count
   * @returns how many rows are left of those
   */
  dropRepeated(sorted: boolean, rows = this.length): number {
    const seen = new SeenRows(this);
    let kept = 0;
    for (let from = 0; from < rows; ) {
      let to = sorted ? from + 1 : rows;
      while (to < rows && this.frames[to] === this.frames[from]) to++;
      seen.begin(to - from);
      for (let i = from; i < to; i++) {
        if (kept < i) this.#copy(this, i, kept);
        if (seen.add(kept)) kept++;
      }
      from = to;
    }
    return kept;
  }

  #copy(from: MotColumns, i: number, to: number): void {
    this.lines[to] = from.lines[i];
    this.frames[to] = from.frames[i];
    this.ids[to] = from.ids[i];
    for (let k = 0; k < 4; k++) this.boxes[4 * to + k] = from.boxes[4 * i + k];
    this.confidences[to] = from.confidences[i];
    this.classes[to] = from.classes[i];
  }

  #grow(length: number): void {
    this.lines = withRoom(this.lines, length);
    this.frames = withRoom(this.frames, length);
    this.ids = withRoom(this.ids, length);
    this.boxes = withRoom(this.boxes, 4 * length);
    this.confidences = withRoom(this.confidences, length);
    this.classes = withRoom(this.classes, length);
  }
}

/** A hash table of rows, with open addressing. */
class SeenRows {
  readonly #columns: MotColumns;
  /** Number of a row and 1; 0 where there is none. */
  #slots = new Int32Array(64);
  #size = 64;

  constructor(columns: MotColumns) {
    this.#columns = columns;
  }

  /** Forgets all rows, and has room for as many. */
  begin(rows: number): void {
    this.#size = 2 ** Math.ceil(Math.log2(2 * rows));
    if (this.#size > this.#slots.length) this.#slots = new Int32Array(this.#size);
    else this.#slots.fill(0, 0, this.#size);
  }

  /** @returns whether there was no equal row */
  add(row: number): boolean {
    const { frames, ids, boxes } = this.#columns;
    let hash = Math.imul(frames[row], 0x9e3779b1) ^ Math.imul(ids[row], 0x85ebca6b);
    for (let k = 4 * row; k < 4 * row + 4; k++) {
      hash = Math.imul(hash ^ (boxes[k] * 1024), 0xc2b2ae35);
      hash ^= hash >>> 15;
    }
    let slot = hash & (this.#size - 1);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#size - 1))
      if (this.#equal(this.#slots[slot] - 1, row)) return false;
    this.#slots[slot] = row + 1;
    return true;
  }

  #equal(a: number, b: number): boolean {
    const { frames, ids, boxes, confidences, classes } = this.#columns;
    for (let k = 0; k < 4; k++) if (boxes[4 * a + k] !== boxes[4 * b + k]) return false;
    return (
      frames[a] === frames[b] &&
      ids[a] === ids[b] &&
      confidences[a] === confidences[b] &&
      (classes[a] === classes[b] || (Number.isNaN(classes[a]) && Number.isNaN(classes[b])))
    );
  }
}
