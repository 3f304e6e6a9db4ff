import type { Readable } from 'node:stream';
import { readLines } from './ffmpeg.ts';
import { type PictureLayout, PictureReader } from './picture-reader.ts';

/** Timestamps are counted in this fraction of a second: a whole number for every usual frame rate and for 90 kHz. */
export const TICKS_PER_SECOND = 705_600_000;

/** Complete frames that wait before ffmpeg is held back. */
const QUEUE = 2;

/** The parts of one frame, as they came out of ffmpeg. */
export interface FrameParts {
  /** Timestamp in seconds; NaN where the video has none. */
  readonly time: number;
  /** One picture a picture pipe, in memory that threads can share. */
  readonly pictures: readonly Uint8Array[];
  /** Gives the pictures back, to be filled with later ones: garbage of such a size keeps the collector busy. Harmless when called again. */
  release(): void;
}

/**
 * Puts frames together from ffmpeg's pipes: one of timestamps, the others of raw pictures. ffmpeg blocks on whichever pipe is full,
 * so the pipes are held back together, and only while whole frames wait to be taken: stopping one of them earlier could leave
 * ffmpeg blocked on it with the frame's other parts unwritten.
 */
export class FrameAssembly {
  readonly #pipes: readonly Readable[];
  readonly #pictures: readonly PictureReader[];
  readonly #times: number[] = [];
  #paused = false;
  #cleared = false;
  #taken = 0;
  #wake: (() => void) | undefined;

  /** @param layouts what the pictures of each picture pipe are like */
  constructor(times: Readable, pictures: readonly Readable[], layouts: readonly PictureLayout[]) {
    this.#pipes = [times, ...pictures];
    this.#pictures = layouts.map((layout) => new PictureReader(layout));
    readLines(times, (line) => {
      const match = /^frame:.* pts:(\S+)/.exec(line);
      if (!match) return;
      this.#times.push(match[1] === 'NOPTS' ? Number.NaN : Number(match[1]) / TICKS_PER_SECOND);
      this.#arrived();
    });
    pictures.forEach((pipe, i) => {
      pipe.on('data', (chunk: Buffer) => {
        this.#pictures[i].push(chunk);
        this.#arrived();
      });
    });
  }

  /** Number of frames that have come out of ffmpeg whole. */
  get received(): number {
    return this.#taken + this.#waiting;
  }

  /** The next frame when it is whole, else undefined. */
  take(): FrameParts | undefined {
    if (this.#waiting === 0) return undefined;
    const time = this.#times.shift()!;
    const pictures = this.#pictures.map(({ complete }) => complete.shift()!);
    let lent = pictures;
    const release = () => {
      for (const [i, picture] of this.#cleared ? [] : lent.entries()) this.#pictures[i].free.push(picture);
      lent = [];
    };
    this.#taken++;
    this.#control();
    return { time, pictures, release };
  }

  /** Resolves when a frame may have become whole, or at `wake()`. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Forgets the pictures, also those that are yet to be given back: none will come to fill them. */
  clear(): void {
    this.#cleared = true;
    for (const reader of this.#pictures) reader.clear();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  get #waiting(): number {
    let n = this.#times.length;
    for (const reader of this.#pictures) n = Math.min(n, reader.complete.length);
    return n;
  }

  #arrived(): void {
    if (this.#waiting === 0) return;
    this.wake();
    this.#control();
  }

  #control(): void {
    const pause = this.#waiting >= QUEUE;
    if (pause === this.#paused) return;
    this.#paused = pause;
    for (const pipe of this.#pipes) pause ? pipe.pause() : pipe.resume();
  }
}
