import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskTrouble } from '../../files/append-file.ts';
import { temporaryPath } from '../../files/temporary.ts';
import { findFfmpeg, startFfmpeg } from '../../video/ffmpeg.ts';
import { openVideoWriter, type VideoWriter } from '../../video/index.ts';
import { Backoff } from '../camera/back-off.ts';
import { now, stamp, wallTime } from '../camera/clock.ts';
import type { PictureFormat } from '../camera/connection.ts';
import { freeStem, namesIn } from './folder.ts';

/** A name of a complete segment. */
export const PAST_RECORDING = /^\d{8}T\d{6}Z(-\d+)?\.annotated\.mp4$/;
const OPEN_ENDING = '.annotated.open.mp4';
const OPEN_RECORDING = /^\d{8}T\d{6}Z(-\d+)?\.annotated\.open\.mp4$/;

/** Waits after failures, and how long it must go well until another failure is no longer one of the same row. */
const WAITS = { retryMinSeconds: 2, retryMaxSeconds: 30 };
const STEADY_SECONDS = 10;

interface Segment {
  readonly opened: Promise<{ readonly path: string; readonly writer: VideoWriter }>;
  failed: boolean;
  readonly start: number;
}

/**
 * The annotated video of one camera in mp4 files of some minutes, named by their start. The open one is in fragments, which play up to
 * a second before its end; it is copied into the complete one when its time is over, or by {@link recoverRecordings} when the process was killed.
 * A frame that comes while the encoder is busy with the one before is left out and counted. Where nothing can be written, another segment is
 * tried after some seconds, later every half a minute; frames meanwhile are left out and counted as well.
 */
export class Recorder {
  /** Frames left out. */
  dropped = 0;
  readonly #folder: string;
  readonly #format: PictureFormat;
  readonly #seconds: number;
  readonly #onFailure: (error: unknown) => void;
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
   * @param onFailure is told the first of failures in a row
   */
  constructor(folder: string, format: PictureFormat, seconds: number, onFailure: (error: unknown) => void) {
    this.#folder = folder;
    this.#format = format;
    this.#seconds = seconds;
    this.#onFailure = onFailure;
  }

  /** Whether a frame can be taken now; one that cannot is counted. */
  get ready(): boolean {
    const ready = !this.#busy && now() >= this.#resume;
    if (!ready) this.dropped++;
    return ready;
  }

  /** Adds an annotated picture (I420), which is not to be changed until that is done. Call it when `ready`. Never rejects. */
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

  /** Completes the open segment; resolves when all are complete. */
  async close(): Promise<void> {
    await this.#work;
    this.#endSegment();
    await Promise.all(this.#closing);
  }

  #startSegment(start: number): Segment {
    const opened = this.#open(start);
    opened.catch(() => {}); // told when a frame is written
    return { opened, start, failed: false };
  }

  async #open(start: number): Promise<{ path: string; writer: VideoWriter }> {
    const { width, height } = this.#format;
    const path = join(this.#folder, freeStem(this.#folder, stamp(wallTime(start)), '.annotated') + OPEN_ENDING);
    return { path, writer: await openVideoWriter(path, { width, height, growing: true }) };
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
 * Copies an open segment into the complete one, with one index at its beginning. Where that is not possible, as on a full disk, it becomes the
 * complete one as it is; without a picture it is removed.
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

/** Resolves when a file is on the disk itself: a power cut cannot take it any more. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Cuts off what stands behind the last whole fragment of an mp4, a torn one perhaps; returns whether there is one. */
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
