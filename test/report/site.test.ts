import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, type Homography } from '../../src/analytics/homography.ts';
import type { Notice } from '../../src/core/notices.ts';
import { type SiteRun, writeSiteReport } from '../../src/site/index.ts';
import { readTrajectories, writeTrajectories } from '../../src/trajectories/index.ts';
import { failure, readJson, SAMPLE, twintrack } from '../commands/cli.ts';
import { ANNE, type Seen, writeTracked } from '../commands/tracked.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { runFfmpeg } from '../video/clips.ts';

/** A browser of the system (Debian: apt-get install chromium); CHROMIUM_BIN names another. */
const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);

/** The street of the sample in metres, about: a camera 7 m up that looks 22° down. */
const STREET: Homography = Float64Array.of(...[7.55, 0, -2899], ...[0, -2.83, 7240], ...[0, 1, 83]);
/** Two parts of its picture that do not overlap, as cameras. */
const VIEWS = [
  { name: 'west', left: 0 },
  { name: 'east', left: 408 },
];
const [WIDTH, HEIGHT] = [360, 576];
/** A picture of the floor from −16 to 16 m and 5 to 45 m, 20 pixels a metre, north up. */
const FLOOR = [
  { image: [0, 0], ground: [-16, 45] },
  { image: [640, 0], ground: [16, 45] },
  { image: [640, 800], ground: [16, 5] },
  { image: [0, 800], ground: [-16, 5] },
];

function siteFile(): string {
  const cameras = VIEWS.map(({ name, left }) => {
    const points = [
      [0, 120],
      [WIDTH, 120],
      [WIDTH, HEIGHT],
      [0, HEIGHT],
    ].map(([u, v]) => ({ image: [u, v], ground: apply(STREET, left + u, v) }));
    return [name, { trajectories: `run/${name}.trajectories.json`, calibration: { points } }];
  });
  const floor = { picture: 'floor.png', calibration: { points: FLOOR } };
  writeFileSync(at('site.yaml'), JSON.stringify({ cameras: Object.fromEntries(cameras), floor }));
  return at('site.yaml');
}

beforeAll(async () => {
  for (const { name, left } of VIEWS) {
    const crop = `crop=${WIDTH}:${HEIGHT}:${left}:0`;
    runFfmpeg('-t', '30', '-i', SAMPLE, '-vf', crop, '-c:v', 'libx264', '-preset', 'ultrafast', at(`${name}.mp4`));
  }
  runFfmpeg('-f', 'lavfi', '-i', 'color=white:s=640x800', '-frames:v', '1', at('floor.png'));
  const videos = VIEWS.map(({ name }) => at(`${name}.mp4`));
  const tracked = await twintrack(['track', ...videos, '--out', at('run'), '--no-annotate', '--save-patches']);
  expect([tracked.status, tracked.stderr]).toEqual([0, expect.anything()]);
  const linked = await twintrack(['link', '--site', siteFile(), '--out', at('site')]);
  expect([linked.status, linked.stderr]).toEqual([0, expect.anything()]);
});

/** The site as a copy in a folder of its own, changed. */
function changed(name: string, change: (run: SiteRun) => void): string {
  const run: SiteRun = readJson(at('site/site.json'));
  change(run);
  mkdirSync(at(name), { recursive: true });
  writeFileSync(at(name, 'site.json'), JSON.stringify(run));
  return at(name, 'site.json');
}

