import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { inputError, TwintrackError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import { StageClock } from '../../core/stage-clock.ts';
import { windowOf } from '../../core/video-window.ts';
import { writeError } from '../../files/file-errors.ts';
import { removeLeftOvers, temporaryPath } from '../../files/temporary.ts';
import type { FindingsOf } from '../finding-log.ts';
import { findingsOf } from '../open-log.ts';
import {
  engineOf,
  FRAMES_AHEAD,
  type InputOptions,
  openModels,
  openSource,
  type RunModels,
  type RunSource,
} from '../open-run.ts';
import { trackFrames } from '../track-frames.ts';
import { PartWriter } from './part-file.ts';
import type { VideoPart } from './plan.ts';

/** Settings of {@link findPart}. */
export interface FindPartOptions extends InputOptions {
  /** The models that these settings name, where they are open; they stay open. */
  readonly models?: RunModels | undefined;
  /** Called after each frame, with the number of them so far. */
  readonly onFrame?: (frames: number) => void;
}

/**
 * Finds the people in a part of a video, and writes to a file what `trackParts` goes on with: detections, embeddings and how the camera
 * moves. It is the same as what is found there when the whole video is tracked.
 *
 * @param part see `planParts`
 * @param file appears when it is complete
 * @returns number of frames in the part
 * @throws TwintrackError when the video, a model or the file cannot be used, or what is found in it is not to be kept
 * @throws the reason of `signal`
 */
export async function findPart(
  input: string,
  part: VideoPart,
  file: string,
  { onFrame, models: given, ...options }: FindPartOptions,
): Promise<{ frames: number }> {
  const { signal } = options;
  const models = given ?? (await openModels(input, options));
  const temporary = temporaryPath(file, 'tmp');
  let writer: PartWriter | undefined;
  let source: RunSource | undefined;
  try {
    source = await openPart(input, part, models, options);
    const of = await findingsOf(input, models, options);
    if (!of)
      throw inputError(input, 'has no parts: it can be read once, or its detections are given', 'track it whole');
    writer = openWriter(temporary, file, part, of);
    const engine = engineOf(models, source, { log: writer, release: true });
    const stages = { ahead: FRAMES_AHEAD, clock: new StageClock(), signal };
    let broken = false;
    const frames = framesOf(source.frames, part, (fault) => {
      if (signal?.aborted || !(fault instanceof TwintrackError)) throw fault;
      broken = true; // what is wrong with the video is said where it is tracked
    });
    for await (const { frame } of trackFrames(engine, frames, stages)) {
      frame.release?.();
      onFrame?.(writer.frames);
    }
    await source.close(); // now all that ffmpeg said of it is known
    writer.end({ unusual: broken || source.unusual?.() === true });
    writer.close();
    renameSync(temporary, file);
    return { frames: writer.frames };
  } catch (error) {
    writer?.close();
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    await source?.close();
    if (!given) await models.close();
  }
}

/** So many seconds before a part it is read, where less does not give its first frame. */
const EARLY_SECONDS = [2, 15, 90];

/** The frames of a part, and the one before, by seeking where that gives it. */
async function openPart(
  input: string,
  { frame, before }: VideoPart,
  models: RunModels,
  options: InputOptions,
): Promise<RunSource> {
  for (const early of before === undefined ? [] : EARLY_SECONDS.filter((seconds) => seconds < before)) {
    const sought = await openSource(input, models, options, { from: { frame: frame - 1, time: before!, early } });
    const frames = sought.frames[Symbol.asyncIterator]();
    const first = await frames.next();
    if (!first.done) return { ...sought, frames: after(first.value, frames) };
    await sought.close();
  }
  return openSource(input, models, options);
}

async function* after(first: Frame, frames: AsyncIterator<Frame>): AsyncGenerator<Frame> {
  try {
    yield first;
    for (let next = await frames.next(); !next.done; next = await frames.next()) yield next.value;
  } finally {
    await frames.return?.();
  }
}

/** Of the frames of a video, those of a part and the one before. Where the video breaks off, they end. */
async function* framesOf(
  frames: AsyncIterable<Frame>,
  { frame: first, to }: VideoPart,
  onFault: (fault: unknown) => void,
): AsyncGenerator<Frame> {
  try {
    for await (const frame of frames) {
      if (to !== undefined && windowOf(frame.time) >= windowOf(to)) {
        frame.release?.();
        return;
      }
      if (frame.index < first - 1) frame.release?.();
      else yield frame;
    }
  } catch (fault) {
    onFault(fault);
  }
}

function openWriter(temporary: string, file: string, part: VideoPart, of: FindingsOf): PartWriter {
  removeLeftOvers(dirname(file));
  try {
    return new PartWriter(temporary, part, of);
  } catch (error) {
    throw writeError(file, error);
  }
}
