import { linesOf } from '../files/lines.ts';
import { type IdentifiedBoxes, rowError } from './rows.ts';

/** The rows of a MOTChallenge text file: frame, id, x, y, w, h, conf, and in ground truth from 2016 on class, visibility. */
export interface MotRows extends IdentifiedBoxes {
  readonly source: string;
  readonly lines: Int32Array;
  /** n: seventh column (in ground truth 0 marks a row that does not count); 1 where there are six. */
  readonly confidences: Float64Array;
  /** n: eighth column: a class from 2016 on, a world coordinate in 2015; 0 where there are fewer. */
  readonly classes: Float64Array;
  /** Number of columns of the first row, 0 in an empty file. */
  readonly columns: number;
}

/**
 * Reads a MOTChallenge file, ground truth or results, with columns separated by commas or white space; blank lines are
 * skipped. Unlike `readMot` of trajectories/ it takes any whole number as id and boxes of negative size, which trackers do
 * write and which match nothing.
 *
 * @param path file
 * @param leastColumns how many columns each row must have
 * @throws TwintrackError naming file, line and reason: too few columns, not a number, frame below 1
 */
export async function readMotRows(path: string, leastColumns = 6): Promise<MotRows> {
  const frames: number[] = [];
  const ids: number[] = [];
  const boxes: number[] = [];
  const confidences: number[] = [];
  const classes: number[] = [];
  const lines: number[] = [];
  let columns = 0;
  let line = 0;
  for await (const text of linesOf(path)) {
    line++;
    const row = text.trim();
    if (row === '') continue;
    const fields = row.includes(',') ? row.split(',') : row.split(/\s+/);
    const fail = (reason: string): Error => rowError(path, line, reason, 'expected frame,id,x,y,w,h,…');
    if (fields.length < leastColumns) throw fail(`has ${fields.length} of at least ${leastColumns} columns`);
    columns ||= fields.length;
    const number = (column: number): number => {
      const value = Number(fields[column]);
      if (Number.isFinite(value) && fields[column].trim() !== '') return value;
      throw fail(`column ${column + 1} is no number: "${fields[column].trim().slice(0, 40)}"`);
    };
    const frame = number(0);
    const id = number(1);
    if (!(Number.isInteger(frame) && frame >= 1 && frame <= 0x7fffffff))
      throw fail(`frame ${frame} is no whole number from 1`);
    if (!Number.isSafeInteger(id)) throw fail(`id ${id} is no whole number`);
    frames.push(frame - 1);
    ids.push(id);
    boxes.push(number(2), number(3), number(4), number(5));
    confidences.push(fields.length > 6 ? number(6) : 1);
    classes.push(fields.length > 7 ? number(7) : 0);
    lines.push(line);
  }
  return {
    frames: Int32Array.from(frames),
    ids: Float64Array.from(ids),
    boxes: Float64Array.from(boxes),
    confidences: Float64Array.from(confidences),
    classes: Float64Array.from(classes),
    lines: Int32Array.from(lines),
    columns,
    source: path,
  };
}
