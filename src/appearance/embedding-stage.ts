import type { Detections } from '../core/detections.ts';
import type { Frame } from '../core/frame.ts';
import type { AppearanceModel } from './appearance-model.ts';
import { PATCH_BYTES, PatchCutter } from './patches.ts';
import { PatchSelection, present } from './selection.ts';

/** Settings of {@link EmbeddingStage}. */
export interface EmbeddingStageOptions {
  /** Whether every person gets an embedding, or only those whose appearance can decide something. */
  readonly mode: 'always' | 'auto';
  /** Detections below this score get no embedding. */
  readonly minScore: number;
  /** Score from which a detection is surely a person. */
  readonly sureScore: number;
  /** ffmpeg's name of the YUV matrix of the frames. */
  readonly colourSpace?: string | undefined;
  /**
   * Frames whose patches are embedded together, which takes less time for each: a frame waits for as many, or for `flush()`. Default 1:
   * no frame waits.
   */
  readonly together?: number | undefined;
  /** Whether frames are released once their patches are cut out, for those who need no picture afterwards. Default false. */
  readonly release?: boolean | undefined;
}

/** The patches of a frame, and who waits for their embeddings. */
interface Waiting {
  readonly patches: Uint8Array;
  readonly resolve: (embeddings: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Adds embeddings to the detections of each frame, in batches of patches that are embedded beside the other stages. */
export class EmbeddingStage {
  private readonly model: AppearanceModel;
  private readonly options: EmbeddingStageOptions;
  private readonly cutter: PatchCutter;
  private readonly selection = new PatchSelection();
  private turn: Promise<unknown> = Promise.resolve();
  /** Number of frames whose patches are embedded together. */
  readonly together: number;
  private flushed = false;
  /** The frames that wait for others to be embedded with. */
  private waiting: Waiting[] = [];

  constructor(model: AppearanceModel, options: EmbeddingStageOptions) {
    this.model = model;
    this.options = options;
    this.cutter = new PatchCutter(options.colourSpace);
    this.together = options.together ?? 1;
  }

  /**
   * The detections with embeddings; NaN in the rows of those without one. Frames are to be given in order and
   * may be under way at the same time; their pixels must stay as they are until this resolves.
   *
   * @param frame with `pixels`, or the detections stay as they are
   * @param detected what is being detected in it
   */
  async embed<Found extends Detections>(frame: Frame, detected: Promise<Found>): Promise<Found> {
    const { pixels, width, height, time } = frame;
    if (!pixels) return detected;
    const before = this.turn;
    let taken = () => {};
    this.turn = new Promise<void>((resolve) => {
      taken = resolve;
    });
    let detections: Found;
    let rows: number[];
    try {
      [detections] = await Promise.all([detected, before]); // the choice depends on the frame before
      rows = this.choose(detections, time);
    } catch (error) {
      this.flush(); // this frame does not join the waiting ones
      throw error;
    } finally {
      taken();
    }
    const { dimensions } = this.model;
    const patches = new Uint8Array(rows.length * PATCH_BYTES);
    const picture = { pixels, width, height };
    for (const [k, j] of rows.entries()) this.cutter.cut(picture, detections.boxes, j, patches, k);
    if (this.options.release) frame.release?.();
    const embedded = await this.embedPatches(patches);
    const embeddings = new Float32Array(detections.length * dimensions).fill(Number.NaN);
    for (const [k, j] of rows.entries())
      embeddings.set(embedded.subarray(k * dimensions, (k + 1) * dimensions), j * dimensions);
    return { ...detections, embeddings };
  }

  /** Embeds what waits for further frames, and lets no later frame wait: none will come. */
  flush(): void {
    this.flushed = true;
    this.embedWaiting();
  }

  /** The embeddings of the patches of one frame. */
  private embedPatches(patches: Uint8Array): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ patches, resolve, reject });
      if (this.flushed || this.waiting.length >= this.together) this.embedWaiting();
    });
  }

  private embedWaiting(): void {
    const frames = this.waiting;
    this.waiting = [];
    const patches = frames.length === 1 ? frames[0].patches : Buffer.concat(frames.map(({ patches }) => patches));
    this.model.embed(patches).then(
      (embeddings) => {
        let from = 0;
        for (const { patches, resolve } of frames) {
          const to = from + (patches.length / PATCH_BYTES) * this.model.dimensions;
          resolve(embeddings.subarray(from, to));
          from = to;
        }
      },
      (error) => {
        for (const { reject } of frames) reject(error);
      },
    );
  }

  private choose(detections: Detections, time: number): number[] {
    const { mode, minScore, sureScore } = this.options;
    return mode === 'always'
      ? present(detections, minScore)
      : this.selection.choose(detections, minScore, sureScore, time);
  }
}
