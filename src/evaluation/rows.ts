import { inputError } from '../core/errors.ts';
import type { Boxes } from '../core/geometry.ts';

/**
 * Boxes with identities in any order, as columns of equal length n: what a tracker says, or one class of ground truth.
 * Ids are arbitrary whole numbers; an id occurs at most once in a frame.
 */
export interface IdentifiedBoxes {
  /** n: 0-based frame numbers. */
  readonly frames: Int32Array;
  /** n: whole numbers; a Float64Array where they may pass 2³¹. */
  readonly ids: Int32Array | Float64Array;
  /** n × 4: x, y, w, h in source pixels. */
  readonly boxes: Boxes;
  /** File the rows were read from, for errors. */
  readonly source?: string;
  /** n: 1-based line of each row in `source`, for errors. */
  readonly lines?: Int32Array;
}

/** The same rows grouped by frame, with ids renumbered 0..idCount-1. */
export interface GroupedRows {
  /** Number of frames. */
  readonly frames: number;
  /** frames + 1: the rows of frame f are `start[f]` to `start[f + 1] - 1`. */
  readonly start: Int32Array;
  /** For each row, its index in the input. */
  readonly order: Int32Array;
  /** For each row, its renumbered id. */
  readonly ids: Int32Array;
  readonly idCount: number;
  /** For each row: x, y, right, bottom, in source pixels. */
  readonly corners: Float64Array;
}

/** Longest sequence in frames, six days at 30 frames/s: keeps a mistaken frame number from taking all memory. */
const MOST_FRAMES = 2 ** 24;

/** The error for a row at fault: "file: line n: reason; fix". `line` is undefined where the rows did not come from a text file. */
export function rowError(source: string, line: number | undefined, reason: string, fix?: string): Error {
  return inputError(source, line === undefined ? reason : `line ${line}: ${reason}`, fix);
}

/**
 * Groups rows by frame, keeping their order within a frame.
 *
 * @param rows boxes with identities
 * @param length number of frames of the sequence, or undefined to take the last frame that occurs
 * @param what what the rows are, for errors when they come from memory
 * @throws TwintrackError for a frame outside 0..length-1 and for an id that occurs twice in a frame
 */
export function groupByFrame(rows: IdentifiedBoxes, length: number | undefined, what: string): GroupedRows {
  const fail = (row: number, reason: string, fix: string): Error =>
    rowError(rows.source ?? what, rows.lines?.[row], reason, fix);
  const n = rows.frames.length;
  let frames = length ?? 0;
  for (let i = 0; i < n; i++) {
    const frame = rows.frames[i];
    if (frame < 0)
      throw fail(i, `frame ${frame + 1} is before the first frame`, 'count frames from 0 in memory, from 1 in files');
    if (frame < frames) continue;
    if (length !== undefined)
      throw fail(
        i,
        `frame ${frame + 1} is past the end of the sequence, ${length} frames`,
        'check that this is the right file',
      );
    if (frame >= MOST_FRAMES)
      throw fail(i, `frame ${frame + 1} is past the longest sequence, ${MOST_FRAMES} frames`, 'mend the frame');
    frames = frame + 1;
  }
  const start = new Int32Array(frames + 1);
  for (let i = 0; i < n; i++) start[rows.frames[i] + 1]++;
  for (let f = 0; f < frames; f++) start[f + 1] += start[f];
  const next = start.slice();
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[next[rows.frames[i]]++] = i;

  const ids = new Int32Array(n);
  const corners = new Float64Array(4 * n);
  const numbers = new Map<number, number>();
  const lastFrame: number[] = [];
  for (let k = 0; k < n; k++) {
    const i = order[k];
    const id = numbers.get(rows.ids[i]) ?? numbers.size;
    if (id === numbers.size) numbers.set(rows.ids[i], id);
    else if (lastFrame[id] === rows.frames[i]) {
      const fix = rows.ids[i] === -1 ? 'this looks like a detection file, give trajectories' : 'remove one of the rows';
      throw fail(i, `id ${rows.ids[i]} occurs twice in frame ${rows.frames[i] + 1}`, fix);
    }
    lastFrame[id] = rows.frames[i];
    ids[k] = id;
    corners[4 * k] = rows.boxes[4 * i];
    corners[4 * k + 1] = rows.boxes[4 * i + 1];
    corners[4 * k + 2] = rows.boxes[4 * i] + rows.boxes[4 * i + 2];
    corners[4 * k + 3] = rows.boxes[4 * i + 1] + rows.boxes[4 * i + 3];
  }
  return { frames, start, order, ids, idCount: numbers.size, corners };
}
