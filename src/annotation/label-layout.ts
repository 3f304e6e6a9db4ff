import { withRoom } from '../core/columns.ts';

/** Where a label may stand, in the order of preference: places around the box, then rows above and below it. */
const AROUND = 11;
const ROWS = [2, -2, 3, -3, 4, -4];
const SIDES = [0, -1, 1];
export const PLACES = AROUND + SIDES.length * ROWS.length;
/** A label that had to give way goes back to a place that it prefers after so long, where there is room to spare. */
const HOLD_SECONDS = 2;
/** A person unseen for so long has no place of their own any more. */
const FORGET_SECONDS = 10;
/** Where there is no room, a label moves to a place where it covers less than this part of what it does. */
const WORTH = 0.7;
/** Labels over one another are worse than a label over a head. */
const LABEL_WEIGHT = 4;

/** Where the label of a person stands, and since when. */
interface Standing {
  place: number;
  since: number;
  seen: number;
}

/** Corners of rectangles, one after the other. */
class Rectangles {
  corners = new Int32Array(256);
  length = 0;

  add(left: number, top: number, right: number, bottom: number): void {
    const at = 4 * this.length++;
    this.corners = withRoom(this.corners, at + 4);
    this.corners[at] = left;
    this.corners[at + 1] = top;
    this.corners[at + 2] = right;
    this.corners[at + 3] = bottom;
  }

  /** Pixels that a rectangle shares with these, without the one at `except`. */
  overlap(left: number, top: number, right: number, bottom: number, except = -1): number {
    const { corners, length } = this;
    let sum = 0;
    for (let at = 0; at < 4 * length; at += 4) {
      if (at === 4 * except) continue;
      const w = Math.min(right, corners[at + 2]) - Math.max(left, corners[at]);
      if (w <= 0) continue;
      const h = Math.min(bottom, corners[at + 3]) - Math.max(top, corners[at + 1]);
      if (h > 0) sum += w * h;
    }
    return sum;
  }
}

/**
 * Finds places for the labels of a frame, so that none lies over another, over a head or over what is blocked, where there is room. It goes
 * through the people by id. A label stays in its place relative to the box as long as it can, so that it does not jump to and fro.
 */
export class LabelLayout {
  /** Upper left corners of the labels placed last, by row; only those of boxes in the picture are set. */
  lefts = new Int32Array(64);
  tops = new Int32Array(64);
  readonly #width: number;
  readonly #height: number;
  /** Height of a label, distance from box to label. */
  readonly #label: number;
  readonly #gap: number;
  readonly #isFlush: boolean;
  readonly #standing = new Map<number, Standing>();
  readonly #blocked = new Rectangles();
  readonly #heads = new Rectangles();
  #order = new Int32Array(64);
  /** The place computed last. */
  #left = 0;
  #top = 0;

  /**
   * @param width of the pictures
   * @param height of the pictures
   * @param label height of a label in pixels
   * @param gap pixels between a box and its label
   * @param isFlush whether labels begin at the left edge of the box and touch it, else they are in the middle above it
   */
  constructor(width: number, height: number, label: number, gap: number, isFlush: boolean) {
    this.#width = width;
    this.#height = height;
    this.#label = label;
    this.#gap = gap;
    this.#isFlush = isFlush;
  }

  /** Begins a frame: nothing is blocked. */
  begin(): void {
    this.#blocked.length = 0;
    this.#heads.length = 0;
  }

  /** Keeps labels away from a rectangle. */
  block(left: number, top: number, right: number, bottom: number): void {
    this.#blocked.add(left, top, right, bottom);
  }

  /** Whether a label would cover nothing that is blocked. */
  isFree(left: number, top: number, width: number): boolean {
    return this.#blocked.overlap(left, top, left + width, top + this.#label) === 0;
  }

  /** Whether a label lies over the head of a person; known when those of people are placed. */
  isOverHead(left: number, top: number, width: number): boolean {
    return this.#heads.overlap(left, top, left + width, top + this.#label) > 0;
  }

  /**
   * Places the labels of people; sets `lefts` and `tops`.
   *
   * @param edges n × 4: left, top, right, bottom of the boxes in pixels
   * @param widths n: of the labels; 0 for none
   * @param time of the frame in seconds
   */
  place(ids: Int32Array, edges: Int32Array, widths: Int32Array, count: number, time: number): void {
    this.lefts = withRoom(this.lefts, count);
    this.tops = withRoom(this.tops, count);
    for (let i = 0; i < count; i++) this.#addHead(edges, i);
    const order = this.#sorted(ids, count);
    for (let k = 0; k < count; k++) {
      const i = order[k];
      const width = widths[i];
      if (!(width > 0)) continue;
      this.#choose(ids[i], edges, i, width, time);
      this.lefts[i] = this.#left;
      this.tops[i] = this.#top;
      this.#blocked.add(this.#left, this.#top, this.#left + width, this.#top + this.#label);
    }
    this.#forget(count, time);
  }

