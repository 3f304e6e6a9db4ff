import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TimeZone } from '../../src/core/time-zone.ts';
import type { Trajectory } from '../../src/core/trajectory.ts';
import { addToLake, Lake, type LakeQueryOptions, type LakeValue } from '../../src/lake/index.ts';
import { FolderStore } from '../../src/store/folder-store.ts';
import { person, walk } from '../analytics/paths.ts';
import { AREAS, writeRun } from '../report/runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BERLIN = new TimeZone('Europe/Berlin');
const WALKERS = [
  person(1, walk([100, 400, 0], [900, 400, 8])),
  person(2, walk([100, 450, 5], [900, 450, 13])),
  person(3, walk([900, 300, 1], [100, 300, 9])),
];

/** A lake with the walkers at the times given. */
async function lakeOf(...starts: string[]) {
  const folder = temporaryFolder();
  const store = new FolderStore(join(folder, 'lake'));
  for (const startedAt of starts)
    await addToLake(await writeRun(folder, WALKERS, { name: 'door.mp4', startedAt }), store, { areas: AREAS });
  return { folder, store };
}

async function ask(store: FolderStore, sql: string, options: LakeQueryOptions = {}): Promise<LakeValue[][]> {
  const lake = await Lake.open(store, { timeZone: BERLIN, ...options });
  try {
    const rows: LakeValue[][] = [];
    for await (const block of (await lake.query(sql)).rows) rows.push(...(block as LakeValue[][]));
    return rows;
  } finally {
    await lake.close();
  }
}

