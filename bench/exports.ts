/**
 * Writes each export of a run and reads it with the readers that people have (bench/python/exports.py, which says how to install them):
 * people, frames, ids and boxes have to be the same.
 *
 *   npx tsx bench/exports.ts PYTHON FILE.trajectories.json
 *
 * Two people who stand still are added, one of them seen once, and gaps in the way of each tenth person. The run needs the size of the picture.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroundPlane } from '../src/analytics/index.ts';
import { exportFormats, exportTrajectories } from '../src/export/index.ts';
import { inFrameOrder, openJsonSink, readTrajectories, Timeline, type Trajectory } from '../src/trajectories/index.ts';

const [python, path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('usage: npx tsx bench/exports.ts PYTHON FILE.trajectories.json\n');
  process.exit(2);
}

function standing(id: number, frames: Int32Array, times: Float64Array): Trajectory {
  const n = frames.length;
  const boxes = Float64Array.from({ length: 4 * n }, (_, k) => [200, 300, 40.5, 110][k % 4]);
  return { id, frames, times, boxes, scores: new Float32Array(n).fill(0.9), detected: new Uint8Array(n).fill(1) };
}

function withGap({ frames, times, boxes, scores, detected, ...rest }: Trajectory): Trajectory {
  const keep = (_: number, i: number) => i % 10 < 7;
  return {
    ...rest,
    frames: frames.filter(keep),
    times: times.filter(keep),
    boxes: boxes.filter((_, k) => keep(0, Math.floor(k / 4))),
    scores: scores.filter(keep),
    detected: detected.filter(keep),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
try {
  const { source, models, parameters, summary, trajectories } = await readTrajectories(path);
  const timeline = new Timeline();
  const timeOf = new Map(
    trajectories.flatMap(({ frames, times }) => Array.from(frames, (frame, i) => [frame, times[i]])),
  );
  for (let index = 0; index < summary.frames; index++) {
    if (!timeOf.has(index)) timeOf.set(index, index / (source.frameRate ?? 25));
    timeline.add(index, timeOf.get(index)!);
  }
  const next = Math.max(0, ...trajectories.map(({ id }) => id)) + 1;
  const frames = Int32Array.from({ length: 20 }, (_, i) => i);
  const times = Float64Array.from(frames, (frame) => timeOf.get(frame)!);
  const people = [
    ...trajectories.map((trajectory, i) => (i % 10 === 0 ? withGap(trajectory) : trajectory)),
    standing(next, frames, times),
    standing(next + 1, frames.slice(0, 1), times.slice(0, 1)),
  ];
  const input = join(folder, 'run.trajectories.json');
  const sink = await openJsonSink(input, { generator: 'bench', source, models, parameters });
  for (const { frame, ended } of inFrameOrder(people, timeline)) {
    await sink.write(frame);
    for (const id of ended) await sink.end(id);
  }
  await sink.close();
  const { width = 1, height = 1 } = source;
  const ground = new GroundPlane({
    unit: 'metres',
    origin: { longitude: 11.57, latitude: 48.14, heading: 0 },
    points: [
      { image: [0, height], ground: [0, 0] },
      { image: [width, height], ground: [10, 0] },
      { image: [0.7 * width, 0], ground: [10, 40] },
      { image: [0.3 * width, 0], ground: [0, 40] },
    ],
  });
  for (const to of exportFormats()) await exportTrajectories(input, { to, out: join(folder, to), ground });
  execFileSync(python, [join(import.meta.dirname, 'python/exports.py'), input, folder], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
