/**
 * A lake of many rows: how fast rows are written and with how much memory, how many bytes a row has, how long questions about a day and about all
 * of it take, and how fast a trajectories file is added.
 *
 *   npm run build && npm run bench:lake [-- --millions 10]
 *
 * The rows are of 10 cameras on 10 days, each with the same number of people at all times, who walk to and fro.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Partitions } from '../src/lake/partitions.ts';
import { openStore } from '../src/store/store.ts';
import { openJsonSink } from '../src/trajectories/index.ts';
import { RUN } from '../test/trajectories/frames.ts';
import { watch } from './process-tree.ts';

const { values } = parseArgs({ options: { millions: { type: 'string', default: '10' } } });
const [CAMERAS, DAYS, RATE, SECONDS] = [10, 10, 10, 20];
const rows = 1e6 * Number(values.millions);
const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const lake = join(folder, 'lake');
const print = (what: string, figures: string) => console.log(`${what.padEnd(60)}${figures}`);

/** Writes one camera's day, as `addToLake` does; a person stays 20 s. */
async function writeDay(camera: string, day: number, count: number): Promise<void> {
  const store = await openStore(lake);
  const local = mkdtempSync(join(folder, 'day-'));
  const partitions = new Partitions(local, camera, 'bench.parquet');
  const start = Date.UTC(2026, 9, 1 + day);
  const people = count / (RATE * SECONDS);
  for (let id = 0; id < people; id++) {
    const begin = start + Math.floor((id * (86_400_000 - 1000 * SECONDS)) / people);
    const who = [`${camera}.mp4`, `${camera}/${day}/${id}`, id];
    for (let i = 0; i < RATE * SECONDS; i++) {
      const [time, x] = [begin + (1000 * i) / RATE, Math.round(100 * (1000 + 900 * Math.sin((id + i) / 57))) / 100];
      const box = [x, 300.25, 40.5, 120.75, 0.9 + (i % 90) / 1000];
      await partitions.add('observations', time, [time, ...who, i, ...box, true, null, null, null]);
    }
    const stay = [begin, begin + 1000 * SECONDS, SECONDS];
    await partitions.add('trajectories', begin, [...stay, ...who, RATE * SECONDS, null, null]);
    await partitions.add('visits', begin, [...stay, ...who, null]);
    await partitions.add('crossings', begin, [begin + 5000, ...who, 'door', id % 2 ? 'in' : 'out']);
  }
  await partitions.add('sources', start, [
    start,
    start + 86_400_000,
    86_400,
    `${camera}.mp4`,
    people,
    count,
    true,
    '[]',
    '["door"]',
  ]);
  for (const [key, file] of await partitions.end()) await store.put(key, file);
  rmSync(local, { recursive: true });
}

/** Writes a trajectories file of 500 people. @returns how many observations it has */
async function writeRun(path: string): Promise<number> {
  await mkdir(join(path, '..'), { recursive: true });
  const people = 500;
  const sink = await openJsonSink(path, {
    ...RUN,
    source: { ...RUN.source, name: 'hall.mp4', startedAt: '2026-10-20T08:00:00Z' },
  });
  const ids = Int32Array.from({ length: 10 }, (_, k) => k);
  for (let index = 0; index < (people / 10) * 400; index++) {
    const part = Math.floor(index / 400);
    const boxes = Float64Array.from({ length: 40 }, (_, k) => 100 + k + (index % 400));
    const own = ids.map((k) => 1 + 10 * part + k);
    await sink.write({
      index,
      time: index / RATE,
      length: 10,
      ids: own,
      boxes,
      scores: new Float32Array(10).fill(0.9),
      detected: new Uint8Array(10).fill(1),
    });
    if (index % 400 === 399) for (const id of own) await sink.end(id);
  }
  await sink.close();
  return people * 400;
}

try {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss / 1e6);
  }, 100);
  const before = process.memoryUsage().rss / 1e6;
  let began = performance.now();
  const marks: string[] = [];
  for (let day = 0; day < DAYS; day++) {
    for (let camera = 0; camera < CAMERAS; camera++) await writeDay(`camera-${camera}`, day, rows / CAMERAS / DAYS);
    if (day === 0 || day === DAYS - 1) marks.push(`${most.toFixed(0)} MB after day ${day + 1}`);
  }
  clearInterval(timer);
  const seconds = (performance.now() - began) / 1000;
  const files = readdirSync(lake, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
  const bytes = files.reduce((sum, name) => sum + statSync(join(lake, name)).size, 0);
  print(
    'written',
    `${(rows / 1e6).toFixed(1)} million rows in ${seconds.toFixed(1)} s, ${(rows / seconds / 1000).toFixed(0)} thousand a second`,
  );
  print('memory of the writer', `${before.toFixed(0)} MB at first, at most ${marks.join(', ')}`);
  print('size', `${(bytes / 1e6).toFixed(0)} MB in ${files.length} files, ${(bytes / rows).toFixed(1)} bytes a row`);

  const day = ['--from', '2026-10-05', '--to', '2026-10-05'];
  const questions: readonly (readonly [string, string, ...string[]])[] = [
    [
      'a day, one camera: people an hour',
      "select date_trunc('hour', started), count(distinct person) from trajectories group by 1 order by 1",
      ...day,
      '--cameras',
      'camera-3',
    ],
    [
      'a day, all cameras: people in each 5 minutes',
      'select camera, time_bucket(interval 5 minute, time), count(distinct person) from observations group by all',
      ...day,
    ],
    [
      'a day, all cameras: where people were, in squares of 50 px',
      'select camera, x // 50, y // 50, count(*) from observations group by all',
      ...day,
    ],
    [
      'all days and cameras: crossings by line and direction',
      'select camera, line, direction, count(*) from crossings group by all',
    ],
    [
      'all days and cameras: observations an hour',
      'select camera, date, hour, count(*) from observations group by all',
    ],
    [
      'all days and cameras: people in each 5 minutes',
      'select camera, time_bucket(interval 5 minute, time), count(distinct person) from observations group by all',
    ],
  ];
  for (const [what, sql, ...flags] of questions) {
    const args = ['dist/cli.js', 'query', sql, '--store', lake, '--time-zone', 'UTC', '--csv', ...flags];
    const { output, seconds, megabytes } = await watch(process.execPath, args);
    print(what, `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB, ${output.split('\n').length - 2} rows`);
  }

  const run = join(folder, 'runs/hall.trajectories.json');
  const observations = await writeRun(run);
  began = performance.now();
  const { seconds: adding, megabytes } = await watch(process.execPath, [
    'dist/cli.js',
    'export',
    run,
    '--to-store',
    lake,
  ]);
  print(
    'a trajectories file added',
    `${observations} observations in ${adding.toFixed(1)} s, ${megabytes.toFixed(0)} MB`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
