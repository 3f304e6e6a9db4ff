import type { Annotator } from './annotation/index.ts';
import type { Detections, Detector } from './detection/index.ts';
import type { Boxes } from './geometry.ts';
import type { Track, TrackedFrame, Tracker } from './tracking/index.ts';
import type { TrajectorySink } from './trajectories/index.ts';
import type { Frame, VideoWriter } from './video/index.ts';

/** Milliseconds that each stage kept the run busy. Detection runs beside the others, in worker threads. */
export interface StageTimes {
  decode: number;
  detect: number;
  track: number;
  write: number;
  annotate: number;
  encode: number;
}

/** What {@link runPipeline} connects. */
export interface PipelineStages {
  /** Frames in order; ends by itself or by throwing. */
  readonly frames: AsyncIterable<Frame>;
  readonly detector: Detector;
  /** Number of frames that may be with the detector at once. */
  readonly ahead: number;
  readonly tracker: Tracker;
  readonly sinks: readonly TrajectorySink[];
  /** Draws on the frames and takes them; frames must then carry pixels. */
  readonly annotation?: { readonly annotator: Annotator; readonly writer: VideoWriter };
  /** Ends the run after the frame at hand. */
  readonly signal?: AbortSignal;
  /** Called after each frame. */
  readonly onFrame?: (frame: Frame, people: number) => void;
}

/** What came of a run. */
export interface PipelineResult {
  frames: number;
  /** Number of trajectories that were confirmed. */
  trajectories: number;
  /** Time of the last frame in seconds. */
  duration: number;
  stages: StageTimes;
  /** What ended the run before its source did: the source's failure, or the signal. */
  interruption?: unknown;
}

/**
 * Video → trajectories: decoding and detection run ahead while earlier frames are tracked, written and drawn.
 * Sinks and writer are left open for the caller to close, also after a failure of the source, which is returned and not thrown.
 *
 * @throws what a detector, sink or writer throws
 */
export async function runPipeline(stages: PipelineStages): Promise<PipelineResult> {
  const result: PipelineResult = {
    frames: 0,
    trajectories: 0,
    duration: 0,
    stages: { decode: 0, detect: 0, track: 0, write: 0, annotate: 0, encode: 0 },
  };
  const times = result.stages;
  const open = new Set<number>();
  let encoding: Promise<void> = Promise.resolve();
  let encodeFailure: { error: unknown } | undefined;

  const finish = async (frame: Frame, pending: Promise<Detections>): Promise<void> => {
    const detections = await pending;
    let mark = performance.now();
    const tracks = stages.tracker.update(detections, frame.time);
    const tracked = trackedFrame(tracks, frame);
    mark = lap(times, 'track', mark);
    for (const sink of stages.sinks) await sink.write(tracked);
    for (const id of tracked.ids) open.add(id);
    for (const track of tracks) {
      if (track.state !== 'ended' || !open.delete(track.id)) continue;
      for (const sink of stages.sinks) await sink.end(track.id);
    }
    mark = lap(times, 'write', mark);
    if (stages.annotation && frame.pixels) {
      const pixels = frame.pixels;
      const writer = stages.annotation.writer;
      stages.annotation.annotator.draw(pixels, tracked, peopleBoxes(detections, tracks));
      mark = lap(times, 'annotate', mark);
      await encoding;
      if (encodeFailure) throw encodeFailure.error;
      encoding = writer.write(pixels, frame.time).catch((error: unknown) => {
        encodeFailure = { error };
      });
      lap(times, 'encode', mark);
    }
    result.frames++;
    result.duration = frame.time;
    result.trajectories = stages.tracker.confirmed;
    stages.onFrame?.(frame, tracked.length);
  };

  const waiting: { frame: Frame; pending: Promise<Detections> }[] = [];
  let detecting = 0;
  let busySince = 0;
  const detect = (frame: Frame): void => {
    if (detecting++ === 0) busySince = performance.now();
    const pending = stages.detector.detect(frame).finally(() => {
      if (--detecting === 0) lap(times, 'detect', busySince);
    });
    pending.catch(() => {}); // told where it is awaited
    waiting.push({ frame, pending });
  };
  const source = stages.frames[Symbol.asyncIterator]();
  try {
    while (!stages.signal?.aborted) {
      const mark = performance.now();
      const next = await source.next().catch((error: unknown) => {
        result.interruption = error;
        return undefined;
      });
      lap(times, 'decode', mark);
      if (!next || next.done) break;
      detect(next.value);
      if (waiting.length > stages.ahead) {
        const first = waiting.shift()!;
        await finish(first.frame, first.pending);
      }
    }
    if (stages.signal?.aborted) result.interruption ??= stages.signal.reason;
    for (const { frame, pending } of waiting) await finish(frame, pending);
    await encoding;
    if (encodeFailure) throw encodeFailure.error;
  } finally {
    await source.return?.();
  }
  return result;
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

/** Boxes to hide besides the people shown: every detection, and where tracks that are not seen now are expected. */
function peopleBoxes(detections: Detections, tracks: readonly Track[]): Boxes {
  const unseen = tracks.filter((track) => track.detection < 0);
  const boxes = new Float64Array(4 * (detections.length + unseen.length));
  boxes.set(detections.boxes);
  unseen.forEach((track, i) => {
    boxes.set(track.box, 4 * (detections.length + i));
  });
  return boxes;
}

/** Adds the time since `mark` to a stage and gives the time now. */
function lap(times: StageTimes, stage: keyof StageTimes, mark: number): number {
  const now = performance.now();
  times[stage] += now - mark;
  return now;
}