const filesOf = (store: FolderStore) =>
  readdirSync(store.name, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();

describe('a lake', () => {
  it('holds every observation with the time of the clock, by camera, date and hour', async () => {
    const { store } = await lakeOf('2026-10-24T23:59:55Z');
    expect(filesOf(store).filter((name) => name.startsWith('observations'))).toEqual([
      'observations/camera=door/date=2026-10-24/hour=23/20261024T235955Z-door.parquet',
      'observations/camera=door/date=2026-10-25/hour=0/20261024T235955Z-door.parquet'.replace('hour=0/', 'hour=00/'),
    ]);
    const rows = await ask(
      store,
      'select camera, trajectory, frame, time, x, y, width, height, score, detected from observations order by trajectory, frame',
    );
    const wanted = WALKERS.flatMap(({ id, frames, times, boxes, scores, detected }) =>
      Array.from(frames, (frame, i) => [
        ...['door', id, frame, BERLIN.iso(Date.parse('2026-10-24T23:59:55Z') + Math.floor(1000 * times[i] + 1e-3))],
        ...Array.from(boxes.subarray(4 * i, 4 * i + 4), (value) => Number(Math.fround(value).toPrecision(7))),
        Number(Math.fround(scores[i]).toPrecision(7)),
        detected[i] === 1,
      ]),
    );
    expect(rows).toEqual(wanted);
  });

  it('holds trajectories, crossings, and visits of zones and of the picture', async () => {
    const { store } = await lakeOf('2026-10-24T10:00:00+02:00');
    const [[started, ended, seconds, who, n]] = await ask(
      store,
      'select started, ended, seconds, person, observations from trajectories where trajectory = 2',
    );
    expect([started, ended, seconds, who, n]).toEqual([
      '2026-10-24T10:00:05+02:00',
      '2026-10-24T10:00:13+02:00',
      8,
      'door/20261024T080000Z/2',
      WALKERS[1].times.length,
    ]);
    expect(await ask(store, 'select trajectory, line, direction, time from crossings order by trajectory')).toEqual([
      [1, 'door', 'in', '2026-10-24T10:00:04+02:00'],
      [2, 'door', 'in', '2026-10-24T10:00:09+02:00'],
      [3, 'door', 'out', '2026-10-24T10:00:05+02:00'],
    ]);
    expect(await ask(store, 'select zone, count(*), sum(seconds) from visits group by zone order by zone')).toEqual([
      ['east', 3, 6],
      ['west', 3, 6],
      [null, 3, 24],
    ]);
    const sources = 'select source, started, seconds, trajectories, complete, zones, lines from sources';
    expect(await ask(store, sources)).toEqual([
      ['door.mp4', '2026-10-24T10:00:00+02:00', expect.closeTo(13.1, 1), 3, true, '["west","east"]', '["door"]'],
    ]);
  });

  it('replaces what is there of the same video, and never doubles it', async () => {
    const { folder, store } = await lakeOf('2026-10-24T23:59:55Z', '2026-10-25T23:59:55Z', '2026-10-24T23:59:55Z');
    const before = filesOf(store);
    expect(await ask(store, 'select count(*) from trajectories')).toEqual([[6]]);
    const short = [person(9, walk([100, 400, 0], [200, 400, 1]))];
    await addToLake(await writeRun(folder, short, { name: 'door.mp4', startedAt: '2026-10-24T23:59:55Z' }), store);
    expect(await ask(store, 'select trajectory from trajectories order by all')).toEqual([[1], [2], [3], [9]]);
    expect(await ask(store, 'select distinct trajectory from observations order by all')).toEqual([[1], [2], [3], [9]]);
    const gone = before.filter((name) => !filesOf(store).includes(name));
    const tables = ['crossings', 'crossings', 'observations', 'trajectories', 'visits'];
    expect(gone.map((name) => name.split('/')[0])).toEqual(tables);
  });

  it('refuses trajectories without a time of the clock', async () => {
    const folder = temporaryFolder();
    const added = addToLake(await writeRun(folder, WALKERS), new FolderStore(folder));
    await expect(added).rejects.toThrow(
      /run\.trajectories\.json: does not say when its video began, .*; track the video with --started-at$/,
    );
  });

  it('keeps people of a live camera apart by their ids, and those of videos by the video as well', async () => {
    const folder = temporaryFolder();
    const store = new FolderStore(join(folder, 'lake'));
    for (const hour of ['08', '09'])
      for (const name of ['rtsp://***@host/stream', 'hall.mp4']) {
        const run = await writeRun(folder, WALKERS.slice(0, 1), { name, startedAt: `2026-10-24T${hour}:00:00Z` });
        await addToLake(run, store, name === 'hall.mp4' ? {} : { camera: 'a/b ä' });
      }
    expect(await ask(store, 'select camera, person, count(*) from trajectories group by all order by all')).toEqual([
      ['a/b ä', 'a/b ä/1', 2],
      ['hall', 'hall/20261024T080000Z/1', 1],
      ['hall', 'hall/20261024T090000Z/1', 1],
    ]);
  });

  it('says again after 10 s unseen that a person visits', async () => {
    const folder = temporaryFolder();
    const store = new FolderStore(join(folder, 'lake'));
    const [a, b] = [0, 1].map(() => person(1, walk([100, 400, 0], [900, 400, 8])));
    const later = { ...b, frames: b.frames.map((frame) => frame + 200), times: b.times.map((time) => time + 20) };
    const join2 = <T extends Int32Array | Float64Array | Float32Array | Uint8Array>(x: T, y: T) =>
      (x.constructor as unknown as { from(values: Iterable<number>): T }).from([...x, ...y]);
    const both: Trajectory = {
      id: 1,
      frames: join2(a.frames, later.frames),
      times: join2(a.times, later.times),
      boxes: join2(a.boxes, b.boxes),
      scores: join2(a.scores, b.scores),
      detected: join2(a.detected, b.detected),
    };
    await addToLake(await writeRun(folder, [both], { startedAt: '2026-10-24T08:00:00Z' }), store, { camera: 'x' });
    expect(await ask(store, 'select seconds from visits')).toEqual([[8], [8]]);
    expect(await ask(store, 'select seconds from trajectories')).toEqual([[28]]);
  });

  it('answers for days and cameras, by the clocks of a zone', async () => {
    const { folder, store } = await lakeOf('2026-10-24T21:59:55Z', '2026-10-24T22:00:00Z', '2026-10-25T22:59:50Z');
    await addToLake(await writeRun(folder, WALKERS, { name: 'hall.mp4', startedAt: '2026-10-25T12:00:00Z' }), store);
    const day = { from: BERLIN.parse('2026-10-25'), to: BERLIN.parse('2026-10-25', true) };
    const count = 'select camera, count(*) from trajectories group by all order by all';
    expect(await ask(store, count, day)).toEqual([
      ['door', 7],
      ['hall', 3],
    ]);
    expect(await ask(store, count, { ...day, cameras: ['hall', "o'hare"] })).toEqual([['hall', 3]]);
    expect(await ask(store, count, { cameras: [] })).toEqual([]);
    expect(await ask(store, 'select count(*) from sources', day)).toEqual([[4]]);
    const hours =
      "select strftime(started, '%Y-%m-%d %H') as hour, count(*) from trajectories group by all order by all";
    expect(await ask(store, hours)).toEqual([
      ['2026-10-24 23', 2],
      ['2026-10-25 00', 4],
      ['2026-10-25 14', 3].map((value) => (value === '2026-10-25 14' ? '2026-10-25 13' : value)),
      ['2026-10-25 23', 3],
    ]);
  });

  it('lies in a folder of any name', async () => {
    const folder = temporaryFolder();
    const store = new FolderStore(join(folder, "a [b]* 'c' camera=x"));
    await addToLake(await writeRun(folder, WALKERS, { startedAt: '2026-10-24T08:00:00Z' }), store, { camera: 'y' });
    expect(await ask(store, 'select distinct camera from observations')).toEqual([['y']]);
  });

  it('gives numbers, texts, lists and times as they are', async () => {
    const { store } = await lakeOf('2026-10-24T08:00:00Z');
    const sql =
      "select 1::bigint, 9007199254740993, 1.5::decimal(4,1), 'a', [1, 2], {b: time}, date, null from observations limit 1";
    expect(await ask(store, sql)).toEqual([
      [1, '9007199254740993', 1.5, 'a', [1, 2], { b: '2026-10-24T10:00:00+02:00' }, '2026-10-24', null],
    ]);
  });

  it('reads nothing but the lake, and changes nothing', async () => {
    const { folder, store } = await lakeOf('2026-10-24T08:00:00Z');
    const before = filesOf(store);
    for (const sql of [
      `copy (select 1) to '${store.name}/x.parquet'`,
      `explain analyze copy (select 1) to '${store.name}/x.parquet'`,
      'create table x as select 1',
      'drop view observations',
      "set memory_limit = '9GB'",
      'install httpfs',
      'select 1; select 2',
      '',
    ])
      await expect(ask(store, sql), sql).rejects.toThrow('query: is not one SELECT; ask one question');
    for (const file of ['/etc/passwd', `${folder}/run.trajectories.json`, 'http://127.0.0.1:9/x'])
      for (const reader of ['read_text', 'read_csv', 'read_parquet', 'glob'])
        await expect(ask(store, `select * from ${reader}('${file}')`), file).rejects.toThrow(
          /^query: (Permission|Missing|Invalid|IO)/,
        );
    expect(filesOf(store)).toEqual(before);
    expect(readFileSync(join(store.name, before[0])).length).toBeGreaterThan(100);
  });

  it('says what is wrong with a question, and that there is no lake', async () => {
    const { store } = await lakeOf('2026-10-24T08:00:00Z');
    await expect(ask(store, 'select * from people')).rejects.toThrow(
      'query: Catalog Error: Table with name people does not exist; the tables are observations, trajectories, crossings, visits, sources: "describe observations"',
    );
    await expect(ask(store, 'selec 1')).rejects.toThrow(/^query: Parser Error: syntax error at or near "selec"$/);
    await expect(ask(new FolderStore(temporaryFolder()), 'select 1')).rejects.toThrow(
      'has no lake; add trajectories with',
    );
  });
});
