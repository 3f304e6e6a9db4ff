import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Analysis, resolveAreas } from '../../src/analytics/index.ts';
import { areasOfRun } from '../../src/analytics/parameters.ts';
import { loadParameters } from '../../src/engine/configuration.ts';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { startLive, startServer } from '../../src/live/index.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { reload as reloadLive } from '../../src/live/reload.ts';
import { readTrajectoriesHeader, streamTrajectories } from '../../src/trajectories/index.ts';
import { liveEditor } from '../../src/zones/live-editor.ts';
import { twintrack } from '../commands/cli.ts';
import { endAll, later, needing, SAMPLE, standIn, TestCamera } from '../live/rig.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { closeBrowser, newPage, openEditor, seen } from './rig.ts';

const FRAMES = '150';
const folder = temporaryFolder();
const run = join(folder, 'pets09-s2l1.trajectories.json');
let files = 0;
/** A config file of its own for each test. */
const configFile = (text?: string) => {
  const path = join(folder, `areas${++files}.yaml`);
  if (text !== undefined) writeFileSync(path, text);
  return path;
};
const read = (path: string) => parse(readFileSync(path, 'utf8'));

afterEach(endAll);
afterAll(closeBrowser);

/** What the product counts in a run, with its own areas or others. */
async function countsOf(file: string, config?: string) {
  const header = await readTrajectoriesHeader(file);
  const areas = config === undefined ? areasOfRun(header.parameters) : await loadParameters(config);
  const analysis = new Analysis(resolveAreas(areas, header.source));
  for await (const trajectory of streamTrajectories(file)) analysis.add(trajectory);
  const { lines, zones } = analysis.result();
  return {
    lines: lines.map(({ name, in: ins, out }) => `${name}: ${ins} in, ${out} out`),
    zones: zones.map(({ name, visits, people }) => `${name}: ${visits.length} visits, ${people} people`),
  };
}

const TYPED = `zones:
  lawn: { points: [[60, 190], [420, 200], [480, 400], [40, 420]] }
lines:
  door: { points: [[330, 430], [310, 150]] }
`;

