import { join } from 'node:path';
import { calibrationParameters, GroundPlane } from '../../src/analytics/index.ts';
import { type ExportFormatName, exportTrajectories } from '../../src/export/index.ts';
import { openJsonSink, type TrajectoriesHeader, type Trajectory } from '../../src/trajectories/index.ts';
import { RUN } from '../trajectories/frames.ts';
import { FRAMES, RATE, writeAll } from '../trajectories/helpers.ts';

/** A ground of 10 by 20 metres that the lower part of the picture shows, in the south-east of Munich, turned by 30 degrees. */
export const GROUND = new GroundPlane(
  calibrationParameters.parse({
    points: [
      { image: [100, 550], ground: [0, 0] },
      { image: [700, 550], ground: [10, 0] },
      { image: [550, 200], ground: [10, 20] },
      { image: [250, 200], ground: [0, 20] },
    ],
    origin: { longitude: 11.57, latitude: 48.14, heading: 30 },
  }),
);

/** Writes the trajectories (of a clip of 12 frames) as a run does, and exports that; gives the path of the export. */
export async function exported(
  folder: string,
  trajectories: Trajectory[],
  to: ExportFormatName,
  { source, ground }: { source?: Partial<TrajectoriesHeader['source']>; ground?: GroundPlane } = {},
): Promise<string> {
  const input = join(folder, 'run.trajectories.json');
  const run = { ...RUN, source: { ...RUN.source, ...source } };
  await writeAll(await openJsonSink(input, run), trajectories, FRAMES, RATE);
  const out = join(folder, `out.${to}`);
  await exportTrajectories(input, { to, out, ground });
  return out;
}

/** A person who walks from the middle of the picture to the right, 10 pixels a frame; unseen in the 3rd frame. */
export const WALKER: Trajectory = {
  id: 7,
  frames: Int32Array.of(0, 1, 3, 4),
  times: Float64Array.of(0, 0.1, 0.3, 0.4),
  boxes: Float64Array.of(390, 300, 20, 50, 400, 300, 20, 50, 420, 300, 20, 50, 430, 300, 20, 50.004),
  scores: Float32Array.of(0.9, 0.8, 0.7, 0.65),
  detected: Uint8Array.of(1, 1, 0, 1),
};

/** The place of each observation rounded as the exports have it, and the score. */
export function roundedRows({ boxes, scores }: Trajectory): number[][] {
  const to = (value: number, scale: number) => Math.round(value * scale) / scale + 0; // no minus zero
  return Array.from(scores, (score, i) => [
    ...Array.from(boxes.subarray(4 * i, 4 * i + 4), (v) => to(v, 100)),
    to(score, 1e4),
  ]);
}