  /** Sets the place of a label in pixels, and remembers it. */
  #choose(id: number, edges: Int32Array, i: number, width: number, time: number): void {
    let standing = this.#standing.get(id);
    if (!standing) {
      standing = { place: -1, since: time, seen: time };
      this.#standing.set(id, standing);
    }
    standing.seen = time;
    const { place } = standing;
    const isFree = place >= 0 && this.#cost(place, edges, i, width, 0) === 0;
    if (isFree && (place === 0 || Math.abs(time - standing.since) < HOLD_SECONDS)) return;
    const chosen = isFree ? this.#roomy(place, edges, i, width) : this.#best(place, edges, i, width);
    this.#locate(chosen, edges, i, width);
    if (chosen === place) return;
    standing.place = chosen;
    standing.since = time;
  }

  /** The first place before the present one with room to spare, else the present one. */
  #roomy(present: number, edges: Int32Array, i: number, width: number): number {
    const margin = this.#label >> 1;
    for (let place = 0; place < present; place++)
      if (this.#cost(place, edges, i, width, margin) === 0 && this.#cost(place, edges, i, width, 0) === 0) return place;
    return present;
  }

  /** The first place that is free, else one that covers little. */
  #best(place: number, edges: Int32Array, i: number, width: number): number {
    let best = Math.max(0, place);
    let least = this.#cost(best, edges, i, width, 0);
    for (let other = 0; other < PLACES && least > 0; other++) {
      const cost = this.#cost(other, edges, i, width, 0);
      if (cost > WORTH * least) continue;
      best = other;
      least = cost;
    }
    return best;
  }

  /** What a label in a place would lie over; with a margin around it, but for its own person's head. */
  #cost(place: number, edges: Int32Array, i: number, width: number, margin: number): number {
    this.#locate(place, edges, i, width);
    const [left, top] = [this.#left - margin, this.#top - margin];
    const [right, bottom] = [this.#left + width + margin, this.#top + this.#label + margin];
    const heads = this.#heads.overlap(left, top, right, bottom, margin > 0 ? i : -1);
    return LABEL_WEIGHT * this.#blocked.overlap(left, top, right, bottom) + heads;
  }

  /** Sets `#left` and `#top` to a place, moved into the picture. */
  #locate(place: number, edges: Int32Array, i: number, width: number): void {
    const [label, gap, isFlush] = [this.#label, this.#gap, this.#isFlush];
    const x = placeX(place, edges[4 * i], edges[4 * i + 2], width, gap, isFlush);
    const y = placeY(place, edges[4 * i + 1], edges[4 * i + 3], label, gap, isFlush);
    this.#left = Math.max(0, Math.min(x, this.#width - width));
    this.#top = Math.max(0, Math.min(y, this.#height - label));
  }

  #addHead(edges: Int32Array, i: number): void {
    const [left, top, right, bottom] = [edges[4 * i], edges[4 * i + 1], edges[4 * i + 2], edges[4 * i + 3]];
    const side = (right - left) >> 2;
    this.#heads.add(left + side, top, right - side, top + Math.ceil((bottom - top) / 6));
  }

  /** Rows by id, so that the order stays from frame to frame. */
  #sorted(ids: Int32Array, count: number): Int32Array {
    this.#order = withRoom(this.#order, count);
    const order = this.#order;
    for (let i = 0; i < count; i++) {
      let k = i; // they come nearly sorted
      for (; k > 0 && ids[order[k - 1]] > ids[i]; k--) order[k] = order[k - 1];
      order[k] = i;
    }
    return order;
  }

  #forget(count: number, time: number): void {
    if (this.#standing.size <= 2 * count + 64) return;
    for (const [id, { seen }] of this.#standing)
      if (!(Math.abs(time - seen) < FORGET_SECONDS)) this.#standing.delete(id);
  }
}

/** Left edge in pixels of a label in a place around a box that reaches from `left` to `right`. */
export function placeX(
  place: number,
  left: number,
  right: number,
  width: number,
  gap: number,
  isFlush: boolean,
): number {
  const middle = (left + right - width) >> 1;
  if (place >= AROUND) return middle + SIDES[(place - AROUND) % 3] * width;
  if (place === 0) return isFlush ? left : middle;
  if (place === 1) return right - width;
  if (place === 2) return isFlush ? middle : left;
  if (place === 5 || place === 10) return middle;
  return place === 4 || place === 7 || place === 9 ? left - gap - width : right + gap;
}

/** Upper edge in pixels of a label in a place around a box that reaches from `top` to `bottom`. */
export function placeY(
  place: number,
  top: number,
  bottom: number,
  label: number,
  gap: number,
  isFlush: boolean,
): number {
  if (place >= AROUND) {
    const row = ROWS[Math.floor((place - AROUND) / 3)];
    return row > 0 ? top - row * (label + gap) : bottom + gap - (row + 1) * (label + gap);
  }
  if (place <= 2) return isFlush ? top - label : top - gap - label;
  if (place <= 4) return top;
  if (place === 5) return bottom + gap;
  if (place <= 7) return (top + bottom - label) >> 1;
  if (place <= 9) return bottom - label;
  return Math.round((top + 2 * bottom) / 3 - label / 2);
}
