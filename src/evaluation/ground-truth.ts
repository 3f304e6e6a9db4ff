import { basename, dirname, join, resolve } from 'node:path';
import { inputError } from '../core/errors.ts';
import type { Size } from '../core/geometry.ts';
import type { NoticeSink } from '../core/notices.ts';
import { readMotRows, rowError } from '../files/mot-text.ts';
import { readSequenceInfo, SEQINFO_FIX, type SequenceInfo } from '../files/seqinfo.ts';
import { type Benchmark, benchmarkOf, DISTRACTORS, LAST_CLASS, PEDESTRIAN } from './benchmark.ts';
import { type GroupedRows, groupByFrame, type IdentifiedBoxes } from './rows.ts';

/** Boxes of ground truth with what the benchmark says of them. */
export interface GroundTruthRows extends IdentifiedBoxes {
  /** n: 0 where the row does not count; all count when absent. */
  readonly confidences?: Float64Array;
  /** n: class from 2016 on; all are pedestrians when absent. */
  readonly classes?: Float64Array;
}

/** A sequence's ground truth, grouped by frame once, to score many results against. Made by {@link prepareGroundTruth}. */
export interface GroundTruth {
  readonly name: string;
  readonly benchmark: Benchmark;
  /** Number of frames; undefined when unknown, then the last frame that occurs in ground truth or results ends the sequence. */
  readonly length: number | undefined;
  readonly rows: GroupedRows;
  /** For each grouped row 1 when a result must find it. */
  readonly scored: Uint8Array;
  /** For each grouped row 1 when a result that matches it is left out; undefined where the benchmark has none. */
  readonly distractor: Uint8Array | undefined;
}

export interface GroundTruthOptions {
  /** Name in reports. */
  readonly name?: string | undefined;
  /** Number of frames; rows past it are an error. */
  readonly length?: number | undefined;
  /** Preprocessing; of rows in memory `mot15` (no classes) by default, of a file by its columns. */
  readonly benchmark?: Benchmark | undefined;
}

/** Settings of {@link readGroundTruth}. */
export interface GroundTruthFileOptions extends GroundTruthOptions {
  /** Takes what is wrong with the file and does not keep it from being read. */
  readonly onNotice?: NoticeSink | undefined;
}

/**
 * Groups ground truth by frame and decides which rows count, as the MOTChallenge protocol does: rows of confidence 0 do not,
 * nor, from 2016 on, any class but pedestrian; visibility plays no part.
 *
 * @throws TwintrackError naming the row for a frame outside the sequence, an id twice in a frame, a negative size, an unknown class
 */
export function prepareGroundTruth(rows: GroundTruthRows, options: GroundTruthOptions = {}): GroundTruth {
  const { name = 'sequence', length, benchmark = 'mot15' } = options;
  const fail = (row: number, reason: string, fix: string): Error =>
    rowError(rows.source ?? 'ground truth', rows.lines?.[row], reason, fix);
  const grouped = groupByFrame(rows, length, 'ground truth');
  const classes = benchmark === 'mot15' ? undefined : rows.classes;
  const distractors = DISTRACTORS[benchmark];
  const n = grouped.order.length;
  const scored = new Uint8Array(n);
  const distractor = distractors.length > 0 ? new Uint8Array(n) : undefined;
  for (let k = 0; k < n; k++) {
    const i = grouped.order[k];
    const [w, h] = [rows.boxes[4 * i + 2], rows.boxes[4 * i + 3]];
    if (!(w >= 0 && h >= 0)) throw fail(i, `negative size ${w} × ${h}`, 'correct the row');
    const kind = classes ? classes[i] : PEDESTRIAN;
    if (!(Number.isInteger(kind) && kind >= 1 && kind <= LAST_CLASS))
      throw fail(
        i,
        `class ${kind} is none of 1 to ${LAST_CLASS}`,
        `it is read as ${benchmark}, choose another benchmark`,
      );
    if (kind === PEDESTRIAN && rows.confidences?.[i] !== 0) scored[k] = 1;
    if (distractor && distractors.includes(kind)) distractor[k] = 1;
  }
  return { name, benchmark, length, rows: grouped, scored, distractor };
}

/**
 * Reads a ground truth file. The number of frames comes from the `seqinfo.ini` beside it (SEQ/gt.txt) or above it
 * (SEQ/gt/gt.txt) where there is one, the preprocessing from the columns unless given.
 *
 * @throws TwintrackError naming file, line and reason
 *
 * @example
 * import { evaluateSequence, figures, readGroundTruth, readResults } from 'twintrack/evaluation';
 *
 * const gt = await readGroundTruth('street/gt/gt.txt');
 * const { HOTA, MOTA, IDF1 } = figures(evaluateSequence(gt, await readResults('street.mot.txt')));
 * console.log(HOTA, MOTA, IDF1); // percent
 */
export async function readGroundTruth(path: string, options: GroundTruthFileOptions = {}): Promise<GroundTruth> {
  const name = options.name ?? sequenceName(path);
  const rows = await readMotRows(path, {
    use: 'truth',
    leastColumns: options.benchmark && options.benchmark !== 'mot15' ? 8 : undefined,
    video: { size: pictureSize(path) },
    onNotice: options.onNotice,
  });
  const length = options.length ?? sequenceLength(path);
  return prepareGroundTruth(rows, { name, length, benchmark: options.benchmark ?? benchmarkOf(rows.columns, name) });
}

/** Name of the sequence a ground truth file belongs to: its folder's for `SEQ/gt.txt` and `SEQ/gt/gt.txt`, else its own. */
export function sequenceName(path: string): string {
  const folder = sequenceFolder(path);
  return folder === undefined ? basename(path).replace(/\.txt$/, '') : basename(resolve(folder));
}

/** The folder of the sequence a ground truth file belongs to; undefined for `SEQ.txt`, which lies among those of other sequences. */
export function sequenceFolder(path: string): string | undefined {
  if (basename(path) !== 'gt.txt') return undefined;
  const folder = dirname(path);
  return basename(resolve(folder)) === 'gt' ? join(folder, '..') : folder;
}

/** Size of the pictures of the sequence a ground truth file belongs to, where its `seqinfo.ini` has it. */
export function pictureSize(path: string): Size | undefined {
  return sequenceInfo(path)?.size;
}

function sequenceInfo(path: string): SequenceInfo | undefined {
  const folder = sequenceFolder(path);
  return folder === undefined ? undefined : readSequenceInfo(folder);
}

function sequenceLength(path: string): number | undefined {
  const info = sequenceInfo(path);
  if (info && info.length === undefined) throw inputError(info.file, 'has no seqLength', SEQINFO_FIX);
  return info?.length;
}
