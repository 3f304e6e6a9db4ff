import { withRoom } from '../core/columns.ts';
import { inputError } from '../core/errors.ts';
import type { Boxes } from '../core/geometry.ts';
import {
  inFrameOrder,
  type RefinementParameters,
  refine,
  type Timeline,
  type Trajectory,
  TrajectoryCollector,
} from '../trajectories/index.ts';
import type { VideoSource } from '../video/index.ts';
import type { Drawing } from './drawing.ts';
import { possiblePeople, type RunResult, type RunStages } from './run.ts';
import { trackFrames } from './track-frames.ts';

/** What {@link runRefined} works with. */
export interface RefinedRunStages extends RunStages {
  readonly refinement: RefinementParameters;
  /** Completes the files of the sinks, given what ended the first pass early. */
  closeTrajectories(interruption: unknown): Promise<void>;
  /** The networks have done their part: their memory goes to the second pass. */
  closeModels(): Promise<void>;
  /** Opens the video once more, with full pixels, for its first `frames` frames. Needed when there is something to draw. */
  reopen(frames: number, signal: AbortSignal | undefined): Promise<VideoSource>;
}

/** What the first pass leaves. */
interface FirstPass {
  readonly collector: TrajectoryCollector;
  /** Boxes of all who may be in each frame, where people are anonymized. */
  readonly seen: BoxLog | undefined;
  readonly interruption?: unknown;
}

/**
 * Video → refined trajectories: people are tracked through the whole video first, then the trajectories are refined and their
 * files completed, and then the video is read again to be drawn on. When the first pass ends early, all of that is
 * done with the frames it had; when the second does, the trajectories are complete and the drawn video is shorter.
 * Whatever ends the run is returned and not thrown; the drawn video is left for the caller to close.
 */
export async function runRefined(stages: RefinedRunStages): Promise<RunResult> {
  const { engine, drawing, album, clock } = stages;
  const { collector, seen, ...result } = await collect(stages);
  const { timeline } = collector;
  const frames = timeline.length;
  if (frames === 0) return { frames, lastTime: 0, trajectories: 0, ...result };
  // A run that was interrupted is completed as far as it came: what there is to draw is known.
  const signal = result.interruption === undefined ? stages.signal : undefined;
  const video = drawing && stages.closeModels().then(() => stages.reopen(frames, signal));
  await video?.catch(() => {}); // reported where it is drawn on; ffmpeg starts while the trajectories are refined
  let trajectories: ReturnType<typeof refine> = [];
  let interruption: { interruption: unknown } | undefined;
  try {
    trajectories = refine(collector.take(), timeline, stages.refinement, engine.tracker.reid);
    album?.keep(trajectories);
    clock.lap('refine');
    await write(stages, trajectories, timeline, result.interruption);
    if (drawing && video) await draw(drawing, await video, { ...stages, signal }, trajectories, timeline, seen);
  } catch (reason) {
    interruption = { interruption: reason };
  } finally {
    await video?.then((source) => source.close()).catch(() => {});
  }
  const lastTime = timeline.time(frames - 1);
  return { frames, lastTime, trajectories: trajectories.length, ...interruption, ...result };
}

async function collect(stages: RunStages): Promise<FirstPass> {
  const { engine, drawing, album, onFrame } = stages;
  const collector = new TrajectoryCollector();
  const seen = drawing?.anonymize ? new BoxLog() : undefined;
  try {
    for await (const { frame, detections, tracks, shift, detect, people } of trackFrames(
      engine,
      stages.frames,
      stages,
    )) {
      await album?.add(frame, detections, tracks);
      frame.release?.();
      collector.add(frame, tracks, shift, detect);
      seen?.add(possiblePeople(detections, tracks, engine.tracker));
      onFrame?.(frame, people.length, 'track');
    }
  } catch (interruption) {
    return { collector, seen, interruption };
  }
  return { collector, seen };
}

async function write(
  { sinks, clock, closeTrajectories }: RefinedRunStages,
  trajectories: readonly Trajectory[],
  timeline: Timeline,
  interruption: unknown,
): Promise<void> {
  for (const { frame, ended } of inFrameOrder(trajectories, timeline)) {
    for (const sink of sinks) {
      await sink.write(frame);
      for (const id of ended) await sink.end(id);
    }
  }
  clock.lap('write');
  await closeTrajectories(interruption);
  clock.lap('close');
}

/** The second pass. */
async function draw(
  drawing: Drawing,
  video: VideoSource,
  { clock, signal, onFrame }: RefinedRunStages,
  trajectories: readonly Trajectory[],
  timeline: Timeline,
  seen: BoxLog | undefined,
): Promise<void> {
  const people = inFrameOrder(trajectories, timeline);
  let row = 0;
  for await (const frame of video) {
    clock.lap('decode');
    const next = people.next();
    if (next.done || next.value.frame.index !== frame.index) throw changed(video.info.input);
    const origin = [timeline.origin(row, 0), timeline.origin(row, 1)] as const;
    await drawing.add(frame, next.value.frame, { seen: seen?.at(row), origin }, clock);
    row++;
    onFrame?.(frame, next.value.frame.length, 'draw');
    signal?.throwIfAborted();
  }
  await drawing.taken(clock);
  if (row < timeline.length) throw changed(video.info.input);
}

function changed(input: string): Error {
  return inputError(input, 'was changed while it was tracked', 'track it again, or with --online');
}

/** Boxes of many frames, in single precision. */
class BoxLog {
  #boxes = new Float32Array(1024);
  readonly #ends: number[] = [];

  /** Adds the boxes of the next frame. */
  add(boxes: Boxes): void {
    const from = this.#ends.at(-1) ?? 0;
    const to = from + boxes.length;
    this.#boxes = withRoom(this.#boxes, to);
    this.#boxes.set(boxes, from);
    this.#ends.push(to);
  }

  /** The boxes of the frame added as number `row`, from 0. */
  at(row: number): Boxes {
    return Float64Array.from(this.#boxes.subarray(row > 0 ? this.#ends[row - 1] : 0, this.#ends[row]));
  }
}
