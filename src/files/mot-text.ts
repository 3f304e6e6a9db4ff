import { createHash, type Hash } from 'node:crypto';
import { inputError, printable, type TwintrackError } from '../core/errors.ts';
import type { Boxes } from '../core/geometry.ts';
import type { NoticeSink } from '../core/notices.ts';
import { lineBlocksOf } from './lines.ts';
import { MotColumns } from './mot-columns.ts';
import { commaIn, fieldsOf, headerOf, LEAST_COLUMNS, numberIn, READ_COLUMNS, readPlainRow } from './mot-fields.ts';
import { MotFindings, type MotUse, type MotVideo } from './mot-findings.ts';
import { LARGEST_VALUE, type RowsOfBoxes, roundedRow } from './rows.ts';

/** Rows of MOTChallenge text, as columns of equal length n in the order of the file: detections, results or ground truth. */
export interface MotRows {
  /** The file. */
  readonly source: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** n: 1-based line numbers. */
  readonly lines: Int32Array;
  /** n: 0-based frame numbers; the file counts from 1, or from 0 where that occurs. */
  readonly frames: Int32Array;
  /** n: whole numbers; detections have −1. */
  readonly ids: Float64Array;
  /** n × 4: x, y, w, h in source pixels, as they are in the file. */
  readonly boxes: Boxes;
  /** n: seventh column: a score, or in ground truth 0 where a row does not count; 1 where there are six columns. */
  readonly confidences: Float64Array;
  /** n: eighth column: a class from 2016 on, a world coordinate in 2015; 0 where there are fewer, NaN where it is not a number. */
  readonly classes: Float64Array;
  /** Number of columns of the first row; 0 in an empty file. */
  readonly columns: number;
}

/** Settings of {@link readMotRows}. */
export interface MotOptions {
  /** What the rows are. Boxes of detections have an area, others may be lines. Default `results`. */
  readonly use?: MotUse | undefined;
  /** How many columns each row must have. Default 6. */
  readonly leastColumns?: number | undefined;
  /** What is known of the video. */
  readonly video?: MotVideo | undefined;
  /** Takes what is wrong with the file and does not keep it from being read. */
  readonly onNotice?: NoticeSink | undefined;
}

/** More frames than these, ten days at 30 a second, are a mistake in a frame number, which would take all memory. */
export const MOST_FRAMES = 26_000_000;

const FORM = 'expected frame,id,x,y,w,h,score with frames from 1';

/**
 * Reads a MOTChallenge text file: one box a line, `frame,id,x,y,w,h,score` and any further columns, in any order. docs/trajectories.md has the
 * forms that are read.
 *
 * Frames that count from 0 are counted one later, and rows that are equal to another in all columns are left out. What an id may be depends
 * on what the file is for: the caller checks it, and `rowError` makes the error.
 *
 * @throws TwintrackError naming file and line: too few columns, not a number, an id that is not whole, a frame that is not whole or negative, a
 *   coordinate or score beyond 1e15, a negative size of detections or truth
 */
export async function readMotRows(path: string, options: MotOptions = {}): Promise<MotRows> {
  const hash = createHash('sha256');
  const reading = new MotReading(path, options);
  for await (const _ of reading.blocks(hash));
  const { columns, findings } = reading;
  reading.finish();
  for (const notice of [...findings.notices(), ...findings.noticesBeside(options.video ?? {})])
    options.onNotice?.(notice);
  const n = columns.length;
  return {
    source: path,
    sha256: hash.digest('hex'),
    columns: reading.width,
    lines: columns.lines.subarray(0, n),
    frames: columns.frames.subarray(0, n),
    ids: columns.ids.subarray(0, n),
    boxes: columns.boxes.subarray(0, 4 * n),
    confidences: columns.confidences.subarray(0, n),
    classes: columns.classes.subarray(0, n),
  };
}

/** One reading of a file, block by block. */
export class MotReading {
  /** The rows so far, with the frame numbers of the file; the code that goes through the blocks may discard them. */
  readonly columns = new MotColumns();
  readonly findings: MotFindings;
  /** Number of columns of the first row. */
  width = 0;
  readonly #path: string;
  readonly #use: MotUse;
  readonly #leastColumns: number;
  readonly #values = new Float64Array(READ_COLUMNS);
  /** The first number with a comma that may separate thousands, and whether others show that it does not. */
  #doubtful: { line: number; reason: string } | undefined;
  #decimalCommas = false;