describe('the page to draw zones', needing('browser'), () => {
  beforeAll(async () => {
    symlinkSync(SAMPLE, join(folder, 'pets09-s2l1.mp4'));
    const { status } = await twintrack(['track', SAMPLE, '--out', folder, '--no-annotate', '--max-frames', FRAMES]);
    expect(status).toBe(0);
  });

  it('draws a polygon and a line by mouse, that count as the same points typed', async () => {
    const config = configFile();
    const { page, faults, take, click, drag, save } = await openEditor(run, { config });
    await take('Zone');
    await click([60, 190], [420, 200], [480, 400], [40, 420], [62, 191]); // the last one is on the first
    await page.keyboard.type('lawn');
    await page.keyboard.press('Enter');
    await take('Line');
    await drag([330, 430], [300, 300], [310, 150]);
    await page.keyboard.type('door');
    await page.keyboard.press('Enter');
    expect(await save()).toMatch(/^areas\d+\.yaml is written: 1 zone and 1 line\.$/);
    expect(readFileSync(config, 'utf8')).toBe(TYPED);

    const typed = await countsOf(run, configFile(TYPED));
    const shown = async (section: string) => {
      const name = await page.locator(`[data-section=${section}] li input`).inputValue();
      return `${name}: ${await page.locator(`[data-section=${section}] li .count`).innerText()}`;
    };
    expect({ lines: [await shown('lines')], zones: [await shown('zones')] }).toEqual(typed);
    expect(typed.lines).not.toEqual(['door: 0 in, 0 out']);

    const again = join(folder, 'again');
    const args = ['--out', again, '--config', config, '--no-annotate', '--max-frames', FRAMES];
    expect((await twintrack(['track', SAMPLE, ...args])).status).toBe(0);
    expect(await countsOf(join(again, 'pets09-s2l1.trajectories.json'))).toEqual(typed);
    expect(faults).toEqual([]);
  });

  it('counts while a point is dragged, inserts points on sides, moves, deletes and undoes', async () => {
    const config = configFile(TYPED);
    const { page, faults, click, drag, at, save } = await openEditor(run, { config });
    const count = page.locator('[data-section=zones] li .count');
    await seen(() => count.innerText()).toMatch(/visits/);
    const before = await count.innerText();
    await click([100, 300]); // selects it
    await page.mouse.move(...(await at(480, 400)));
    await page.mouse.down();
    await page.mouse.move(...(await at(100, 250)), { steps: 5 });
    await seen(() => count.innerText()).not.toBe(before); // before it is let go
    await page.mouse.up();
    await page.keyboard.press('Control+z');
    await seen(() => count.innerText()).toBe(before);

    await drag([50, 305], [30, 310]); // the middle of the left side
    await drag([200, 300], [210, 305]); // within: moves all of it
    await save();
    expect(read(config).zones.lawn.points).toEqual([
      [70, 195],
      [430, 205],
      [490, 405],
      [50, 425],
      [40, 315],
    ]);
    await page.getByRole('button', { name: 'delete door' }).click();
    await save();
    expect(read(config).lines).toEqual({});
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('textbox', { name: 'name of the line' }).fill('gate');
    await save();
    expect(read(config).lines).toEqual({ gate: { points: read(configFile(TYPED)).lines.door.points } });
    expect(faults).toEqual([]);
  });

  it('does all of it with the keyboard', async () => {
    const config = configFile('# by hand\nzones:\n  a: { points: [[100, 100], [200, 100], [150, 200]] } # mine\n');
    const { page, faults } = await openEditor(SAMPLE, { config });
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () => page.evaluate<string>('document.activeElement.ariaLabel');
    await page.locator('#stage').focus();
    await press('Tab');
    expect(await focused()).toBe('zone a, 3 points');
    await press('ArrowRight', 'Shift+ArrowDown', 'Tab', 'Tab');
    expect(await focused()).toBe('point 2 of 3 of a, at 201, 110');
    await press('ArrowLeft', 'Insert');
    expect(await focused()).toBe('point 3 of 4 of a, at 176, 160');
    await press('Delete');
    expect(await focused()).toBe('point 3 of 3 of a, at 151, 210');
    await press('Escape');
    expect(await focused()).toBe('zone a, 3 points');
    await press('Delete', 'Control+z');

    await page.getByRole('button', { name: 'Line', exact: true }).focus();
    await press('Enter', 'Shift+ArrowUp', ' ', 'Shift+ArrowLeft', 'ArrowUp', ' ');
    expect(await focused()).toBe('name of the line');
    await page.keyboard.type('door');
    await press('Enter');
    await page.getByRole('button', { name: 'Ignore', exact: true }).focus();
    await press('Enter', ' ', 'Shift+ArrowLeft', ' ', 'Shift+ArrowUp', ' ', 'Enter');
    expect(await focused()).toBe('name of the ignore area');
    const saved = page.waitForResponse(/api\/save/);
    await press('Control+s');
    await saved;
    expect(readFileSync(config, 'utf8')).toBe(`# by hand
zones:
  a: { points: [[101, 110], [200, 110], [151, 210]] } # mine
lines:
  door: { points: [[384, 278], [374, 277]] }
ignore:
  ignore area 1: { points: [[384, 288], [374, 288], [374, 278]] }
`);
    expect(faults).toEqual([]);
  });

  it('draws with a finger on a phone, and fits it', async () => {
    const config = configFile();
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3 };
    const { page, faults, at, take, save } = await openEditor(run, { config }, phone);
    const tap = async (...points: [number, number][]) => {
      for (const point of points) await page.touchscreen.tap(...(await at(...point)));
    };
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    await take('Zone');
    await tap([100, 200], [400, 200], [400, 400], [100, 400], [110, 205]);
    await take('Line');
    await tap([600, 100], [600, 500]);
    const session = await page.context().newCDPSession(page);
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', point?: [number, number]) => {
      const [x, y] = point ? await at(...point) : [0, 0];
      await session.send('Input.dispatchTouchEvent', { type, touchPoints: point ? [{ x, y }] : [] });
    };
    await touch('touchStart', [600, 500]);
    for (const x of [620, 640, 660]) await touch('touchMove', [x, 500]);
    await touch('touchEnd');
    expect(await save()).toMatch(/is written: 1 zone and 1 line\.$/);
    const { zones, lines } = read(config);
    const near = (points: [number, number][], wanted: [number, number][]) =>
      points.every(([x, y], i) => Math.hypot(x - wanted[i][0], y - wanted[i][1]) <= 3);
    const corners: [number, number][] = [
      [100, 200],
      [400, 200],
      [400, 400],
      [100, 400],
    ];
    expect(zones['zone 1'].points).toSatisfy(
      (points: [number, number][]) => points.length === 4 && near(points, corners),
    );
    const ends: [number, number][] = [
      [600, 100],
      [660, 500],
    ];
    expect(lines['line 1'].points).toSatisfy((points: [number, number][]) => near(points, ends));
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    expect(faults).toEqual([]);
  });

  it('takes ground points, and saves nothing until they fit', async () => {
    const config = configFile('tracking: { lostSeconds: 3 }   # kept\n');
    const { page, faults, take, click, save } = await openEditor(SAMPLE, { config });
    await take('Ground');
    await click([100, 500], [700, 500], [560, 200]);
    expect(await save()).toBe('Nothing is saved: put right what is marked in red.');
    expect(await page.locator('[data-section=calibration] li .problem').first().innerText()).toBe(
      'fill in where on the ground it is',
    );
    const fields = page.locator('[data-section=calibration] input');
    for (const [i, value] of ['0', '0', '8', '0', '8', '20,5'].entries()) await fields.nth(i).fill(value);
    expect(await save()).toBe('Nothing is saved: put right what is marked in red.');
    await seen(() => page.locator('#ground-problem').innerText()).toBe('four points or more determine the ground');
    expect(readFileSync(config, 'utf8')).toBe('tracking: { lostSeconds: 3 }   # kept\n');
    await click([220, 200]);
    for (const [i, value] of ['0', '20.5'].entries()) await fields.nth(6 + i).fill(value);
    expect(await save()).toMatch(/is written: 4 ground points\.$/);
    expect(readFileSync(config, 'utf8')).toBe(`tracking: { lostSeconds: 3 }   # kept
calibration:
  points:
    - { image: [100, 500], ground: [0, 0] }
    - { image: [700, 500], ground: [8, 0] }
    - { image: [560, 200], ground: [8, 20.5] }
    - { image: [220, 200], ground: [0, 20.5] }
`);
    await seen(() => page.locator('[data-section=calibration] .count').first().innerText()).toBe('off by 0.00 m');
    expect(faults).toEqual([]);
  });

  it('says in words what is wrong with a zone', async () => {
    const config = configFile();
    const { page, take, click, save } = await openEditor(SAMPLE, { config });
    await take('Zone');
    await click([100, 100], [300, 300], [300, 100], [100, 300], [100, 100]);
    expect(await save()).toBe('Nothing is saved: put right what is marked in red.');
    expect(await page.locator('[data-section=zones] .problem').innerText()).toBe(
      'the outline crosses itself: sides 1 and 3 meet; list the corners in turn',
    );
    expect(() => readFileSync(config)).toThrow('ENOENT');
  });

  it('loses nothing that another program writes meanwhile', async () => {
    const config = configFile('# first\n');
    const { page, take, drag, save } = await openEditor(SAMPLE, { config });
    await take('Line');
    await drag([100, 100], [100, 300]);
    const other = '# second\nlines:\n  theirs: { points: [[1, 50], [99, 50]] } # theirs\n';
    writeFileSync(config, other);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await seen(() => page.locator('#conflict-said').innerText()).toMatch(
      /^areas\d+\.yaml was changed by another program; nothing is written\.$/,
    );
    expect(readFileSync(config, 'utf8')).toBe(other);
    await page.getByRole('button', { name: 'Reload the file' }).click();
    await seen(() => page.locator('[data-section=lines] input').inputValue()).toBe('theirs');
    await page.getByRole('button', { name: 'Undo' }).click();
    await seen(() => page.locator('[data-section=lines] input').inputValue()).toBe('line 1');
    writeFileSync(config, `${other}tracking: { lostSeconds: 3 }\n`);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Save mine over it' }).click();
    await seen(() => page.locator('#said').innerText()).toMatch(/is written: 1 line\.$/);
    expect(read(config)).toEqual({
      lines: {
        'line 1': {
          points: [
            [100, 100],
            [100, 300],
          ],
        },
      },
      tracking: { lostSeconds: 3 },
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await save()).toMatch(/is written/);
  });

  it('is for this machine, this page and who has the address only', async () => {
    const { page, url } = await openEditor(SAMPLE, { config: configFile() });
    const [base, token] = url.split('#');
    const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
      new Promise<number | undefined>((resolve, reject) => {
        const { hostname, port } = new URL(base);
        const sent = request({ hostname, port, path, method, headers }, ({ statusCode }) => resolve(statusCode));
        sent.on('error', reject).end();
      });
    const authorization = `Bearer ${token}`;
    expect(await ask('/', {})).toBe(200);
    expect(await ask('/', { host: 'evil.example' })).toBe(403);
    expect(await ask('/api/drawing', { authorization })).toBe(200);
    expect(await ask('/api/drawing', { authorization, host: 'evil.example' })).toBe(403);
    expect(await ask('/api/drawing', {})).toBe(401);
    expect(await ask('/api/picture.jpg', { authorization: 'Bearer wrong' })).toBe(401);
    expect(await ask('/api/save', { authorization, origin: 'http://evil.example' }, 'POST')).toBe(403);
    expect(await ask('/api/save', { authorization }, 'POST')).toBe(422);
    expect(await ask('/../package.json', {})).toBe(404);
    await page.goto(base);
    await seen(() => page.locator('#said').innerText()).toContain(
      'behind the # of the address that twintrack zones printed',
    );
  });
});

