import type { EmbeddingStage } from '../appearance/embedding-stage.ts';
import type { StageClock } from '../core/stage-clock.ts';
import type { Detections, Detector } from '../detection/index.ts';
import { PictureMotion, type PictureShift } from '../tracking/camera-motion/from-pixels.ts';
import type { Track, Tracker } from '../tracking/index.ts';
import type { Frame } from '../video/index.ts';

/** What {@link runPipeline} connects. */
export interface PipelineStages {
  /** Frames in order; ends by itself or by throwing. */
  readonly frames: AsyncIterable<Frame>;
  readonly detector: Detector;
  /** Number of frames that may be with the detector besides the one awaited. */
  readonly ahead: number;
  /** Adds embeddings to the detections of frames with pixels, those of several frames together: so many are waited for. */
  readonly appearance?: EmbeddingStage | undefined;
  readonly tracker: Tracker;
  /**
   * Takes each frame with what was detected and the tracks as they are after it, and releases it in the end. The next one comes
   * when it is done.
   */
  take(
    frame: Frame,
    detections: Detections,
    tracks: readonly Track[],
    shift: PictureShift | undefined,
  ): void | Promise<void>;
  readonly clock: StageClock;
  /** Ends the run after the frames under way. */
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly frame: Frame;
  /** How the picture moved since the frame before, where there is a picture. */
  readonly shift: PictureShift | undefined;
  readonly detected: Promise<Detections>;
  /** With embeddings. */
  readonly detections: Promise<Detections>;
}

/**
 * Video → tracks: decoding and detection run ahead while earlier frames are tracked and taken. When the source fails, the frames it
 * gave are tracked; when another stage fails, the frames before. Nothing is under way any more at the end; the detector
 * is left for the caller to close. Does not throw.
 *
 * @returns what ended the run before its source did, if anything: the failure of a stage, or the signal's reason
 */
export async function runPipeline(stages: PipelineStages): Promise<{ readonly interruption?: unknown }> {
  const { detector, ahead, appearance, tracker, clock, signal } = stages;
  const source = stages.frames[Symbol.asyncIterator]();
  const most = ahead + (appearance?.together ?? 1) - 1;
  const motion = tracker.parameters.cameraMotion ? new PictureMotion() : undefined;
  const waiting: Pending[] = [];
  let interruption: { reason: unknown } | undefined;
  const finish = async ({ frame, shift, detected, detections: pending }: Pending): Promise<void> => {
    await detected;
    clock.lap('detect');
    const detections = await pending;
    clock.lap('embed');
    const tracks = tracker.update(detections, frame.time, shift);
    clock.lap('track');
    await stages.take(frame, detections, tracks, shift);
  };
  try {
    while (!signal?.aborted) {
      const next = await source.next().catch((reason: unknown) => {
        interruption = { reason };
      });
      clock.lap('decode');
      if (!next || next.done) break;
      const { width, height } = next.value;
      const shift = motion?.follow(next.value, detector.letterbox(width, height));
      clock.lap('track');
      const detected = detector.detect(next.value);
      const detections = appearance?.embed(next.value, detected) ?? detected;
      detections.catch(() => {}); // told where it is awaited, which may be never
      waiting.push({ frame: next.value, shift, detected, detections });
      if (waiting.length > most) await finish(waiting.shift()!);
      await waiting.at(-1 - ahead)?.detected.catch(() => {}); // told when it is its turn
      clock.lap('detect');
    }
    if (signal?.aborted) interruption ??= { reason: signal.reason };
    appearance?.flush();
    while (waiting.length > 0) await finish(waiting.shift()!);
  } catch (reason) {
    interruption ??= { reason };
    appearance?.flush();
  } finally {
    await Promise.allSettled(waiting.map(({ detections }) => detections)); // the caller may close the detector now
    await source.return?.();
  }
  return interruption ? { interruption: interruption.reason } : {};
}