/** The text of a page without tags. */
function textOf(file: string): string {
  return readFileSync(file, 'utf8')
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

function jpegsIn(file: string): number {
  return readFileSync(file, 'utf8').match(/<img src="data:image\/jpeg/g)?.length ?? 0;
}

describe('twintrack report of a site', () => {
  it('says what it wrote, and takes the folder or the file', async () => {
    const { people }: SiteRun = readJson(at('site/site.json'));
    const out = at('site/site.report.html');
    const { status, stdout, stderr } = await twintrack(['report', at('site')]);
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr.replace(/0\.\d MB/, '')).toBe(`${out}: ${people.length} people, , pictures of ${people.length}\n`);
    expect(readFileSync(out).length).toBeLessThan(5e6);
    const other = at('other.html');
    expect((await twintrack(['report', at('site/site.json'), '--out', other, '--no-video'])).status).toBe(0);
    expect(jpegsIn(other)).toBe(0);
    expect(textOf(other)).toContain('Paths of people on the floor');
  });

  it('needs no more than site.json, which has the calibrations and the floor', () => {
    const { cameras, floor }: SiteRun = readJson(at('site/site.json'));
    expect(cameras.map(({ calibration }) => calibration?.points.length)).toEqual([4, 4]);
    expect(floor?.picture).toBe('../floor.png');
  });

  it('says in one line what is wrong', async () => {
    const fix = 'name a folder with runs, or the one that "twintrack link" wrote to';
    mkdirSync(at('empty'));
    expect(await twintrack(['report', at('empty')])).toEqual(
      failure(`${at('empty')}: is a folder without .trajectories.json or site.json; ${fix}`),
    );
    const one = 'report: --config and --set are for the report of one camera; give them with its .trajectories.json';
    const set = ['--set', 'lines.door={points: [[0, 0], [9, 9]]}'];
    expect(await twintrack(['report', at('site'), ...set])).toEqual(failure(one, 2));
    const gone = changed('gone', ({ cameras }) => {
      for (const camera of cameras) camera.trajectories = `none/${camera.name}.trajectories.json`;
    });
    expect(await twintrack(['report', gone])).toEqual(
      failure(
        `${at('gone/none/west.trajectories.json')}: does not exist, nor do the trajectories of any other camera; put them back, or track and link again`,
      ),
    );
    expect(existsSync(at('gone/site.report.html'))).toBe(false);
    const none = ['report', at('site'), '--overwrite', '--video', at('none')];
    expect(await twintrack(none)).toEqual(
      failure(`${at('none')}: does not exist; name the folder of the videos of the cameras`),
    );
    expect(
      (await twintrack(['report', at('site'), '--overwrite', '--out', at('run/west.trajectories.json')])).stderr,
    ).toContain('is the input, which would be lost');
  });

  it('goes on without what is not there any more, and says so', async () => {
    const site = changed('missing', (run) => {
      run.cameras[1].trajectories = 'none/east.trajectories.json';
      run.people[0].tracklets[0] = { ...run.people[0].tracklets[0], camera: 'west', id: 999 };
      run.floor!.picture = 'none.png';
    });
    const out = at('missing.html');
    const notices: Notice[] = [];
    await writeSiteReport(site, { out, onNotice: (notice) => notices.push(notice) });
    expect(notices.map(({ code }) => code)).toEqual(['trajectories-missing', 'tracklets-missing', 'floor-missing']);
    const text = textOf(out);
    for (const { message } of notices) expect(text).toContain(message);
    expect(text).toContain('a square of the grid is 5 m wide');
  });

  it('takes pictures of the videos where no patches were saved', async () => {
    for (const { name } of VIEWS) rmSync(at('run', `${name}.patches`), { recursive: true });
    const without = at('without.html');
    await writeSiteReport(at('site/site.json'), { out: without });
    expect(jpegsIn(without)).toBe(0);
    const out = at('video.html');
    const frames: number[] = [];
    const { people, pictured } = await writeSiteReport(at('site/site.json'), {
      ...{ out, videos: folder },
      onFrame: (done) => frames.push(done),
    });
    expect([pictured, frames.length > 10]).toEqual([people, true]);
    const { people: all }: SiteRun = readJson(at('site/site.json'));
    const views = all.flatMap(({ tracklets }) => [...new Set(tracklets.map(({ camera }) => camera))]);
    expect(jpegsIn(out)).toBe(views.length);
  });

  it('shows no picture of cameras that are anonymised, and says so', async () => {
    const file = at('run/west.trajectories.json');
    const document = await readTrajectories(file);
    await writeTrajectories(file, { ...document, anonymized: true });
    const out = at('hidden.html');
    await writeSiteReport(at('site/site.json'), { out, videos: folder });
    expect(readFileSync(out, 'utf8')).not.toMatch(/<img[^>]* alt="west"/);
    expect(readFileSync(out, 'utf8')).toMatch(/<img[^>]* alt="east"/);
    expect(textOf(out)).toContain('and no picture of their videos is shown: west.');
    await writeTrajectories(file, document);
  });

  it('of 1,200 people with pictures stays under 5 MB, and rather has one of each than two of some', async () => {
    const [tracklets, count] = [['hall', 'yard'], 1200];
    const people: Seen[] = Array.from({ length: count }, (_, i) => [i + 1, i, i + 9 + (i % 7), 100, ANNE]);
    for (const name of tracklets) {
      await writeTracked(folder, name, people, '0'.repeat(64));
      mkdirSync(at(`${name}.patches`));
      writeFileSync(at(`${name}.patches`, '1.jpg'), Buffer.alloc(1700));
      const index = readJson(at(`${name}.embeddings.json`));
      for (const patch of index.trajectories.flatMap(({ patches }: { patches: object[] }) => patches))
        patch.file = '1.jpg';
      writeFileSync(at(`${name}.patches`, 'index.json'), JSON.stringify(index));
    }
    const site = changed('many', (run) => {
      run.cameras = tracklets.map((name) => ({
        ...{ name, source: name, trajectories: `../${name}.trajectories.json`, start: 0, offset: 0 },
        calibration: { unit: 'metres', points: run.cameras[0].calibration!.points },
      }));
      run.people = people.map(([id, from, to]) => ({
        ...{ id, from, to },
        tracklets: tracklets.map((camera) => ({ camera, id, from, to })),
      }));
    });
    const out = at('many.html');
    const { bytes, pictured } = await writeSiteReport(site, { out });
    expect(bytes).toBeLessThan(5e6);
    expect(pictured).toBe(1000);
    expect(jpegsIn(out)).toBe(Math.floor((2_500_000 * 3) / 4 / 1700));
    expect(textOf(out)).toContain('The 1000 of 1200 who were seen longest.');
  });

  it('has times of the clock, and a graph of the cameras where none is calibrated', async () => {
    const site = changed('clock', (run) => {
      run.startedAt = '2026-03-01T09:59:58+02:00';
      for (const camera of run.cameras) {
        camera.trajectories = `../run/${camera.name}.trajectories.json`;
        delete camera.calibration;
      }
    });
    const out = at('clock.html');
    await writeSiteReport(site, { out });
    const text = textOf(out);
    expect(text).toContain('2026-03-01 09:59:58 to 2026-03-01 10:00:28 UTC+02:00');
    expect(text).toContain('People seen by each camera, and how many went from one to another');
    expect(text).not.toContain('Paths of people');
    expect(text).toContain('Times are UTC+02:00.');
  });
});

describe('a site report in a browser', needs(existsSync(CHROMIUM), `a browser: ${CHROMIUM}; install chromium`), () => {
  let browser: Browser;
  let site: SiteRun;
  const faults: string[] = [];

  beforeAll(async () => {
    // one name is an attack, and one person is seen by both cameras at once
    const evil = '<b onmouseover=alert(1)>east</b>';
    const path = changed('shown', (run) => {
      for (const camera of run.cameras) camera.trajectories = `../run/${camera.name}.trajectories.json`;
      run.cameras[1].name = evil;
      for (const tracklet of run.people.flatMap(({ tracklets }) => tracklets))
        if (tracklet.camera === 'east') tracklet.camera = evil;
      const [one] = run.people.filter(({ tracklets }) => tracklets[0].camera === 'west');
      const other = run.people.find(
        ({ tracklets: [{ camera, from }] }) => camera === evil && from < one.tracklets[0].to,
      )!;
      one.tracklets.push(...other.tracklets);
      run.people = run.people.filter((person) => person !== other);
    });
    site = readJson(path);
    await writeSiteReport(path, { out: at('shown.html'), videos: folder });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  /** Opens it without a network; whatever goes wrong there is noted. */
  async function open(width: number, height: number): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width, height }, offline: true })).newPage();
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => faults.push(dialog.message()));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) faults.push(request.url());
    });
    await page.goto(pathToFileURL(at('shown.html')).href);
    return page;
  }

  it('shows the plan, the time line, charts and people, off-line and without complaint', async () => {
    const page = await open(1280, 900);
    expect(await page.locator('h1').innerText()).toBe('A site of 2 cameras');
    const labels = await page.locator('.plan > span').allInnerTexts();
    expect(labels).toEqual(['west', '<b onmouseover=alert(1)>east</b>']);
    expect(await page.locator('.plan .seen').count()).toBe(2);
    expect(await page.locator('.plan image').count()).toBe(1);
    // all paths lie on the plan
    const outside = await page.evaluate<number>(`(() => {
      const { width, height } = document.querySelector('.plan svg').viewBox.baseVal;
      return [...document.querySelectorAll('#paths path')].map((path) => path.getBBox()).filter((box) =>
        box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height).length; })()`);
    expect(outside).toBe(0);
    expect(await page.locator('#paths .path').count()).toBe(site.people.length);
    expect(await page.locator('#timeline .row').count()).toBe(site.people.length);
    const bars = site.people.reduce((sum, { tracklets }) => sum + tracklets.length, 0);
    expect(await page.locator('#timeline .row span').count()).toBe(bars);
    expect(await page.locator('#people tbody tr').count()).toBe(site.people.length);
    const drawn = await page.evaluate<boolean[]>(`[...document.querySelectorAll('canvas')].map((canvas) =>
      canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))`);
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn).not.toContain(false);
    const widths = await page.evaluate<number[]>('[...document.images].map(({ naturalWidth }) => naturalWidth)');
    expect(Math.min(...widths)).toBeGreaterThan(40);
    expect(faults).toEqual([]);
  });

  it('has bars that do not lie on one another', async () => {
    const page = await open(1280, 900);
    const rows = await page.locator('#timeline .row').evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('span')].map((bar) => {
          const { left, right, top, bottom } = bar.getBoundingClientRect();
          return { left, right, top, bottom };
        }),
      ),
    );
    expect(rows.some((bars) => new Set(bars.map(({ top }) => top)).size > 1)).toBe(true);
    for (const bars of rows)
      for (const [i, a] of bars.entries())
        for (const b of bars.slice(i + 1))
          expect(
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
              Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top),
          ).toBe(false);
  });

  it('shows the path of the person under the pointer, in the table and in the time line', async () => {
    const page = await open(1280, 900);
    const chosen = () => page.$$eval('#paths .chosen', (paths) => paths.map(({ id }) => id));
    const [{ id }] = site.people;
    await page.locator(`#people tr[data-id="${id}"] .events`).hover();
    expect(await chosen()).toEqual([`p${id}`]);
    await page.locator('h1').hover();
    expect(await chosen()).toEqual([]);
    await page.locator(`#timeline [data-id="${id}"] b`).hover();
    expect(await chosen()).toEqual([`p${id}`]);
  });

  it('fits a phone', async () => {
    const page = await open(390, 844);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    const plan = (await page.locator('.plan').boundingBox())!;
    for (const label of await page.locator('.plan > span').all()) {
      const box = (await label.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(plan.x - 1);
      expect(box.x + box.width).toBeLessThanOrEqual(plan.x + plan.width + 1);
    }
    const marks = await Promise.all((await page.locator('.axis span').all()).map((mark) => mark.boundingBox()));
    for (const [i, mark] of marks.slice(1).entries()) expect(mark!.x).toBeGreaterThan(marks[i]!.x + marks[i]!.width);
  });

  it('prints', async () => {
    const page = await open(1280, 900);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(faults).toEqual([]);
  });
});
