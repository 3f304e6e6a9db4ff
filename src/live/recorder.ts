import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openVideoWriter, type VideoWriter } from '../video/index.ts';
import { stamp, wallTime } from './clock.ts';
import type { PictureFormat } from './connection.ts';
import { freeStem } from './folder.ts';

/** A name of a complete segment. */
export const PAST_RECORDING = /^\d{8}T\d{6}Z(-\d+)?\.annotated\.mp4$/;
/** What a killed encoder leaves. */
const LEFT_OVER = /^\.twintrack-[0-9a-f]{12}\.(partial\.mp4|tmp)$/;

interface Segment {
  readonly writer: Promise<VideoWriter>;
  readonly start: number;
}

/**
 * The annotated video of one camera in mp4 files of some minutes, named by their start. A frame that comes while the encoder is
 * busy with the one before is left out and counted.
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
  #work: Promise<unknown> = Promise.resolve();
  readonly #closing = new Set<Promise<void>>();

  /**
   * @param folder the camera's
   * @param seconds length of a segment
   */
  constructor(folder: string, format: PictureFormat, seconds: number, onFailure: (error: unknown) => void) {
    this.#folder = folder;
    this.#format = format;
    this.#seconds = seconds;
    this.#onFailure = onFailure;
  }

  /** Whether the encoder can take a frame now; one that it cannot take is counted. */
  get ready(): boolean {
    if (this.#busy) this.dropped++;
    return !this.#busy;
  }

  /** Adds an annotated picture (I420), which is not to be changed any more. Call it when `ready`. */
  write(pixels: Uint8Array, time: number): void {
    if (this.#segment && time - this.#segment.start >= this.#seconds) this.#endSegment();
    this.#segment ??= this.#startSegment(time);
    const segment = this.#segment;
    this.#busy = true;
    this.#work = segment.writer
      .then((writer) => writer.write(pixels, time - segment.start))
      .catch((error: unknown) => {
        this.#onFailure(error);
        if (this.#segment === segment) this.#segment = undefined;
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  /** Completes the open segment; resolves when all are complete. */
  async close(): Promise<void> {
    await this.#work;
    this.#endSegment();
    await Promise.all(this.#closing);
  }

  #startSegment(start: number): Segment {
    const { width, height } = this.#format;
    const path = join(this.#folder, `${freeStem(this.#folder, stamp(wallTime(start)), '.annotated')}.annotated.mp4`);
    const writer = openVideoWriter(path, { width, height });
    writer.catch(() => {}); // told when a frame is written
    return { writer, start };
  }

  #endSegment(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (!segment) return;
    const closing = segment.writer
      .then((writer) => writer.close())
      .catch(this.#onFailure)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** Removes the temporary files that a killed process left in a camera's folder. */
export function removeLeftOvers(folder: string): void {
  for (const name of readdirSync(folder)) if (LEFT_OVER.test(name)) rmSync(join(folder, name), { force: true });
}
