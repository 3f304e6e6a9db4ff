import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parametersSchema } from '../../src/engine/parameters.ts';
import {
  inFrameOrder,
  openJsonSink,
  Timeline,
  type TrajectoriesHeader,
  type Trajectory,
} from '../../src/trajectories/index.ts';
import { FPS } from '../analytics/paths.ts';
import { RUN } from '../trajectories/frames.ts';
import { makeClip } from '../video/clips.ts';

/** Two zones and a line in a picture of 1000 × 800. */
export const AREAS = parametersSchema.parse({
  zones: {
    west: {
      points: [
        [0, 0],
        [300, 0],
        [300, 800],
        [0, 800],
      ],
    },
    east: {
      points: [
        [700, 0],
        [1000, 0],
        [1000, 800],
        [700, 800],
      ],
    },
  },
  lines: {
    door: {
      points: [
        [500, 600],
        [500, 200],
      ],
    },
  },
});

/** A video of that picture, 14 s long, by this name. */
export function makeVideo(path: string): string {
  return makeClip(path, 'testsrc2=s=1000x800:r=10:d=14', '-c:v', 'libx264', '-preset', 'ultrafast');
}

/** Writes a trajectories file of these people in a picture of 1000 × 800, as a run does. */
export async function writeRun(
  folder: string,
  trajectories: Trajectory[],
  source: Partial<TrajectoriesHeader['source']> = {},
  reason?: string,
): Promise<string> {
  const path = join(mkdtempSync(join(folder, 'run-')), 'run.trajectories.json');
  const sink = await openJsonSink(path, {
    ...RUN,
    source: { ...RUN.source, width: 1000, height: 800, frameRate: FPS, ...source },
  });
  const timeline = new Timeline();
  const last = trajectories.reduce((latest, { frames }) => Math.max(latest, frames[frames.length - 1]), 0);
  for (let i = 0; i <= last; i++) timeline.add(i, i / FPS);
  for (const { frame, ended } of inFrameOrder(trajectories, timeline)) {
    await sink.write(frame);
    for (const id of ended) await sink.end(id);
  }
  await sink.close(reason);
  return path;
}