it(
  'draws on a picture of a camera of a config file, and writes into its entry',
  needing('browser', 'camera'),
  async () => {
    const login = { user: 'user', password: 'password' };
    const camera = await TestCamera.make({ ...login, path: 'stream1' });
    await camera.start();
    const text = `cameras:
  - name: entrance # the street
    url: ${camera.url()}
  - name: yard
    url: rtsp://192.168.1.21/stream1
`;
    const config = configFile(text);
    const { page, faults, take, drag, save } = await openEditor('entrance', { config });
    expect(await page.locator('h1').innerText()).toBe('entrance');
    expect(await page.getByRole('button', { name: 'Ground' }).count()).toBe(0);
    await take('Line');
    await drag([100, 100], [100, 300]);
    await save();
    expect(readFileSync(config, 'utf8')).toBe(
      text.replace('  - name: yard', '    lines:\n      line 1: { points: [[100, 100], [100, 300]] }\n  - name: yard'),
    );
    expect(faults).toEqual([]);
  },
);

it(
  'is there for the admin of the live page, whose cameras take over what is saved',
  needing('browser', 'camera'),
  async () => {
    const camera = await TestCamera.make({ user: 'user', password: 'password', path: 'stream1' });
    await camera.start();
    const text = `cameras:
  - name: entrance # the street
    url: ${camera.url()}
`;
    const config = configFile(text);
    const parameters = cameraParametersSchema.parse({});
    const cameras = [{ name: 'entrance', url: camera.url() }];
    const live = await startLive({ cameras, parameters, detector: standIn(), out: temporaryFolder() });
    later(() => live.close());
    const reload = () => reloadLive(live, () => loadConfiguration([], config));
    const [viewer, admin] = ['correct-h0rse-battery', 'battery-correct-h0rse'];
    const editor = liveEditor({ find: () => live, config, reload });
    const options = { host: '127.0.0.1', port: 0, token: viewer, admin: { token: admin, reload, editor } };
    const server = await startServer(live, options);
    later(() => server.close());
    const page = await newPage({
      httpCredentials: { username: 'x', password: viewer },
      viewport: { width: 1280, height: 900 },
    });
    await page.goto(server.url);
    await page.getByRole('link', { name: 'draw zones' }).click();
    await seen(() => page.locator('#said').innerText()).toContain('that of the admin');
    await page.getByLabel('Token').fill(viewer);
    await page.getByRole('button', { name: 'Go on' }).click();
    await seen(() => page.locator('#said').innerText()).toContain('that of the admin');
    await page.getByLabel('Token').fill(admin);
    await page.getByRole('button', { name: 'Go on' }).click();
    await seen(() => page.locator('h1').innerText()).toBe('entrance');
    await page.getByRole('button', { name: 'Line', exact: true }).click();
    const { x, y, width, height } = (await page.locator('#stage').boundingBox())!;
    for (const [px, py] of [
      [100, 100],
      [100, 300],
    ])
      await page.mouse.click(x + (px / 768) * width, y + (py / 576) * height);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await seen(() => page.locator('#said').innerText()).toMatch(/is written: 1 line\. It is in force\.$/);
    expect(readFileSync(config, 'utf8')).toBe(
      `${text}    lines:\n      line 1: { points: [[100, 100], [100, 300]] }\n`,
    );
    expect(live.camera('entrance')?.status.lines.map(({ name }) => name)).toEqual(['line 1']);
    const post = (headers: Record<string, string>) =>
      fetch(`${server.url}zones/entrance/api/save`, { method: 'POST', headers, body: '{}' }).then(
        ({ status }) => status,
      );
    expect(await post({})).toBe(401);
    expect(await post({ authorization: `Bearer ${viewer}` })).toBe(403);
    expect(await post({ authorization: `Bearer ${admin}`, origin: 'http://evil.example' })).toBe(403);
    expect(await post({ authorization: `Bearer ${admin}` })).toBe(422);
  },
);
