/**
 * People seen by overlapping cameras, tracked on the floor.
 *
 *   npx tsx bench/floor.ts [folder with CMC1, CMC2, …] [--sensitivity]
 *
 * Simulated rooms come after the folder's sets. `--sensitivity` runs with each setting at 0.7 and at 1.4 times its default.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { inverse } from '../src/analytics/homography.ts';
import { evaluateFloor } from '../src/evaluation/floor.ts';
import { figures } from '../src/evaluation/score.ts';
import type { FloorCameraSetup } from '../src/site/floor/camera.ts';
import { floorParameters } from '../src/site/floor/parameters.ts';
import { FloorTracker } from '../src/site/floor/tracker.ts';
import type { FloorView } from '../src/site/floor/view.ts';
import { type FloorSet, simulateRoom } from './floor-simulation.ts';

function readSet(folder: string, rate = 4): FloorSet {
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
      });
    }
  }
  return {
    cameras,
    frames,
    truth: {
      frames: Int32Array.from(gt, ([f]) => f - 1),
      ids: Int32Array.from(gt, ([, id]) => id),
      positions: Float64Array.from(gt.flatMap(([, , x, y]) => [x, y])),
    },
  };
}

type FloorSettings = z.input<typeof floorParameters>;

function runSet({ cameras, frames }: FloorSet, parameters: FloorSettings = {}) {
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
  return { results, steps, ms: times.sort((a, b) => a - b)[times.length >> 1] };
}

const FIGURES = ['HOTA', 'MOTA', 'IDF1', 'MOTP', 'FP', 'FN', 'IDSW'] as const;

/** One line: the means over the sets. */
function line(name: string, sets: readonly FloorSet[], parameters?: FloorSettings): string {
  const runs = sets.map((set) => {
    const { results, ms } = runSet(set, parameters);
    return { ms, ...figures(evaluateFloor(set.truth, results)) };
  });
  const mean = (key: (typeof FIGURES)[number] | 'ms') => runs.reduce((sum, run) => sum + run[key]! / runs.length, 0);
  const cells = FIGURES.map((figure) => mean(figure).toFixed(1).padStart(7));
  return `${name.padEnd(26)}${cells.join('')}${mean('ms').toFixed(2).padStart(9)}`;
}

const root = process.argv[2];
const names = root ? readdirSync(root).filter((name) => existsSync(join(root, name, 'gt.txt'))) : [];
const sets: [string, FloorSet[]][] = names.sort().map((name) => [name, [readSet(join(root, name))]]);
for (const people of [3, 10, 15, 20])
  sets.push([
    `room of ${people}`,
    Array.from({ length: 6 }, (_, i) => simulateRoom({ people, seed: 1000 * people + i })),
  ]);
const title = `${''.padEnd(26)}${FIGURES.map((figure) => figure.padStart(7)).join('')}${'ms/frame'.padStart(9)}`;
if (process.argv.includes('--sensitivity')) {
  const some = sets.filter(([name]) => !/ (3|20)$/.test(name));
  for (const [key, value] of Object.entries(floorParameters.parse({}))) {
    console.log(title);
    for (const factor of [0.7, 1, 1.4])
      for (const [name, of] of some) console.log(line(`${key} ×${factor} ${name}`, of, { [key]: factor * value }));
  }
} else {
  console.log(title);
  for (const [name, of] of sets) console.log(line(name, of));
}
