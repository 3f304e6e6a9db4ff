import { createHash } from 'node:crypto';
import { withRoom } from '../core/columns.ts';
import { inputError, type TwintrackError } from '../core/errors.ts';
import type { Boxes } from '../core/geometry.ts';
import { lineBlocksOf } from './lines.ts';
import { type RowsOfBoxes, roundedRow } from './rows.ts';

/** Rows of MOTChallenge text, as columns of equal length n in the order of the file: detections, results or ground truth. */
export interface MotRows {
  /** The file. */
  readonly source: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** n: 1-based line numbers. */
  readonly lines: Int32Array;
  /** n: 0-based frame numbers; the file counts from 1. */
  readonly frames: Int32Array;
  /** n: whole numbers; detections have −1. */
  readonly ids: Float64Array;
  /** n × 4: x, y, w, h in source pixels, as they are in the file: of any size, negative ones too. */
  readonly boxes: Boxes;
  /** n: seventh column: a score, or in ground truth 0 where a row does not count; 1 where there are six columns. */
  readonly confidences: Float64Array;
  /** n: eighth column: a class from 2016 on, a world coordinate in 2015; 0 where there are fewer, NaN where it is not a number. */
  readonly classes: Float64Array;
  /** Number of columns of the first row; 0 in an empty file. */
  readonly columns: number;
}

/** More frames than these, ten days at 30 a second, are a mistake in a frame number, which would take all memory. */
export const MOST_FRAMES = 26_000_000;

const FORM = 'expected frame,id,x,y,w,h,score with frames from 1';
/** What the names of a header have in them. */
const HEADER = [/frame/i, /id|track/i, /x|left/i, /y|top/i, /w/i, /h/i];

/**
 * Reads a MOTChallenge text file: one box a line, `frame,id,x,y,w,h,score` and any further columns, in any order. Columns are separated by
 * commas, semicolons or white space. Blank lines, lines that begin with `#`, and a header with the names of the columns are skipped.
 *
 * What an id, a score and a size may be depends on what the file is for: the caller checks them, and `rowError` makes the error.
 *
 * @param leastColumns how many columns each row must have
 * @throws TwintrackError naming file and line: too few columns, not a number, an id that is not whole, a frame that is not whole and from 1
 */
export async function readMotRows(path: string, leastColumns = 6): Promise<MotRows> {
  const hash = createHash('sha256');
  const rows = new RowColumns();
  let columns = 0;
  let line = 0;
  for await (const block of lineBlocksOf(path, hash)) {
    for (const text of block) {
      line++;
      const fields = fieldsOf(text);
      if (fields === undefined) continue;
      if (columns === 0 && HEADER.every((name, k) => name.test(fields[k] ?? ''))) continue;
      columns ||= fields.length;
      const fault =
        fields.length < leastColumns
          ? `has ${fields.length} of at least ${leastColumns} columns`
          : rows.add(fields, line);
      if (fault === undefined) continue;
      if (/[\0\uFFFD]/.test(text)) throw rowError(path, line, 'is not UTF-8 text', 'save the file as UTF-8');
      throw rowError(path, line, fault);
    }
  }
  return { source: path, sha256: hash.digest('hex'), columns, ...rows.build() };
}

/**
 * The error for a row: "file: line 3: reason; fix".
 *
 * @param source the file, or what the rows are
 * @param line undefined where the rows are not of a text file
 */
export function rowError(source: string, line: number | undefined, reason: string, fix = FORM): TwintrackError {
  return inputError(source, line === undefined ? reason : `line ${line}: ${reason}`, fix);
}

/**
 * A line of a MOTChallenge result file: `frame,id,x,y,w,h,score,-1,-1,-1` and its end. The box is rounded to 0.01 pixel, the score to 0.0001.
 *
 * @param frame 0-based
 * @param row the row of `columns`
 */
export function motLine(frame: number, id: number, columns: RowsOfBoxes, row: number): string {
  return `${frame + 1},${id},${roundedRow(columns, row).join()},-1,-1,-1\n`;
}

/** The columns of a line; undefined of a line without. A separator at the end is not another column. */
function fieldsOf(text: string): string[] | undefined {
  const row = text.trim();
  if (row === '' || row.startsWith('#')) return undefined;
  const fields = row.split(row.includes(',') ? ',' : row.includes(';') ? ';' : /\s+/);
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

function numberIn(field: string): number {
  const value = Number(field);
  return value !== 0 || field.trim() !== '' ? value : Number.NaN;
}

/** The columns of {@link MotRows} as they grow. */
class RowColumns {
  private length = 0;
  private lines = new Int32Array(1024);
  private frames = new Int32Array(1024);
  private ids = new Float64Array(1024);
  private boxes: Boxes = new Float64Array(4096);
  private confidences = new Float64Array(1024);
  private classes = new Float64Array(1024);
  private readonly values = new Float64Array(7);

  /** Adds a row of at least six fields. @returns what is wrong with it */
  add(fields: readonly string[], line: number): string | undefined {
    const { values } = this;
    values[6] = 1;
    for (let k = 0; k < 7 && k < fields.length; k++) {
      values[k] = numberIn(fields[k]);
      if (!Number.isFinite(values[k])) return `column ${k + 1} is "${fields[k].trim().slice(0, 40)}", not a number`;
    }
    const [frame, id] = values;
    if (!(Number.isInteger(frame) && frame >= 1)) return `frame ${frame} is not a whole number from 1`;
    if (frame > 0x7fffffff) return `frame ${frame} is too large`;
    if (!Number.isSafeInteger(id)) return `id ${id} is not a whole number`;
    const n = this.length++;
    if (n === this.lines.length) this.grow(n + 1);
    this.lines[n] = line;
    this.frames[n] = frame - 1;
    this.ids[n] = id;
    for (let k = 0; k < 4; k++) this.boxes[4 * n + k] = values[2 + k];
    this.confidences[n] = values[6];
    this.classes[n] = fields.length > 7 ? numberIn(fields[7]) : 0;
    return undefined;
  }

  build(): Omit<MotRows, 'source' | 'sha256' | 'columns'> {
    const { length: n } = this;
    return {
      lines: this.lines.subarray(0, n),
      frames: this.frames.subarray(0, n),
      ids: this.ids.subarray(0, n),
      boxes: this.boxes.subarray(0, 4 * n),
      confidences: this.confidences.subarray(0, n),
      classes: this.classes.subarray(0, n),
    };
  }

  private grow(length: number): void {
    this.lines = withRoom(this.lines, length);
    this.frames = withRoom(this.frames, length);
    this.ids = withRoom(this.ids, length);
    this.boxes = withRoom(this.boxes, 4 * length);
    this.confidences = withRoom(this.confidences, length);
    this.classes = withRoom(this.classes, length);
  }
}
