import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskTrouble } from '../../files/append-file.ts';
import { temporaryPath } from '../../files/temporary.ts';
import { toDisk } from '../../files/to-disk.ts';
import { Backoff } from '../../video/camera/back-off.ts';
import { now } from '../../video/camera/clock.ts';
import { findFfmpeg, startFfmpeg } from '../../video/ffmpeg.ts';
import { openVideoWriter, type VideoWriter } from '../../video/index.ts';
import type { PictureFormat } from '../../video/probe.ts';
import { stamp, wallTime } from '../clock.ts';
import { freeStem, namesIn } from './folder.ts';

/** Name of a complete segment. */
export const PAST_RECORDING = /^\d{8}T\d{6}Z(-\d+)?\.annotated\.mp4$/;
const OPEN_ENDING = '.annotated.open.mp4';
const OPEN_RECORDING = /^\d{8}T\d{6}Z(-\d+)?\.annotated\.open\.mp4$/;

/** Exponential back-off after a failure, and how long recording must go well until the back-off starts again from its first wait. */
const WAITS = { retryMinSeconds: 2, retryMaxSeconds: 30 };
const STEADY_SECONDS = 10;

interface Segment {
  readonly opened: Promise<{ readonly path: string; readonly writer: VideoWriter }>;
  failed: boolean;
  readonly start: number;
}

/**
 * Records the annotated video of one camera into mp4 files of some minutes, named by their start. The open segment is a fragmented mp4, which
 * plays up to the last second before it ends. It is copied into a complete mp4 when its time is over, when the format of the pictures
 * changes, on {@link close}, or by {@link recoverRecordings} when the process was killed. The recorder takes one frame at a time; the caller
 * reports the frames that it leaves out with {@link skip}. When a segment cannot be written, the next one is tried with exponential back-off.
 */
export class Recorder {
  /** Frames left out. */
  dropped = 0;
  readonly #folder: string;
  readonly #seconds: number;
  readonly #onFailure: (error: unknown) => void;
  #format: PictureFormat | undefined;
  #segment: Segment | undefined;
  #busy = false;
  /** No frame is taken before this time, by `now()`. */
  #resume = Number.NEGATIVE_INFINITY;
  #failing = false;
  readonly #waits = new Backoff(WAITS);
  #work: Promise<void> = Promise.resolve();
  readonly #closing = new Set<Promise<void>>();

  /**
   * @param folder the camera's
   * @param seconds length of a segment
   * @param onFailure takes the first of consecutive failures
   */
  constructor(folder: string, seconds: number, onFailure: (error: unknown) => void) {
    this.#folder = folder;
    this.#seconds = seconds;
    this.#onFailure = onFailure;
  }

  /** Sets the format of the pictures from now on. The open segment is completed in the background, and the next frame starts another. */
  setFormat(format: PictureFormat): void {
    this.#endSegment();
    this.#format = format;
  }

  /** Whether a frame can be taken now. */
  get ready(): boolean {
    return this.#format !== undefined && !this.#busy && now() >= this.#resume;
  }

  /** Counts a frame that is left out, as the recorder is not `ready`. */
  skip(): void {
    this.dropped++;
  }

  /**
   * Adds an annotated picture. Call it when `ready`. Never rejects.
   *
   * @param pixels I420; must not change until the promise resolves
   * @param time seconds, by `now()`
   */
  write(pixels: Uint8Array, time: number): Promise<void> {
    if (this.#segment && time - this.#segment.start >= this.#seconds) this.#endSegment();
    this.#segment ??= this.#startSegment(time);
    const segment = this.#segment;
    this.#busy = true;
    this.#work = segment.opened
      .then(({ writer }) => writer.write(pixels, time - segment.start))
      .then(
        () => {
          if (time - segment.start >= Math.min(STEADY_SECONDS, this.#seconds / 2)) this.#recovered();
        },
        (error: unknown) => {
          segment.failed = true;
          this.#failed(error);
          if (this.#segment === segment) this.#endSegment();
        },
      )
      .finally(() => {
        this.#busy = false;
      });
    return this.#work;
  }

  /** Completes the open segment. Resolves when all segments are complete. */
  async close(): Promise<void> {
    await this.#work;
    this.#endSegment();
    await Promise.all(this.#closing);
  }

  #startSegment(start: number): Segment {
    const opened = this.#open(start, this.#format!);
    opened.catch(() => {}); // reported when a frame is written
    return { opened, start, failed: false };
  }

  async #open(
    start: number,
    { width, height, colourSpace, sampleAspectRatio }: PictureFormat,
  ): Promise<{ path: string; writer: VideoWriter }> {
    const path = join(this.#folder, freeStem(this.#folder, stamp(wallTime(start)), '.annotated') + OPEN_ENDING);
    const shown = { ...(colourSpace && { colourSpace }), ...(sampleAspectRatio && { sampleAspectRatio }) };
    return { path, writer: await openVideoWriter(path, { width, height, growing: true, ...shown }) };
  }

  #endSegment(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (!segment) return;
    const closing = segment.opened
      .then(({ path, writer }) => writer.close().finally(() => complete(path)))
      .catch((error: unknown) => {
        if (!segment.failed) this.#failed(error);
      })
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #failed(error: unknown): void {
    if (!this.#failing) this.#onFailure(error);
    this.#failing = true;
    this.#resume = now() + this.#waits.next();
  }

  #recovered(): void {
    this.#failing = false;
    this.#waits.reset();
  }
}

/**
 * Completes the segments that a killed process left open.
 *
 * @param folder the camera's
 */
export async function recoverRecordings(folder: string, trouble: DiskTrouble): Promise<void> {
  for (const name of namesIn(folder, OPEN_RECORDING)) {
    await complete(join(folder, name)).catch((error: unknown) => trouble.failed(error));
  }
}

/**
 * Copies an open segment into a complete mp4, with one index at its beginning. Where that fails, for example on a full disk, the open segment
 * is renamed and kept as it is. A segment without a picture is removed.
 */
async function complete(path: string): Promise<void> {
  if (!(await cutTornFragment(path))) return rm(path);
  const complete = path.replace(OPEN_ENDING, '.annotated.mp4');
  const copy = temporaryPath(path, 'partial.mp4');
  const input = ['-protocol_whitelist', 'file', '-i', `file:${path}`];
  const output = ['-c', 'copy', '-movflags', '+faststart', '-f', 'mp4', '-y', `file:${copy}`];
  const { code } = await startFfmpeg(await findFfmpeg(), [...input, ...output]).exited;
  if (code !== 0) {
    await rm(copy, { force: true });
    return rename(path, complete);
  }
  await sync(copy);
  await rename(copy, complete);
  await rm(path);
}

/** Resolves when a file is on the disk itself, so that it survives a power cut. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await toDisk(file);
  } finally {
    await file.close();
  }
}

/** Cuts an mp4 off after its last whole fragment. Returns whether it has one. */
async function cutTornFragment(path: string): Promise<boolean> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(8);
    let end = 0;
    for (let at = 0; at + head.length <= size; ) {
      await file.read(head, 0, head.length, at);
      at += Math.max(head.length, head.readUInt32BE(0));
      if (at <= size && head.toString('latin1', 4) === 'mdat') end = at;
    }
    await file.truncate(end);
    return end > 0;
  } finally {
    await file.close();
  }
}
