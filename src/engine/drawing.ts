import type { Annotator } from '../annotation/index.ts';
import type { Boxes } from '../core/geometry.ts';
import type { StageClock } from '../core/stage-clock.ts';
import type { TrackedFrame } from '../tracking/index.ts';
import type { Frame, VideoWriter } from '../video/index.ts';

/** Draws on frames and hands them to the encoder, which works on one while the next is drawn. */
export class Drawing {
  /** Whether people who are seen but not tracked are to be given to `add` as well. */
  readonly anonymize: boolean;
  readonly #annotator: Annotator;
  readonly #writer: VideoWriter;
  #encoding: Promise<unknown> = Promise.resolve();

  constructor(annotator: Annotator, writer: VideoWriter, anonymize: boolean) {
    this.#annotator = annotator;
    this.#writer = writer;
    this.anonymize = anonymize;
  }

  /**
   * Adds the next frame, if it has pixels, which are drawn on. It is released when the encoder has taken it.
   *
   * @param seen boxes (n × 4) to anonymize besides those of the tracked people
   * @param origin where in the picture the origin of the first picture is
   * @throws TwintrackError when the encoder failed
   */
  async add(
    frame: Frame,
    people: TrackedFrame,
    { seen, origin }: { readonly seen: Boxes | undefined; readonly origin: readonly [x: number, y: number] },
    clock: StageClock,
  ): Promise<void> {
    const { pixels, time } = frame;
    if (!pixels) return;
    this.#annotator.draw(pixels, people, seen, origin);
    clock.lap('annotate');
    await this.taken(clock);
    this.#encoding = this.#writer.write(pixels, time).then(() => frame.release?.());
    this.#encoding.catch(() => {}); // reported by taken
  }

  /** Waits until the encoder has taken the last picture. */
  async taken(clock: StageClock): Promise<void> {
    await this.#encoding;
    clock.lap('encode');
  }
}
