import type { Readable } from 'node:stream';
import type { FfmpegProcess } from './ffmpeg.ts';
import { PartSplitter } from './joined.ts';

const RECORD_LIMIT = 64 * 2 ** 20;

/**
 * A stream that is read twice at its beginning: what probing has consumed is kept and given once more to the decoder, after which
 * the rest passes through.
 */
export class Replay {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #head: Buffer[] = [];
  #headBytes = 0;
  readonly #splitter = new PartSplitter();
  #next: Promise<IteratorResult<Buffer>> | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Feeds the beginning of the stream to a process until that ends, or 64 MB have passed, keeping it for later ones and `feed`. */
  async record(ffmpeg: FfmpegProcess): Promise<void> {
    const life = new Life(ffmpeg);
    for (const chunk of this.#head) await write(ffmpeg, chunk, life);
    while (!life.over && this.#headBytes < RECORD_LIMIT) {
      this.#next ??= this.#chunks.next();
      const result = await life.await(this.#next);
      if (!result || result.done) break; // the pending read stays for the next turn
      this.#next = undefined;
      this.#head.push(result.value);
      this.#headBytes += result.value.length;
      await write(ffmpeg, result.value, life);
    }
    ffmpeg.stdin?.end();
  }

  /**
   * Feeds the stream to a process: the first recording in it, or what is left of that; then the next one.
   *
   * @returns whether another recording follows
   */
  async feed(ffmpeg: FfmpegProcess): Promise<boolean> {
    const life = new Life(ffmpeg);
    while (!life.over) {
      const chunk = this.#head.shift() ?? (await this.#read(life));
      if (!chunk) break;
      const { own, rest } = this.#splitter.push(chunk);
      await write(ffmpeg, own, life);
      if (!rest) continue;
      this.#head.unshift(rest);
      ffmpeg.stdin?.end();
      return true;
    }
    await write(ffmpeg, this.#splitter.end(), life);
    ffmpeg.stdin?.end();
    return false;
  }

  /** Passes over the rest of a recording that its process did not want. Returns whether another one follows. */
  async skip(): Promise<boolean> {
    for (;;) {
      const chunk = this.#head.shift() ?? (await this.#read());
      if (!chunk) return false;
      const { rest } = this.#splitter.push(chunk);
      if (!rest) continue;
      this.#head.unshift(rest);
      return true;
    }
  }

  /** The next chunk; undefined at the end of the stream, or of the life. */
  async #read(life?: Life): Promise<Buffer | undefined> {
    this.#next ??= this.#chunks.next();
    const result = life ? await life.await(this.#next) : await this.#next;
    if (!result || result.done) return undefined;
    this.#next = undefined;
    return result.value;
  }

  close(): void {
    this.#next?.catch(() => {});
    this.#stream.destroy();
  }
}

/** How long a process lives. (`Promise.race` with its end would keep the result of every race until then.) */
class Life {
  over = false;
  #wake = () => {};

  constructor(ffmpeg: FfmpegProcess) {
    ffmpeg.exited.then(() => {
      this.over = true;
      this.#wake();
    });
  }

  /** What the promise gives; undefined when the process ends before. One at a time. */
  await<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      if (this.over) this.#wake();
      promise.then(resolve, reject);
    });
  }
}

/** Writes and waits until it is taken, or the process has ended. */
async function write(ffmpeg: FfmpegProcess, chunk: Buffer, life: Life): Promise<void> {
  const stdin = ffmpeg.stdin!;
  if (stdin.destroyed || stdin.write(chunk)) return;
  await life.await(new Promise<void>((resolve) => stdin.once('drain', resolve)));
}
