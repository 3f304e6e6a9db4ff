/**
 * People seen by overlapping cameras, tracked on the floor.
 *
 *   npx tsx bench/floor.ts <folder with CMC1, CMC2, …>
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inverse } from '../src/analytics/homography.ts';
import { evaluateFloor, type FloorRows } from '../src/evaluation/floor.ts';
import { figures } from '../src/evaluation/score.ts';
import type { FloorCameraSetup } from '../src/site/floor/camera.ts';
import { FloorTracker, type FloorView } from '../src/site/floor/tracker.ts';

export interface FloorSet {
  readonly cameras: FloorCameraSetup[];
  /** The views of each frame. */
  readonly frames: FloorView[][];
  readonly truth: FloorRows;
  readonly rate: number;
}

export function readSet(folder: string, rate = 4): FloorSet {
  const { projection } = JSON.parse(readFileSync(join(folder, 'calibration.json'), 'utf8'));
  const cameras: FloorCameraSetup[] = [];
  const rows = (file: string) =>
    readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number));
  const gt = rows('gt.txt');
  const frames: FloorView[][] = [];
  for (const [c, name] of Object.keys(projection).entries()) {
    const p: number[][] = projection[name];
    const toImage = Float64Array.from(p.flatMap(([x, y, , one]) => [x, y, one]));
    cameras.push({ name, homography: inverse(toImage), size: { width: 1920, height: 1080 } });
    const raw = readFileSync(join(folder, `${name}.embeddings.f32`));
    const embeddings = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
    const dets = rows(`${name}.det.txt`);
    for (let f = 1; f <= gt.at(-1)![0]; f++) {
      const of = dets.map((row, i) => ({ row, i })).filter(({ row }) => row[0] === f);
      frames[f - 1] ??= [];
      frames[f - 1].push({
        camera: c,
        time: (f - 1) / rate,
        boxes: Float64Array.from(of.flatMap(({ row }) => row.slice(2, 6))),
        scores: Float64Array.from(of, ({ row }) => row[6]),
        embeddings: Float32Array.from(of.flatMap(({ i }) => [...embeddings.subarray(128 * i, 128 * i + 128)])),
      } as FloorView);
    }
  }
  return {
    cameras,
    frames,
    rate,
    truth: {
      frames: Int32Array.from(gt, ([f]) => f - 1),
      ids: Int32Array.from(gt, ([, id]) => id),
      positions: Float64Array.from(gt.flatMap(([, , x, y]) => [x, y])),
    },
  };
}

export function runSet({ cameras, frames }: FloorSet, parameters = {}) {
  const tracker = new FloorTracker(cameras, parameters);
  const out = { frames: [] as number[], ids: [] as number[], positions: [] as number[] };
  const times: number[] = [];
  const steps = frames.map((views, f) => {
    const before = performance.now();
    const step = tracker.step(views, views[0].time);
    times.push(performance.now() - before);
    for (let i = 0; i < step.ids.length; i++) {
      out.frames.push(f);
      out.ids.push(step.ids[i]);
      out.positions.push(step.positions[2 * i], step.positions[2 * i + 1]);
    }
    return step;
  });
  const results = {
    frames: Int32Array.from(out.frames),
    ids: Int32Array.from(out.ids),
    positions: Float64Array.from(out.positions),
  };
  return { results, steps, ms: times.reduce((a, b) => a + b, 0) / times.length };
}

if (process.argv[1]?.endsWith('floor.ts')) {
  const root = process.argv[2];
  for (const name of readdirSync(root).sort()) {
    if (!existsSync(join(root, name, 'gt.txt'))) continue;
    const set = readSet(join(root, name));
    const { results, ms } = runSet(set);
    const f = figures(evaluateFloor(set.truth, results));
    console.log(
      name,
      ...(['HOTA', 'MOTA', 'IDF1', 'MOTP', 'FP', 'FN', 'IDSW', 'Frag'] as const).map(
        (k) => `${k} ${f[k]!.toFixed(k.length > 2 && k !== 'IDSW' && k !== 'Frag' ? 1 : 0)}`,
      ),
      'ids',
      new Set(results.ids).size,
      `${ms.toFixed(2)} ms`,
    );
  }
}
