import type { Frame } from '../core/frame.ts';
import type { StageClock } from '../core/stage-clock.ts';
import type { EngineStep, FrameEngine, FrameUnderWay } from './frame-engine.ts';

/** Settings of {@link trackFrames}. */
export interface TrackFramesOptions {
  /** Number of frames that may be with the detector besides the one awaited. */
  readonly ahead: number;
  readonly clock: StageClock;
  /** Ends the run after the frames under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Frames → tracked frames: decoding and detection run ahead while earlier frames are tracked and taken. The code that takes a frame releases
 * it. When the source fails or `signal` fires, the frames before are yielded first; then the reason is thrown. Nothing is under way any
 * more at the end.
 *
 * @param frames in order; closed at the end
 */
export async function* trackFrames(
  engine: FrameEngine,
  frames: AsyncIterable<Frame>,
  { ahead, clock, signal }: TrackFramesOptions,
): AsyncGenerator<EngineStep, void, undefined> {
  const source = frames[Symbol.asyncIterator]();
  const most = ahead + engine.together - 1;
  const waiting: FrameUnderWay[] = [];
  let interruption: { reason: unknown } | undefined;
  const finish = async (underWay: FrameUnderWay): Promise<EngineStep> => {
    await underWay.detected;
    clock.lap('detect');
    const detections = await underWay.detections;
    clock.lap('embed');
    const step = engine.track(underWay, detections);
    clock.lap('track');
    return step;
  };
  try {
    while (!signal?.aborted) {
      const next = await source.next().catch((reason: unknown) => {
        interruption = { reason };
      });
      clock.lap('decode');
      if (!next || next.done) break;
      waiting.push(engine.begin(next.value));
      clock.lap('track');
      if (waiting.length > most) yield await finish(waiting.shift()!);
      await waiting.at(-1 - ahead)?.detected.catch(() => {}); // reported when it is its turn
      clock.lap('detect');
    }
    if (signal?.aborted) interruption ??= { reason: signal.reason };
    engine.flush();
    while (waiting.length > 0) yield await finish(waiting.shift()!);
  } catch (reason) {
    interruption ??= { reason };
  } finally {
    engine.flush();
    await Promise.allSettled(waiting.map(({ detections }) => detections)); // the caller may close the detector now
    await source.return?.();
  }
  if (interruption) throw interruption.reason;
}
