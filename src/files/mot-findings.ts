import type { Size } from '../core/geometry.ts';
import { fileNotice, type Notice } from '../core/notices.ts';
import type { MotColumns } from './mot-columns.ts';

/** What the rows of a file are. */
export type MotUse = 'detections' | 'results' | 'truth';

/** What is known of the video that the rows are of. */
export interface MotVideo {
  /** Number of frames. */
  readonly frames?: number | undefined;
  /** Of the pictures, in pixels. */
  readonly size?: Size | undefined;
  /** What the number of frames is of. Default the video. */
  readonly of?: 'video' | 'ground truth';
}

/** Scores are said to be alike from so many on: a few may well be. */
const LEAST_ALIKE = 10;
/** Columns of a picture that are told apart. */
const WIDEST = 1 << 16;

/** What is seen of the rows of a file, in little memory. Rows are added as they are in the file. */
export class MotFindings {
  readonly #file: string;
  readonly #use: MotUse;
  rows = 0;
  /** Whether the rows are sorted by frame. */
  sorted = true;
  firstFrame = Number.POSITIVE_INFINITY;
  lastFrame = Number.NEGATIVE_INFINITY;
  leastScore = Number.POSITIVE_INFINITY;
  greatestScore = Number.NEGATIVE_INFINITY;
  /** Rows equal to one before. */
  repeated = 0;
  /** Rows without a score, in a file whose first row has one. */
  short = 0;
  shortLine = 0;
  /** Whether the first row has a score. */
  scored = false;
  #negative = 0;
  #negativeLine = 0;
  #disordered = 0;
  #disorderedLine = 0;
  #fractions = true;
  #frame = 0;
  /** The least y of the boxes whose x lies in each column of a picture: those that a picture may show. */
  readonly #tops = new Float64Array(WIDEST).fill(Number.POSITIVE_INFINITY);

  constructor(file: string, use: MotUse) {
    this.#file = file;
    this.#use = use;
  }

  /** Adds the rows from `from` on. */
  add({ length, frames, boxes, confidences, lines }: MotColumns, from: number): void {
    for (let i = from; i < length; i++) {
      const frame = frames[i];
      if (frame < this.#frame) {
        this.sorted = false;
        this.#disordered++;
        this.#disorderedLine ||= lines[i];
      }
      this.#frame = frame;
      this.firstFrame = Math.min(this.firstFrame, frame);
      this.lastFrame = Math.max(this.lastFrame, frame);
      this.leastScore = Math.min(this.leastScore, confidences[i]);
      this.greatestScore = Math.max(this.greatestScore, confidences[i]);
      const x = boxes[4 * i];
      const y = boxes[4 * i + 1];
      const w = boxes[4 * i + 2];
      const h = boxes[4 * i + 3];
      if (w < 0 || h < 0) {
        this.#negative++;
        this.#negativeLine ||= lines[i];
      }
      this.#fractions &&= w <= 1 && h <= 1 && x >= -1 && y >= -1 && x <= 1 && y <= 1;
      if (x + w <= 0 || y + h <= 0) continue;
      const column = Math.min(Math.max(0, Math.floor(x)), WIDEST - 1);
      if (y < this.#tops[column]) this.#tops[column] = y;
    }
    this.rows += length - from;
  }

  /** The number that the file gives to the first frame of the video. */
  get base(): 0 | 1 {
    return this.firstFrame === 0 ? 0 : 1;
  }

  /** Number of frames, up to the last one with a box. */
  get frameCount(): number {
    return this.rows > 0 ? this.lastFrame + 1 - this.base : 0;
  }

  /** What is wrong with the file as such. */
  notices(): Notice[] {
    const { rows } = this;
    const found: Notice[] = [];
    const say = (code: string, text: string): void => void found.push(fileNotice(code, this.#file, text));
    if (this.base === 0) say('frames-from-zero', 'its frames count from 0, not from 1; all are counted one later');
    if (rows > 0 && this.#fractions)
      say(
        'boxes-normalised',
        `${allOf(rows, 'box', 'boxes')} within 0..1, as parts of the picture; multiply x and w by its width, y and h by its height`,
      );
    if (this.#negative > 0)
      say(
        'boxes-negative',
        `${this.#negative} of ${rows} boxes are of negative size, first line ${this.#negativeLine}; they match nothing`,
      );
    this.#sayScores(say);
    if (this.repeated > 0)
      say(
        'rows-repeated',
        2 * this.repeated === rows
          ? `every row stands twice, ${rows} in all; the second of each is left out; was it written or joined twice?`
          : `${this.repeated} of ${rows} rows repeat another and are left out; was it written or joined twice?`,
      );
    // Results and ground truth may be sorted by trajectory, which goes back once in each.
    if (this.#disordered > (this.#use === 'detections' ? 0 : rows / 4))
      say(
        'rows-unordered',
        `${this.#disordered} of ${rows} rows go back to an earlier frame, first line ${this.#disorderedLine}; they are sorted; was it joined from parts?`,
      );
    if (this.short > 0)
      say(
        'rows-short',
        `${this.short} of ${rows} rows have no score as the first has, first line ${this.shortLine}; 1 is taken; was the file cut off?`,
      );
    return found;
  }

  #sayScores(say: (code: string, text: string) => void): void {
    const { rows, leastScore: score } = this;
    if (!this.scored || this.#use === 'results' || rows === 0 || score !== this.greatestScore) return;
    if (score === 0)
      say(
        'scores-zero',
        this.#use === 'truth'
          ? `column 7 is 0 in all ${rows} rows, so that none of them counts; write 1 for a person to be found`
          : `all ${rows} scores are 0, so that no box counts as a person; is the score in column 7?`,
      );
    else if (this.#use === 'detections' && rows >= LEAST_ALIKE)
      say(
        'scores-alike',
        `all ${rows} scores are ${score}, so that sure and doubtful boxes count alike; is the score in column 7?`,
      );
  }

  /** What does not fit the video. */
  noticesBeside({ frames, size, of = 'video' }: MotVideo): Notice[] {
    const { frameCount, rows } = this;
    const found: Notice[] = [];
    const say = (code: string, text: string): void => void found.push(fileNotice(code, this.#file, text));
    // the number of frames of a video is often an estimate
    if (frames !== undefined && frameCount > 1.1 * frames + 1)
      say(
        'frames-past-end',
        `has boxes up to frame ${frameCount}, the ${of} has ${frames} frames; is it of another video, or of another frame rate?`,
      );
    if (size && rows > 0 && !this.#fractions && !this.#tops.subarray(0, size.width).some((y) => y < size.height))
      say(
        'boxes-outside',
        `${allOf(rows, 'box', 'boxes')} outside the picture of ${size.width} × ${size.height}; were they made at another size?`,
      );
    return found;
  }
}

function allOf(count: number, one: string, many: string): string {
  return count === 1 ? `its only ${one} is` : `all ${count} ${many} are`;
}
