import { type Ffmpeg, type FfmpegProcess, startFfmpeg } from './ffmpeg.ts';
import { FrameAssembly, type FrameParts } from './frame-assembly.ts';
import type { PictureLayout } from './picture-reader.ts';

/** One ffmpeg that decodes, and the frames that come out of it. */
export class Decoder {
  readonly child: FfmpegProcess;
  readonly #assembly: FrameAssembly;
  #ended = false;

  /**
   * @param args see `decodingArguments`, with the input's before them
   * @param layouts what the pictures of each picture output are like
   * @param onLine takes lines of the log, and how many frames had come whole by then
   */
  constructor(
    ffmpeg: Ffmpeg,
    args: readonly string[],
    layouts: readonly PictureLayout[],
    { stdin, onLine }: { stdin: boolean; onLine: (line: string, received: number) => void },
  ) {
    this.child = startFfmpeg(ffmpeg, args, {
      stdin,
      outputs: 1 + layouts.length,
      onLine: (line) => onLine(line, this.#assembly.received),
    });
    const [times, ...pictures] = this.child.outputs;
    this.#assembly = new FrameAssembly(times, pictures, layouts);
    this.child.exited.then(() => {
      this.#ended = true;
      this.#assembly.wake();
    });
  }

  /** The next frame; undefined after the last, and after `stop`. */
  async next(): Promise<FrameParts | undefined> {
    for (;;) {
      const parts = this.#assembly.take();
      if (parts || this.#ended) return parts;
      await this.#assembly.changed();
    }
  }

  /** Ends ffmpeg. */
  stop(): void {
    this.#ended = true;
    this.child.kill();
    for (const pipe of this.child.outputs) pipe.destroy();
    this.#assembly.wake();
  }

  /** Forgets the pictures, when it has stopped. */
  clear(): void {
    this.#assembly.clear();
  }
}
