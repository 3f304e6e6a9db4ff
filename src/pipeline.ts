import type { Annotator } from './annotation/index.ts';
import type { Detections, Detector } from './detection/index.ts';
import type { Boxes } from './geometry.ts';
import type { Track, TrackedFrame, Tracker } from './tracking/index.ts';
import type { TrajectorySink } from './trajectories/index.ts';
import type { Frame, VideoWriter } from './video/index.ts';

/**
 * What a run spent its time on, in milliseconds; together about its length. Decoding, detection and encoding go on beside it in
 * other processes and threads: they count for as long as the run had to wait for them, so the largest is the bottleneck.
 */
export interface StageTimes {
  /** Waiting for the next frame. */
  decode: number;
  /** Waiting for the detections of a frame. */
  detect: number;
  /** Association and filtering. */
  track: number;
  /** Writing trajectories. */
  write: number;
  /** Drawing and pixelating. */
  annotate: number;
  /** Waiting for the encoder to take the previous picture. */
  encode: number;
  /** Completing the files. */
  close: number;
}

/** What {@link runPipeline} connects. */
export interface PipelineStages {
  /** Frames in order; ends by itself or by throwing. */
  readonly frames: AsyncIterable<Frame>;
  readonly detector: Detector;
  /** Number of frames that may be with the detector besides the one awaited. */
  readonly ahead: number;
  readonly tracker: Tracker;
  readonly sinks: readonly TrajectorySink[];
  /** Draws on the frames and takes them; frames must then carry pixels. */
  readonly annotation?: PipelineAnnotation | undefined;
  /** Ends the run after the frames under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each frame. */
  readonly onFrame?: (frame: Frame, people: number) => void;
}

/** Draws on the frames and takes them. */
export interface PipelineAnnotation {
  readonly annotator: Annotator;
  readonly writer: VideoWriter;
  /** Whether people who are not tracked (yet) are to be made known to the annotator, to be pixelated. */
  readonly anonymize: boolean;
}

/** What came of a run. */
export interface PipelineResult {
  /** Frames whose people were tracked and written. */
  readonly frames: number;
  /** Number of trajectories that were confirmed. */
  readonly trajectories: number;
  /** Time of the last frame in seconds. */
  readonly lastTime: number;
  readonly stages: StageTimes;
  /** What ended the run before its source did: the failure of a stage, or the signal's reason. */
  readonly interruption?: unknown;
}

/**
 * Video → trajectories: decoding and detection run ahead while earlier frames are tracked, written and drawn. Whatever ends
 * the run is returned and not thrown: when the source fails, the frames it gave are tracked; when another stage
 * fails, the frames before. Nothing is under way any more then; detector, sinks and writer are left for the caller to close.
 */
export function runPipeline(stages: PipelineStages): Promise<PipelineResult> {
  return new Pipeline(stages).run();
}

interface Pending {
  readonly frame: Frame;
  readonly detections: Promise<Detections>;
}

class Pipeline {
  readonly #stages: PipelineStages;
  readonly #times: StageTimes = { decode: 0, detect: 0, track: 0, write: 0, annotate: 0, encode: 0, close: 0 };
  /** Ids whose trajectories the sinks have not been told to end. */
  readonly #open = new Set<number>();
  #encoding: Promise<unknown> = Promise.resolve();
  #frames = 0;
  #lastTime = 0;
  #mark = performance.now();

  constructor(stages: PipelineStages) {
    this.#stages = stages;
  }

  async run(): Promise<PipelineResult> {
    const interruption = await this.#follow();
    return {
      frames: this.#frames,
      trajectories: this.#stages.tracker.confirmed,
      lastTime: this.#lastTime,
      stages: this.#times,
      ...(interruption && { interruption: interruption.reason }),
    };
  }

