import { join } from 'node:path';
import { iou } from '../../src/core/geometry.ts';
import { type TrackVideoOptions, trackVideo } from '../../src/engine/track-video.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { runFfmpeg } from '../video/clips.ts';

/** The sample clip: 7 frames per second. */
export const SAMPLE = new URL('../../videos/pets09-s2l1.mp4', import.meta.url).pathname;

/** Makes a clip of the sample's first seconds and tracks the people in it, without appearance. */
export async function trackedClip(
  folder: string,
  name: string,
  {
    seconds,
    filter,
    encoder,
    ...options
  }: { seconds: number; filter: string; encoder?: string[] } & Partial<TrackVideoOptions>,
) {
  const clip = join(folder, name);
  const coding = encoder ?? ['-c:v', 'libx264', '-crf', '12'];
  runFfmpeg('-t', `${seconds}`, '-i', SAMPLE, '-vf', filter, ...coding, clip);
  return { clip, ...(await trackedFile(clip, join(folder, `${name}-out`), options)) };
}

/** Tracks the people in a file, without appearance; `frames` are the boxes of each. */
export async function trackedFile(clip: string, out: string, options: Partial<TrackVideoOptions> = {}) {
  const { parameters, ...rest } = options;
  const { files, notices } = await trackVideo(clip, {
    out,
    ...rest,
    parameters: { appearance: { mode: 'off' }, ...parameters },
  });
  const { source, trajectories } = await readTrajectories(files.trajectories!);
  const frames: number[][] = [];
  for (const { frames: own, boxes } of trajectories)
    own.forEach((frame, i) => {
      frames[frame] ??= [];
      frames[frame].push(...boxes.subarray(4 * i, 4 * i + 4));
    });
  return { source, frames, notices, files };
}

/** How many boxes there are, and the share of them that other ones overlap by half. @param stretch of the others' x and width */
export function share(frames: readonly number[][], others: readonly number[][], stretch = 1) {
  let all = 0;
  let found = 0;
  frames.forEach((boxes, frame) => {
    const own = (others[frame] ?? []).map((value, k) => (k % 2 === 0 ? value * stretch : value));
    for (let i = 0; i < boxes.length / 4; i++) {
      all++;
      const overlaps = Array.from({ length: own.length / 4 }, (_, j) =>
        iou(Float64Array.from(boxes), i, Float64Array.from(own), j),
      );
      if (Math.max(0, ...overlaps) >= 0.5) found++;
    }
  });
  return { all, found: found / all };
}
