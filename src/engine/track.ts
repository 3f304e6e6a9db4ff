import { inputError } from '../core/errors.ts';
import { StageClock } from '../core/stage-clock.ts';
import { type PeopleFrame, type TrackedFrame, toPeopleFrame } from '../core/tracked-frame.ts';
import { inFrameOrder, refine, type Timeline, TrajectoryCollector } from '../trajectories/index.ts';
import { isCamera } from '../video/camera/address.ts';
import { type Frame, openVideo } from '../video/index.ts';
import { checkInput } from '../video/input.ts';
import { Picture } from '../video/picture.ts';
import type { FrameEngine } from './frame-engine.ts';
import {
  engineOf,
  FRAMES_AHEAD,
  type InputOptions,
  openModels,
  openSource,
  type RunModels,
  type RunSource,
  videoOptions,
} from './open-run.ts';
import { trackFrames } from './track-frames.ts';

/** Settings of {@link track}. */
export interface TrackOptions extends InputOptions {
  /**
   * Whether to track the whole video first and then yield the refined trajectories: smoothed, gaps filled, false positives left out. Needs a
   * video that ends. Default false: each frame is yielded as soon as it is tracked.
   */
  readonly refined?: boolean | undefined;
  /** Whether frames carry their pictures. Default false. */
  readonly pictures?: boolean | undefined;
}

/** A frame of {@link track}. */
export interface TrackedPeople extends PeopleFrame {
  /** With `pictures`; valid until the next frame is asked for. */
  readonly picture?: Picture;
  /** How far the picture has moved since the first frame, x and y in pixels, as it does when the camera turns. */
  readonly origin: readonly [x: number, y: number];
}

/**
 * Tracks people and yields them frame by frame. Leaving the loop, or `signal`, ends it and all that it has started.
 *
 * @param input a video file, folder of pictures, glob pattern, `-`, or the address of a camera (see `openCamera`); undefined
 *   with `detections` alone
 * @throws TwintrackError when the input or a model cannot be used, or a parameter is unknown or out of its range; of a file that is
 *   damaged after the frames before it
 * @throws the reason of `signal`
 *
 * @example
 * for await (const { index, time, people } of track('street.mp4')) {
 *   for (const { id, box, score } of people) console.log(index, time, id, box, score);
 * }
 */
export async function* track(
  input: string | undefined,
  options: TrackOptions = {},
): AsyncGenerator<TrackedPeople, void, undefined> {
  const { signal, pictures = false, refined = false } = options;
  signal?.throwIfAborted();
  if (refined && input !== undefined && (isCamera(input) || (input === '-' && pictures)))
    throw inputError(input, 'cannot be refined: it is read once, or has no end', 'leave out refined, or name a file');
  // before a network is loaded, which takes a while
  if (input !== undefined && !isCamera(input)) checkInput(input, videoOptions(options));
  const models = await openModels(input, options);
  try {
    const source = await openSource(input, models, options, { pixels: pictures && !refined });
    try {
      yield* refined ? refinedFrames(input, models, source, options) : onlineFrames(input, models, source, options);
    } finally {
      await source.close();
    }
  } finally {
    await models.close();
  }
}

async function* onlineFrames(
  input: string | undefined,
  models: RunModels,
  source: RunSource,
  { pictures, signal }: TrackOptions,
): AsyncGenerator<TrackedPeople, void, undefined> {
  const { info, frames } = source;
  // the newest frame of a camera is not to wait for later ones
  const live = input !== undefined && isCamera(input);
  const engine = engineOf(models, source, live ? { together: 1 } : { release: !pictures });
  const settings = { ahead: live ? 0 : FRAMES_AHEAD, clock: new StageClock(), signal };
  for await (const { frame, people, origin } of trackFrames(engine, frames, settings)) {
    yield withPicture(people, origin, pictures ? frame : undefined, info.colourSpace);
    frame.release?.();
  }
}

async function* refinedFrames(
  input: string | undefined,
  models: RunModels,
  source: RunSource,
  options: TrackOptions,
): AsyncGenerator<TrackedPeople, void, undefined> {
  const { signal, pictures } = options;
  const engine = engineOf(models, source, { release: true });
  const collector = await collect(engine, source, signal);
  const { timeline } = collector;
  const people = inFrameOrder(
    refine(collector.take(), timeline, models.parameters.refinement, engine.tracker.reid),
    timeline,
  );
  await models.close();
  if (!pictures || input === undefined) {
    let row = 0;
    for (const { frame } of people) {
      signal?.throwIfAborted();
      yield { ...toPeopleFrame(frame), origin: originOf(timeline, row++) };
    }
    return;
  }
  const again = { ...videoOptions({ ...options, maxFrames: timeline.length, onNotice: undefined }), pixels: true };
  const video = await openVideo(input, source.video ? { ...again, info: source.video } : again);
  let row = 0;
  for await (const frame of video) {
    const next = people.next();
    if (next.done) return;
    yield withPicture(next.value.frame, originOf(timeline, row++), frame, video.info.colourSpace);
    frame.release?.();
  }
}

async function collect(
  engine: FrameEngine,
  { frames }: RunSource,
  signal: AbortSignal | undefined,
): Promise<TrajectoryCollector> {
  const collector = new TrajectoryCollector();
  const settings = { ahead: FRAMES_AHEAD, clock: new StageClock(), signal };
  for await (const { frame, tracks, shift, detect } of trackFrames(engine, frames, settings)) {
    frame.release?.();
    collector.add(frame, tracks, shift, detect);
  }
  return collector;
}

function originOf(timeline: Timeline, row: number): [x: number, y: number] {
  return [timeline.origin(row, 0), timeline.origin(row, 1)];
}

function withPicture(
  people: TrackedFrame,
  origin: TrackedPeople['origin'],
  frame: Frame | undefined,
  colourSpace: string | undefined,
): TrackedPeople {
  const tracked = { ...toPeopleFrame(people), origin };
  if (!frame?.pixels) return tracked;
  return { ...tracked, picture: new Picture(frame.width, frame.height, frame.pixels, colourSpace) };
}
