import { setImmediate } from 'node:timers/promises';
import type { Frame } from '../../core/frame.ts';
import { probe, type VideoInfo } from '../../video/probe.ts';
import { timesNotices } from '../../video/video-notices.ts';
import { findingsOf } from '../open-log.ts';
import { type InputOptions, openSource, type RunModels, type RunSource, videoOptions } from '../open-run.ts';
import { PartsReader } from './part-file.ts';

/** A video whose people are found, see `findPart`. */
export interface FoundVideo {
  /** A file for each part, in order. */
  readonly files: readonly string[];
  /** The models that the settings name, where they are open; they stay open. */
  readonly models?: RunModels | undefined;
}

/**
 * Opens a video whose people are found. It is not decoded where its pictures are not wanted and nothing was unusual about them.
 *
 * @throws TwintrackError when the video or a file of a part cannot be read, or the files are of another run
 * @throws PartsError when the parts do not follow one another
 */
export async function openParts(
  input: string,
  files: readonly string[],
  models: RunModels,
  options: InputOptions,
  pixels: boolean,
): Promise<{ source: RunSource; found: PartsReader }> {
  const found = new PartsReader(files, await findingsOf(input, models, options));
  if (pixels || found.unusual)
    return { found, source: await openSource(input, models, options, { pixels, known: true }) };
  const info = await probe(input, videoOptions(options));
  const frames = knownFrames(info, found.times, options);
  return { found, source: { info, video: info, frames, total: found.times.length, close: async () => {} } };
}

/** Frames without pictures. */
async function* knownFrames(info: VideoInfo, times: Float64Array, { onNotice }: InputOptions): AsyncGenerator<Frame> {
  const { width, height, sampleAspectRatio } = info;
  try {
    for (const [index, time] of times.entries()) {
      if (index % 256 === 0) await setImmediate(); // let signals in
      yield { index, time, width, height, ...(sampleAspectRatio && { sampleAspectRatio }) };
    }
  } finally {
    for (const notice of timesNotices(info, times)) onNotice?.(notice);
  }
}
