import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { TimeZone } from '../../src/core/time-zone.ts';
import { addToLake, Lake, type LakeValue } from '../../src/lake/index.ts';
import { DaysData } from '../../src/report/days/days-data.ts';
import { renderDays } from '../../src/report/days/days-page.ts';
import { ratesOf } from '../../src/report/days/figures.ts';
import { gatherFiles, gatherLake } from '../../src/report/days/gather.ts';
import { writeDaysReport } from '../../src/report/index.ts';
import { FolderStore } from '../../src/store/folder-store.ts';
import { readJson, SAMPLE, twintrack } from '../commands/cli.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const ZONE = 'Europe/Berlin';

/** Hours of two cameras, from the sample: in the night between, the clocks are put back. */
describe('a report over days', () => {
  const folder = temporaryFolder();
  const store = new FolderStore(join(folder, 'lake'));
  const files: string[] = [];
  const ask = async (sql: string): Promise<LakeValue[][]> => {
    const lake = await Lake.open(store, { timeZone: new TimeZone(ZONE) });
    try {
      const rows: LakeValue[][] = [];
      for await (const block of (await lake.query(sql)).rows) rows.push(...(block as LakeValue[][]));
      return rows;
    } finally {
      await lake.close();
    }
  };
  let data: DaysData;

  beforeAll(async () => {
    const areas = [
      'zones.crossing={points: [[0.3, 0.3], [0.7, 0.3], [0.7, 0.75], [0.3, 0.75]], unit: ratio}',
      'lines.lamp={points: [[0.5, 0.15], [0.5, 0.98]], unit: ratio}',
    ].flatMap((area) => ['--set', area]);
    const { status } = await twintrack([
      'track',
      SAMPLE,
      '--no-annotate',
      '--max-frames',
      '300',
      '--out',
      folder,
      ...areas,
    ]);
    expect(status).toBe(0);
    const run = readJson(join(folder, 'pets09-s2l1.trajectories.json'));
    mkdirSync(join(folder, 'hours'));
    const names = new Map([
      ['door', 0],
      ['hall', 1_800_000],
    ]);
    for (let hour = 0; hour < 24; hour++)
      for (const [camera, later] of names) {
        const startedAt = new Date(Date.UTC(2026, 9, 24, 13 + hour) + later).toISOString();
        const name = `${camera}_${startedAt.slice(0, 19).replaceAll(':', '-')}.mp4`;
        const trajectories = run.trajectories.slice(
          0,
          3 + ((hour * (camera === 'door' ? 5 : 7)) % run.trajectories.length),
        );
        const file = join(folder, 'hours', `${camera}-${hour}.trajectories.json`);
        writeFileSync(file, JSON.stringify({ ...run, source: { ...run.source, name, startedAt }, trajectories }));
        files.push(file);
        await addToLake(file, store);
      }
    data = new DaysData(new TimeZone(ZONE));
    expect(await gatherFiles(data, files, {})).toEqual([]);
  });

  it('has the same visits and people by the hour as the lake, in hours that come twice as well', async () => {
    const hours = data.all.hours();
    const sql = `select epoch_ms(time_bucket(interval 1 hour, started)), count(*) from visits where zone is null group by all order by all`;
    const visits = hours.filter((hour) => hour.visits > 0);
    expect(visits.map((hour) => [hour.start, hour.visits])).toEqual(await ask(sql));
    expect(hours.filter(({ day, hour }) => day === '2026-10-25' && hour === 2)).toHaveLength(2);
    expect(hours.map(({ day, hour }) => `${day} ${hour}`)).toEqual(
      (
        await ask(`select distinct on (t) strftime(t, '%Y-%m-%d %-H') from (select time_bucket(interval 1 hour, started) as t from sources
          union select time_bucket(interval 1 hour, ended) from sources) order by t`)
      ).flat(),
    );
    const people = `select camera, count(distinct person) from trajectories group by all order by all`;
    expect(data.cameras.map(({ name, people }) => [name, people])).toEqual(await ask(people));
    expect([[data.all.people]]).toEqual(await ask('select count(distinct person) from trajectories'));
    const days = `select strftime(started, '%Y-%m-%d') as day, count(distinct person) from visits where zone is null group by all order by all`;
    expect(['2026-10-24', '2026-10-25'].map((day) => [day, data.all.peopleOn(day)])).toEqual(await ask(days));
  });

  it('has the same presence, recorded time and most people at once', async () => {
    const rows = await ask(`
      with hours as (select distinct time_bucket(interval 1 hour, started) as h from sources),
      parts as (select h, sum(epoch(least(ended, h + interval 1 hour)) - epoch(greatest(started, h))) as s
        from visits join hours on started < h + interval 1 hour and ended > h where zone is null group by h),
      recorded as (select h, sum(epoch(least(ended, h + interval 1 hour)) - epoch(greatest(started, h))) as r
        from sources join hours on started < h + interval 1 hour and ended > h group by h)
      select epoch_ms(h), s / r from parts join recorded using (h) order by h`);
    const present = data.all.hours().filter(({ visits }) => visits > 0);
    expect(present.map((hour) => [hour.start, expect.closeTo(ratesOf([hour]).present ?? 0, 6)])).toEqual(rows);
    for (const camera of data.cameras) {
      const [[most]] = await ask(`
        select max(n) from (select sum(change) over (order by t, change desc rows unbounded preceding) as n from (
          select started as t, 1 as change from visits where zone is null and camera = '${camera.name}' union all
          select ended, -1 from visits where zone is null and camera = '${camera.name}'))`);
      expect(camera.most()?.people).toBe(most);
    }
  });

  it('has the same rates by weekday and hour', async () => {
    const rows = await ask(`
      with v as (select isodow(started) - 1 as d, hour(started) as h, count(*) as n from visits where zone is null group by all),
      r as (select isodow(started) - 1 as d, hour(started) as h, sum(seconds) as s from sources group by all)
      select d, h, n * 3600 / s from r join v using (d, h) order by all`);
    const hours = data.all.hours();
    const rates = rows.map(([d, h]) => [
      d,
      h,
      expect.closeTo(ratesOf(hours.filter(({ weekday, hour }) => weekday === d && hour === h)).rate ?? 0, 3),
    ]);
    expect(rows).toEqual(rates);
    expect(rows).toHaveLength(24 - 1); // 2 o'clock twice
  });

  it('has the same crossings and stays in zones', async () => {
    const crossings = `select camera, line, count(*) filter (direction = 'in'), count(*) filter (direction = 'out') from crossings group by all order by all`;
    expect(data.lines.map((line) => [line.camera, line.name, line.in.length, line.out.length])).toEqual(
      await ask(crossings),
    );
    const zones = `select camera, zone, count(*), count(distinct person), sum(seconds) from visits where zone is not null group by all order by all`;
    expect(
      data.zones.map(({ camera, name, people, stays }) => [
        ...[camera, name, stays.length / 2, people.size],
        expect.closeTo(stays.reduce((sum, time, i) => sum + (i % 2 === 1 ? time : -time), 0) / 1000, 2),
      ]),
    ).toEqual(await ask(zones));
  });

  it('is the same from files and from a store, and of a range only what begins in it', async () => {
    const pages: string[] = [];
    for (const from of [files, store]) {
      const out = join(folder, `${pages.length}.html`);
      const { bytes, visits } = await writeDaysReport(from, { out, timeZone: ZONE });
      expect(bytes).toBeLessThan(1_000_000);
      expect([[visits]]).toEqual(await ask('select count(*) from visits where zone is null'));
      pages.push(readFileSync(out, 'utf8'));
    }
    expect(pages[1]).toBe(pages[0]);
    const zone = new TimeZone(ZONE);
    const day = new DaysData(zone);
    const range = { from: zone.parse('2026-10-25'), to: zone.parse('2026-10-25', true), cameras: ['hall'] };
    await gatherLake(day, store, range);
    const own = data.cameras
      .find(({ name }) => name === 'hall')!
      .hours()
      .filter((hour) => hour.day === '2026-10-25');
    expect(day.all.hours()).toEqual(own);
    await expect(gatherLake(new DaysData(zone), store, { cameras: ['yard'] })).rejects.toThrow(
      'has nothing of these days',
    );
  });

  it('is written by the command, for files as for a store', async () => {
    const cli = (...args: string[]) => twintrack(['report', ...args], { cwd: folder });
    const one = await cli('--store', 'lake', '--from', '2026-10-25', '--cameras', 'door,hall', '--time-zone', ZONE);
    expect(one.stderr).toMatch(/^days\.report\.html: \d+ visits of \d+ people, 0\.1 MB\n$/);
    const folderOf = await cli('hours', '--out', 'hours.html', '--time-zone', ZONE);
    expect(folderOf.stderr).toBe(
      one.stderr
        .replace('days.report', 'hours')
        .replace(/\d+ visits of \d+/, `${data.all.lengths().length} visits of ${data.all.people}`),
    );
    const two = await cli(...files.slice(0, 2), '--out', 'two.html');
    expect(two.stderr).toMatch(/^two\.html: \d+ visits of \d+ people, 0\.1 MB\n$/);
    for (const [args, reason] of [
      [[], 'report: name trajectories files, or a store with --store'],
      [[files[0], '--store', 'lake'], 'report: name trajectories files, or a store with --store'],
      [[files[0], '--from', '2026-10-25'], 'report: --from, --to and --cameras are for --store'],
      [[files[0], '--time-zone', ZONE], 'report: --time-zone is for several files, or for --store'],
      [['--store', 'lake', '--video', 'x.mp4'], 'report: --video is for the report of one file or site'],
      [
        ['--store', 'lake', '--time-zone', 'Mars'],
        'time zone Mars: is not known; give one such as Europe/Berlin or UTC',
      ],
    ] as const)
      expect(await cli(...args)).toMatchObject({ status: 2, stderr: `twintrack: ${reason}\n` });
    expect((await cli(files[0], files[0], '--overwrite')).stderr).toMatch(
      /is of camera door and begins at the same time as .*; give each/,
    );
    const plain = join(folder, 'pets09-s2l1.trajectories.json');
    expect((await cli(files[0], plain, '--overwrite')).stderr).toMatch(
      /does not say when its video began, .*; track the video with --started-at\n$/,
    );
  });

  it(
    'shows its charts and saves them in a browser',
    needs(existsSync(CHROMIUM), `a browser: ${CHROMIUM}`),
    async () => {
      const out = join(folder, 'days.html');
      await writeDaysReport(files, { out, timeZone: ZONE });
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await (
          await browser.newContext({ viewport: { width: 390, height: 844 }, offline: true })
        ).newPage();
        const faults: string[] = [];
        page.on('console', (message) => faults.push(message.text()));
        page.on('pageerror', (error) => faults.push(error.message));
        await page.goto(pathToFileURL(out).href);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
        const charts = await page.evaluate<boolean[]>(`[...document.querySelectorAll('canvas')].map((canvas) =>
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))`);
        expect(charts).toEqual(Array(10).fill(true)); // visits, present, days in all and of two cameras, two lines, stays in three places
        const saved = async (button: string) => {
          const [download] = await Promise.all([page.waitForEvent('download'), page.locator(button).click()]);
          return readFileSync(await download.path(), 'utf8')
            .trim()
            .split('\r\n');
        };
        const visits = await saved('#visits .csv');
        expect(visits[0]).toBe('time,all cameras,door,hall');
        const hours = data.all.hours();
        expect(visits.slice(1).map((row) => row.split(',').slice(0, 2))).toEqual(
          hours.map(({ start, visits }) => [data.zone.iso(start), String(visits)]),
        );
        expect(visits.filter((row) => row.startsWith('2026-10-25T02:00:00'))).toHaveLength(2);
        const cameras = await saved('table[data-csv=cameras] + .csv');
        expect(cameras.map((row) => row.split(',')[0])).toEqual(['camera', 'door', 'hall', 'all cameras']);
        expect(faults).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});

describe('what a report over days counts', () => {
  const utc = (text: string) => Date.parse(`${text}Z`);

  it('tells visits and people apart', async () => {
    const data = new DaysData(new TimeZone('UTC'));
    data.record('door', utc('2026-10-24T08:00'), utc('2026-10-24T10:00'), ['queue'], ['lamp']);
    data.stay('door', 'door/1', utc('2026-10-24T08:10'), utc('2026-10-24T08:20'));
    data.stay('door', 'door/1', utc('2026-10-24T09:10'), utc('2026-10-24T09:20'));
    data.stay('door', 'door/2', utc('2026-10-24T09:20'), utc('2026-10-24T10:00'));
    expect([data.all.people, data.all.peopleOn('2026-10-24')]).toEqual([2, 2]);
    expect(data.all.hours().map(({ visits }) => visits)).toEqual([1, 2]);
    expect(ratesOf(data.all.hours())).toEqual({ hours: 2, visits: 3, rate: 1.5, present: 0.5 });
    expect(data.all.most()).toEqual({ people: 2, at: utc('2026-10-24T09:20') });
    const page = await renderDays(data, []);
    expect(page).toContain('<b>3</b><span>visits</span>');
    expect(page).toContain('<b>2</b><span>people</span>');
  });

  it('is by the hours of zones that are half an hour apart, too', () => {
    const data = new DaysData(new TimeZone('Asia/Kolkata'));
    data.record('door', utc('2026-10-24T08:00'), utc('2026-10-24T09:00'), [], []);
    expect(data.all.hours().map(({ hour, recorded }) => [hour, recorded])).toEqual([
      [13, 1800],
      [14, 1800],
    ]);
  });

  it('has less than 5 MB of a year and many cameras, with weekdays in place of days', async () => {
    const data = new DaysData(new TimeZone(ZONE));
    const start = utc('2026-01-01T00:00');
    for (let camera = 0; camera < 12; camera++)
      for (let hour = 0; hour < 8760; hour++) {
        const at = start + 3_600_000 * hour;
        data.record(`camera ${camera}`, at, at + 3_600_000, [], []);
        data.stay(`camera ${camera}`, `${camera}/${hour}`, at + 1000, at + 61_000);
      }
    const page = await renderDays(data, []);
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    expect(page).toContain('Weekday against weekday');
    expect(ratesOf(data.all.hours())).toEqual({
      hours: 12 * 8760,
      visits: 12 * 8760,
      rate: 1,
      present: expect.closeTo(1 / 60, 9),
    });
  });
});