  constructor(path: string, { use = 'results', leastColumns = LEAST_COLUMNS }: MotOptions) {
    this.#path = path;
    this.#use = use;
    this.#leastColumns = leastColumns;
    this.findings = new MotFindings(path, use);
  }

  /**
   * Goes through the file once: a value with each block of rows, which are in `columns` and `findings` then.
   *
   * @throws TwintrackError for a row that cannot be read
   */
  async *blocks(hash?: Hash): AsyncGenerator<void> {
    let line = 0;
    for await (const block of lineBlocksOf(this.#path, hash)) {
      const from = this.columns.length;
      for (const text of block) this.#add(text, ++line);
      this.findings.add(this.columns, from);
      yield;
    }
    if (this.#doubtful && !this.#decimalCommas)
      throw rowError(this.#path, this.#doubtful.line, this.#doubtful.reason, 'write numbers with a decimal point');
  }

  /** After the last block: counts frames from 0 and drops repeated rows. */
  finish(): void {
    const { columns, findings } = this;
    columns.countFrom(findings.base);
    const kept = columns.dropRepeated(findings.sorted);
    findings.repeated += columns.length - kept;
    columns.length = kept;
  }

  #add(text: string, line: number): void {
    const values = this.#values;
    // The first row may be a header, and its columns are counted.
    const plain = this.width > 0 ? readPlainRow(text, values) : 0;
    const fields = plain > 0 ? undefined : fieldsOf(text);
    const count = fields?.length ?? plain;
    if (count === 0) return;
    let fault: string | undefined;
    if (this.width === 0 && fields) {
      const header = headerOf(fields);
      if (header === true) return;
      if (header !== false) fault = header;
    }
    fault ??= count < this.#leastColumns ? `has ${count} of at least ${this.#leastColumns} columns` : undefined;
    if (fields) fault ??= this.#convert(fields, line);
    fault ??= this.#faultOf(count);
    if (fault !== undefined) {
      if (/[\0\uFFFD]/.test(text)) throw rowError(this.#path, line, 'is not UTF-8 text', 'save the file as UTF-8');
      throw rowError(this.#path, line, fault);
    }
    this.columns.push(values, line);
    this.width ||= count;
    this.#countScores(count, line);
  }

  #countScores(count: number, line: number): void {
    const { findings } = this;
    if (count > LEAST_COLUMNS) findings.scored ||= this.width > LEAST_COLUMNS;
    else if (this.width > LEAST_COLUMNS) {
      findings.short++;
      findings.shortLine ||= line;
    }
  }

  /** Fields → numbers. @returns what is wrong with them */
  #convert(fields: readonly string[], line: number): string | undefined {
    for (let k = 0; k < fields.length && k < READ_COLUMNS; k++) {
      const field = fields[k];
      this.#values[k] = numberIn(field);
      if (k === 7) break;
      const shown = printable(field.trim().slice(0, 40));
      if (Number.isNaN(this.#values[k])) return `column ${k + 1} is "${shown}", not a number`;
      const comma = commaIn(field);
      if (comma === 'decimal') this.#decimalCommas = true;
      if (comma === 'doubtful')
        this.#doubtful ??= { line, reason: `column ${k + 1} is "${shown}", a part of a number or thousands` };
    }
    return undefined;
  }

  /** What is wrong with the numbers of a row; adds those of columns that it lacks. */
  #faultOf(count: number): string | undefined {
    const values = this.#values;
    if (count < 7) values[6] = 1;
    if (count < 8) values[7] = 0;
    const frame = values[0];
    const id = values[1];
    if (!(Number.isInteger(frame) && frame >= 0)) return `frame ${frame} is not a whole number from 1`;
    if (frame > MOST_FRAMES) return `frame ${frame} is past the longest sequence, ${MOST_FRAMES} frames`;
    if (!Number.isSafeInteger(id)) return `id ${id} is not a whole number`;
    for (let k = 2; k < 7; k++)
      if (!(Math.abs(values[k]) <= LARGEST_VALUE))
        return `column ${k + 1} is ${values[k]}, more than any picture or score`;
    const w = values[4];
    const h = values[5];
    // Some trackers write results of negative size, which TrackEval takes for false ones.
    const least = this.#use === 'detections' ? Number.MIN_VALUE : this.#use === 'truth' ? 0 : Number.NEGATIVE_INFINITY;
    if (!(w >= least && h >= least)) return `the box is ${w} × ${h} pixels`;
    return undefined;
  }
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
