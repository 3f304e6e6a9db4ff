/**
 * Memory and time of the export command on a large run: a made-up trajectories file of many observations, each format by the built
 * command, its resident memory read every 50 ms (Linux).
 *
 *   npm run build && npx tsx bench/export.ts [--observations 10000000]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportFormats } from '../src/export/index.ts';
import { openJsonSink } from '../src/trajectories/index.ts';

const { values } = parseArgs({ options: { observations: { type: 'string', default: '10000000' } } });
const PEOPLE = 200;
const FRAMES_EACH = 500;
const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const input = join(folder, 'large.trajectories.json');

/** A run of 200 people at a time, each of them for 500 frames at 25 frames/s. */
async function makeRun(): Promise<void> {
  const startedAt = '2026-01-01T08:00:00.000Z';
  const source = { name: 'large.mp4', width: 1920, height: 1080, frameRate: 25, startedAt };
  const sink = await openJsonSink(input, { generator: 'bench', source, models: [], parameters: {} });
  const frames = Math.ceil(Number(values.observations) / PEOPLE);
  const boxes = new Float64Array(4 * PEOPLE);
  const scores = new Float32Array(PEOPLE).fill(0.87654);
  const detected = new Uint8Array(PEOPLE).fill(1);
  for (let index = 0; index < frames; index++) {
    const ids = Int32Array.from({ length: PEOPLE }, (_, i) => i + 1 + PEOPLE * Math.floor(index / FRAMES_EACH));
    for (let i = 0; i < PEOPLE; i++)
      boxes.set([(index * 3.17 + 9.7 * i) % 1900, 300 + 2.531 * i, 41.27 + (index % 7) / 3, 110.19], 4 * i);
    await sink.write({ index, time: index / 25, length: PEOPLE, ids, boxes, scores, detected });
    if (index % FRAMES_EACH === FRAMES_EACH - 1) for (const id of ids) await sink.end(id);
  }
  await sink.close();
}

/** Runs an export; the largest resident memory of it in MB, and the seconds it took. */
async function measure(to: string, out: string): Promise<{ megabytes: number; seconds: number }> {
  const started = performance.now();
  const args = ['dist/cli.js', 'export', input, '--to', to, '--out', out, '--config', join(folder, 'ground.yaml')];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  let megabytes = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      megabytes = Math.max(megabytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {} // it has ended in between
  }, 50);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`export --to ${to} ended with ${code}`);
  return { megabytes, seconds: (performance.now() - started) / 1000 };
}

const GROUND = `calibration:
  origin: { longitude: 11.57, latitude: 48.14 }
  points:
    - { image: [100, 1000], ground: [0, 0] }
    - { image: [1800, 1000], ground: [10, 0] }
    - { image: [1500, 200], ground: [10, 40] }
    - { image: [400, 200], ground: [0, 40] }
`;

try {
  await makeRun();
  writeFileSync(join(folder, 'ground.yaml'), GROUND);
  const sizeOf = (path: string) => `${(statSync(path).size / 1e6).toFixed(0)} MB`.padStart(9);
  console.log(`${values.observations} observations, ${sizeOf(input).trim()} of JSON`);
  console.log('format        file    memory     time');
  for (const to of exportFormats()) {
    const out = join(folder, 'out');
    const { megabytes, seconds } = await measure(to, out);
    console.log(
      to.padEnd(9),
      sizeOf(out),
      `${megabytes.toFixed(0)} MB`.padStart(9),
      `${seconds.toFixed(0)} s`.padStart(8),
    );
    rmSync(out);
  }
} finally {
  rmSync(folder, { recursive: true });
}
