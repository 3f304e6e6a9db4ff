/**
 * CPU time of the tracker by the size of the crowd, and its memory over many frames.
 *
 *   npm run bench:crowd -- [--frames 1000000] [--model association.json]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { learnedScore } from '../src/association/scores/learned.ts';
import { table } from '../src/learning/association/report.ts';
import { Simulation } from '../src/learning/simulation/simulation.ts';
import { Tracker } from '../src/tracking/index.ts';

const FPS = 25;
const { values } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, model: { type: 'string' } },
});
const score = values.model ? learnedScore(JSON.parse(readFileSync(values.model, 'utf8'))) : handSetScore;

/** A square from a wall, in which people come and go. */
function crowdOf(people: number): Simulation {
  const camera = { width: 1920, height: 1080, fieldOfView: 80, elevation: 8, tilt: 25, motion: 'fixed' } as const;
  return new Simulation({ seed: people, place: 'square', people, detector: 'accurate', camera, frameRate: FPS });
}

const rows: string[][] = [];
for (const people of [50, 100, 200, 500]) {
  const crowd = crowdOf(people);
  const seen = Array.from({ length: 400 }, () => crowd.step().detections);
  const tracker = new Tracker({ association: score });
  const times: number[] = [];
  // Pieces of 20 frames, the first five to warm up: the clock of CPU time is too coarse for a single frame.
  for (let f = 0; f < seen.length; f += 20) {
    const from = process.cpuUsage();
    for (let k = f; k < f + 20; k++) tracker.step(seen[k], k / FPS);
    const { user, system } = process.cpuUsage(from);
    if (f >= 100) times.push((user + system) / 1000 / 20);
  }
  times.sort((a, b) => a - b);
  const at = (q: number): string => times[Math.floor(q * times.length)].toFixed(3);
  rows.push([String(people), at(0.5), at(0.9), String(tracker.confirmed)]);
}
process.stdout.write(`${table(['people', 'CPU ms/frame, median', '90 %', 'trajectories'], rows)}\n\n`);

const frames = Number(values.frames);
const crowd = crowdOf(8);
const tracker = new Tracker({ association: score });
for (let f = 0, next = 0; f < frames; f++) {
  tracker.step(crowd.step().detections, f / FPS);
  if (f + 1 < next) continue;
  next += frames / 10;
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);
  process.stdout.write(
    `frame ${f + 1}: ${tracker.confirmed} trajectories, heap ${mb(heapUsed)} MB${globalThis.gc ? '' : ' (run with --expose-gc)'}, resident ${mb(rss)} MB\n`,
  );
}
