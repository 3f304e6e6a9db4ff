import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { inputError } from '../core/errors.ts';
import { MotColumns } from './mot-columns.ts';
import type { MotFindings } from './mot-findings.ts';
import { type MotOptions, MotReading } from './mot-text.ts';

/** Rows that are held in memory; a longer file that is sorted by frame is read again, frame by frame. */
const HELD = 1 << 17;

/** Takes the rows of `columns` from `from` up to `to`, which are valid until it returns. */
type RowsUse<T> = (columns: MotColumns, from: number, to: number) => T;

/** The rows of a file by frame. */
export interface MotFrames {
  readonly sha256: string;
  readonly findings: MotFindings;
  /**
   * Gives the rows of a frame to `use`. Calls in the order of frames are fast.
   *
   * @param index 0-based
   * @returns what `use` returns
   * @throws TwintrackError when the file cannot be read any more, or was changed
   */
  take<T>(index: number, use: RowsUse<T>): Promise<T>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** Frames of a file: rows sorted by frame, with frames from 0, until the next are asked for. */
type Chunks = AsyncGenerator<MotColumns, void, undefined>;

/**
 * Opens a MOTChallenge text file to be read frame by frame. It is read once to the end, for what can only be said of all of it. Memory does
 * not grow with a file that is sorted by frame, and lies on a disk.
 *
 * @param held rows that are held in memory whatever their order
 * @throws TwintrackError as `readMotRows`
 */
export async function openMotFrames(path: string, options: MotOptions, held = HELD): Promise<MotFrames> {
  const onDisk = (await stat(path).catch(() => undefined))?.isFile() ?? false;
  let first = await survey(path, options, onDisk ? held : Number.POSITIVE_INFINITY);
  // Not sorted: all rows are needed at once.
  first ??= await survey(path, options, Number.POSITIVE_INFINITY);
  const { sha256, findings, columns } = first!;
  for (const notice of findings.notices()) options.onNotice?.(notice);
  const rows = new FrameRows(columns ? () => inMemory(columns) : () => fromDisk(path, options, findings));
  return { sha256, findings, take: (index, use) => rows.take(index, use), close: () => rows.close() };
}

interface Survey {
  readonly sha256: string;
  readonly findings: MotFindings;
  /** All rows, sorted by frame; undefined where there are more than were to be held. */
  readonly columns: MotColumns | undefined;
}

/** Reads the whole file. @returns undefined when there are more rows than are to be held, and they are not sorted */
async function survey(path: string, options: MotOptions, held: number): Promise<Survey | undefined> {
  const hash = createHash('sha256');
  const reading = new MotReading(path, options);
  const { columns, findings } = reading;
  let whole = true;
  for await (const _ of reading.blocks(hash)) {
    whole &&= columns.length <= held;
    if (whole) continue;
    if (!findings.sorted) return undefined;
    takeWholeFrames(columns, findings);
  }
  reading.finish();
  const sorted = findings.sorted ? columns : columns.sortedByFrame();
  return { sha256: hash.digest('hex'), findings, columns: whole ? sorted : undefined };
}

/** Removes the rows of all frames but the last, of which there may be more to come. */
function takeWholeFrames(columns: MotColumns, findings: MotFindings): void {
  const end = columns.startOfLastFrame();
  findings.repeated += end - columns.dropRepeated(true, end);
  columns.discard(end);
}

async function* inMemory(columns: MotColumns): Chunks {
  yield columns;
}

async function* fromDisk(path: string, options: MotOptions, { base, rows }: MotFindings): Chunks {
  const reading = new MotReading(path, options);
  const { columns, findings } = reading;
  for await (const _ of reading.blocks()) {
    if (!findings.sorted) break;
    const end = columns.startOfLastFrame();
    if (end === 0) continue;
    columns.countFrom(base, end);
    const { length } = columns;
    columns.length = columns.dropRepeated(true, end);
    yield columns;
    columns.length = length;
    columns.discard(end);
  }
  if (!findings.sorted || findings.rows !== rows || findings.base !== base)
    throw inputError(path, 'was changed while it was read', 'start again');
  columns.countFrom(base);
  columns.length = columns.dropRepeated(true);
  yield columns;
}

/** Finds frames in chunks that follow one another. */
class FrameRows {
  readonly #open: () => Chunks;
  #chunks: Chunks;
  #chunk: MotColumns | undefined;
  /** The last frame of the chunks before. */
  #passed = -1;
  /** The call before: one at a time goes on. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(open: () => Chunks) {
    this.#open = open;
    this.#chunks = open();
  }

  take<T>(index: number, use: RowsUse<T>): Promise<T> {
    const taken = this.#before.then(() => this.#take(index, use));
    this.#before = taken.catch(() => {});
    return taken;
  }

  async close(): Promise<void> {
    await this.#before;
    await this.#chunks.return();
  }

  async #take<T>(index: number, use: RowsUse<T>): Promise<T> {
    if (index <= this.#passed) {
      await this.#chunks.return();
      this.#chunks = this.#open();
      this.#chunk = undefined;
      this.#passed = -1;
    }
    let chunk = this.#chunk;
    while (!chunk || lastFrame(chunk) < index) {
      if (chunk) this.#passed = Math.max(this.#passed, lastFrame(chunk));
      const next = await this.#chunks.next();
      this.#chunk = next.done ? undefined : next.value;
      if (next.done) return use(NO_ROWS, 0, 0);
      chunk = next.value;
    }
    const from = firstFrom(chunk, index);
    let to = from;
    while (to < chunk.length && chunk.frames[to] === index) to++;
    return use(chunk, from, to);
  }
}

const NO_ROWS = new MotColumns();

function lastFrame({ frames, length }: MotColumns): number {
  return length > 0 ? frames[length - 1] : -1;
}

/** The first row of a frame from `index` on. */
function firstFrom({ frames, length }: MotColumns, index: number): number {
  let low = 0;
  for (let high = length; low < high; ) {
    const middle = (low + high) >> 1;
    if (frames[middle] < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