  /** Takes every frame through the stages. */
  async #follow(): Promise<{ reason: unknown } | undefined> {
    const { frames, detector, ahead, signal } = this.#stages;
    const source = frames[Symbol.asyncIterator]();
    const waiting: Pending[] = [];
    let interruption: { reason: unknown } | undefined;
    try {
      while (!signal?.aborted) {
        const next = await source.next().catch((reason: unknown) => {
          interruption = { reason };
        });
        this.#lap('decode');
        if (!next || next.done) break;
        const detections = detector.detect(next.value);
        detections.catch(() => {}); // told where it is awaited, which may be never
        waiting.push({ frame: next.value, detections });
        if (waiting.length > ahead) await this.#finish(waiting.shift()!);
      }
      if (signal?.aborted) interruption ??= { reason: signal.reason };
      while (waiting.length > 0) await this.#finish(waiting.shift()!);
      await this.#encoded();
    } catch (reason) {
      interruption ??= { reason };
    } finally {
      await Promise.allSettled(waiting.map(({ detections }) => detections)); // the caller may close the detector now
      await source.return?.();
    }
    return interruption;
  }

  /** Takes a frame through the stages after detection. */
  async #finish({ frame, detections: pending }: Pending): Promise<void> {
    const { tracker, sinks, annotation, onFrame } = this.#stages;
    const detections = await pending;
    this.#lap('detect');
    const tracks = tracker.update(detections, frame.time);
    const tracked = trackedFrame(tracks, frame);
    this.#lap('track');
    for (const sink of sinks) await sink.write(tracked);
    for (const id of tracked.ids) this.#open.add(id);
    for (const track of tracks) {
      if (track.state !== 'ended' || !this.#open.delete(track.id)) continue;
      for (const sink of sinks) await sink.end(track.id);
    }
    this.#frames++;
    this.#lastTime = frame.time;
    this.#lap('write');
    if (annotation && frame.pixels) {
      const { annotator, writer, anonymize } = annotation;
      annotator.draw(frame.pixels, tracked, anonymize ? untrackedBoxes(detections, tracks, tracker) : undefined);
      this.#lap('annotate');
      await this.#encoded();
      this.#encoding = writer.write(frame.pixels, frame.time);
      this.#encoding.catch(() => {}); // told by #encoded
    }
    onFrame?.(frame, tracked.length);
  }

  /** Waits until the encoder has taken the previous picture. */
  async #encoded(): Promise<void> {
    await this.#encoding;
    this.#lap('encode');
  }

  /** Puts the time since the last call to the account of a stage. */
  #lap(stage: keyof StageTimes): void {
    const now = performance.now();
    this.#times[stage] += now - this.#mark;
    this.#mark = now;
  }
}

/** The people seen in a frame, as columns. */
function trackedFrame(tracks: readonly Track[], frame: Frame): TrackedFrame {
  const seen = tracks.filter((track) => track.state === 'confirmed');
  const n = seen.length;
  const tracked = {
    index: frame.index,
    time: frame.time,
    length: n,
    ids: new Int32Array(n),
    boxes: new Float64Array(4 * n),
    scores: new Float32Array(n),
    detected: new Uint8Array(n).fill(1),
  };
  for (let i = 0; i < n; i++) {
    tracked.ids[i] = seen[i].id;
    tracked.boxes.set(seen[i].box, 4 * i);
    tracked.scores[i] = seen[i].lastScore;
  }
  return tracked;
}

/**
 * Boxes (n × 4) where people are besides those of the tracked frame: detections that no confirmed track took, and where tracks that
 * are not seen now are expected. Detections below the tracker's low score are none.
 */
function untrackedBoxes(detections: Detections, tracks: readonly Track[], tracker: Tracker): Boxes {
  const shown = new Uint8Array(detections.length);
  for (const track of tracks) if (track.state === 'confirmed') shown[track.detection] = 1;
  const boxes: number[] = [];
  for (let j = 0; j < detections.length; j++) {
    if (shown[j] || !(detections.scores[j] >= tracker.parameters.lowScore)) continue;
    boxes.push(...detections.boxes.subarray(4 * j, 4 * j + 4));
  }
  for (const track of tracks) if (track.detection < 0) boxes.push(...track.box);
  return Float64Array.from(boxes);
}
