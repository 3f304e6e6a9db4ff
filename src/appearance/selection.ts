import type { Detections } from '../core/detections.ts';
import { type Boxes, iou, isBox } from '../core/geometry.ts';
import { windowOf } from '../core/video-window.ts';

/** Boxes this many of their widths apart can still be one person's in two frames. */
const REACH = 0.5;
/** Boxes that overlap by more than this follow from one another before those that only could. */
const OVERLAP = 0.15;
/** A person is new for this many seconds … */
const FRESH = 0.5;
/** … and gets another embedding after so many, … */
const SOON = 0.25;
/** … and any other person after so many. */
const AGAIN = 3;
/** More than one box could follow from one, or one from more than one. */
const DOUBT = -2;

/**
 * Selects the patches to embed, from the boxes alone: of people who are new, were close to another person, or have had no embedding for a
 * while. Where one box follows from one box in the frame before, and no other could, appearance decides nothing.
 */
export class PatchSelection {
  private boxes: Boxes = new Float64Array(0);
  /** Of each box: since when it has been followed without doubt, and when it last got an embedding; seconds. */
  private since = new Float64Array(0);
  private seen = new Float64Array(0);
  private window = Number.NaN;

  /**
   * The rows of the next frame's detections to embed, rising.
   *
   * @param minScore detections below this score are none
   * @param sureScore score from which a detection is surely a person; patches of those nearer to `minScore` are too poor to embed
   * @param time seconds, later than that of the frame before
   */
  choose(detections: Detections, minScore: number, sureScore: number, time: number): number[] {
    const rows = present(detections, (minScore + sureScore) / 2);
    const boxes = new Float64Array(4 * rows.length);
    for (const [k, j] of rows.entries()) boxes.set(detections.boxes.subarray(4 * j, 4 * j + 4), 4 * k);
    const since = new Float64Array(rows.length).fill(time);
    const seen = new Float64Array(rows.length).fill(Number.NEGATIVE_INFINITY);
    const window = windowOf(time);
    const before = window === this.window ? this.follow(boxes) : new Int32Array(rows.length).fill(-1);
    this.window = window;
    const chosen = rows.filter((j, k) => {
      const i = before[k];
      if (i >= 0) {
        since[k] = this.since[i];
        seen[k] = this.seen[i];
      }
      // A doubtful detection by itself starts no track, and its patch is poor.
      const wait = time - since[k] < FRESH ? SOON : AGAIN;
      const due = detections.scores[j] >= sureScore && time - seen[k] >= wait;
      if (i === DOUBT || due) seen[k] = time;
      return i === DOUBT || due;
    });
    this.boxes = boxes;
    this.since = since;
    this.seen = seen;
    return chosen;
  }

  /** For each box the one of the frame before that it follows from; −1 where there is none, {@link DOUBT} where it is not sure. */
  private follow(boxes: Boxes): Int32Array {
    const overlapping = new Followers(boxes.length / 4, this.since.length);
    const nearby = new Followers(boxes.length / 4, this.since.length);
    for (let k = 0; k < boxes.length / 4; k++) {
      for (let i = 0; i < this.since.length; i++) {
        if (!near(boxes, k, this.boxes, i)) continue;
        nearby.add(k, i);
        if (iou(boxes, k, this.boxes, i) > OVERLAP) overlapping.add(k, i);
      }
    }
    return Int32Array.from({ length: boxes.length / 4 }, (_, k) => {
      const i = overlapping.of(k);
      return i === -1 ? nearby.of(k) : i;
    });
  }
}

/** Which boxes could follow from which of the frame before. */
class Followers {
  private readonly number: Int32Array;
  private readonly followers: Int32Array;
  private readonly last: Int32Array;

  constructor(boxes: number, before: number) {
    this.number = new Int32Array(boxes);
    this.followers = new Int32Array(before);
    this.last = new Int32Array(boxes);
  }

  add(k: number, i: number): void {
    this.number[k]++;
    this.followers[i]++;
    this.last[k] = i;
  }

  /** The one that box `k` follows from; −1 where there is none, {@link DOUBT} where more than one could or it from more than one. */
  of(k: number): number {
    if (this.number[k] === 0) return -1;
    return this.number[k] === 1 && this.followers[this.last[k]] === 1 ? this.last[k] : DOUBT;
  }
}

/** Whether two boxes overlap or stand close beside each other. */
function near(a: Boxes, i: number, b: Boxes, j: number): boolean {
  const p = 4 * i;
  const q = 4 * j;
  const dx = a[p] + a[p + 2] / 2 - b[q] - b[q + 2] / 2;
  const dy = a[p + 1] + a[p + 3] / 2 - b[q + 1] - b[q + 3] / 2;
  return 2 * Math.abs(dx) < (1 + REACH) * (a[p + 2] + b[q + 2]) && 2 * Math.abs(dy) < a[p + 3] + b[q + 3];
}

/** The rows of detections that are boxes and reach the score. */
export function present({ length, boxes, scores }: Detections, minScore: number): number[] {
  const rows: number[] = [];
  for (let j = 0; j < length; j++) if (scores[j] >= minScore && isBox(boxes, j)) rows.push(j);
  return rows;
}
