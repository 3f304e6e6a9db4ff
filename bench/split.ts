/**
 * What the queue and splitting cost: `twintrack track`, and the same video handed in to one worker in parts of a minute, in turns. Seconds
 * of processor time of all processes, the one that hands in too (Linux); the start of the worker is left out, which does many videos.
 *
 *   npm run build && npx tsx bench/split.ts redis://127.0.0.1:6379 VIDEO [--turns 3] [-- TRACK OPTIONS]
 *
 * Give an empty queue.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, processorSeconds, splitArguments } from './process-tree.ts';

const [own, settings] = splitArguments();
const [queue, video] = own;
const turns = own[2] === '--turns' ? Number(own[3]) : 3;
const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const out = join(folder, 'out');
const store = join(folder, 'store');

interface Cost {
  readonly cpu: number;
  readonly seconds: number;
}

function twintrack(...args: string[]): ChildProcess {
  return spawn('node', ['dist/cli.js', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What two processes, or one, and their descendants take from now until the second has ended. */
async function costOf(worker: ChildProcess, until: ChildProcess): Promise<Cost> {
  let complaint = '';
  until.stderr?.on('data', (text) => {
    complaint += text;
  });
  const ended = new Promise<number | null>((resolve) => until.once('close', resolve));
  const watched = [...new Set([worker, until])].map(({ pid }) => processorSeconds(pid!));
  const started = performance.now();
  const code = await ended;
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(complaint);
  return { cpu: watched.reduce((sum, watch) => sum + watch.end(), 0), seconds };
}

async function whole(copy: string): Promise<Cost> {
  const track = twintrack('track', copy, '--out', out, ...settings);
  return costOf(track, track);
}

async function split(copy: string): Promise<Cost> {
  const where = ['--queue', queue, '--store', store];
  const worker = twintrack('worker', ...where);
  await new Promise<void>((resolve) =>
    worker.stderr?.on('data', (text) => String(text).includes('ready for jobs') && resolve()),
  );
  await sleep(1000);
  const cost = await costOf(worker, twintrack('submit', copy, ...where, '--wait', ...settings));
  worker.kill('SIGTERM');
  await new Promise((resolve) => worker.once('close', resolve));
  const [results] = readdirSync(join(store, 'results')).filter((name) => name.startsWith(parse(copy).name));
  for (const name of readdirSync(out))
    if (
      name.startsWith(parse(copy).name) &&
      /\.(mot\.txt|trajectories\.json)$/.test(name) &&
      !same(join(out, name), join(store, 'results', results, name))
    )
      throw new Error(`${name} differs`);
  return cost;
}

const same = (a: string, b: string) => readFileSync(a).equals(readFileSync(b));

const costs: [Cost, Cost][] = [];
try {
  for (let turn = 0; turn < turns; turn++) {
    const copy = join(folder, `turn-${turn}.mp4`); // another name is another job
    copyFileSync(video, copy);
    const both: [Cost, Cost] = [await whole(copy), await split(copy)];
    costs.push(both);
    const line = both.map(({ cpu, seconds }) => `${cpu.toFixed(1)} s CPU in ${seconds.toFixed(1)} s`);
    console.log(`turn ${turn + 1}: track ${line[0]}; queue and parts ${line[1]}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const what of ['cpu', 'seconds'] as const)
  console.log(`${basename(video)}: ${what} ${median(costs.map(([a, b]) => b[what] / a[what])).toFixed(3)} times`);
