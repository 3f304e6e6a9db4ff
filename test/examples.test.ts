import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadParameters } from '../src/engine/configuration.ts';
import { person, walk } from './analytics/paths.ts';
import { SAMPLE, twintrack } from './commands/cli.ts';
import { Broker, endAll, later, needing, until } from './live/rig.ts';
import { needs } from './needs.ts';
import { writeRun } from './report/runs.ts';
import { temporaryFolder } from './trajectories/helpers.ts';

const examples = join(import.meta.dirname, '../examples');
const folder = temporaryFolder();
const run = writeRun(folder, [
  person(1, walk([100, 400, 0], [900, 400, 8])),
  person(2, walk([900, 500, 1], [100, 500, 9])),
]);

/** What each script is given, and what it prints. */
const SCRIPTS: Record<string, readonly [args: () => Promise<string[]>, printed: RegExp]> = {
  'count-visitors.mjs': [
    async () => [await run, join(examples, 'zones.yaml')],
    /^middle: 1 in, 1 out\n(.*\n)*road: 2 people, 2 visits of \d\.\d s, the longest \d\.\d s\n/,
  ],
  'find-person.mjs': [
    async () => {
      for (const day of ['monday', 'tuesday']) {
        const options = ['--save-patches', '--no-annotate', '--max-frames', '10', '--out', join(folder, day)];
        expect((await twintrack(['track', SAMPLE, ...options])).status).toBe(0);
      }
      const patches = join(folder, 'monday/pets09-s2l1.patches');
      return [join(patches, readdirSync(patches).sort()[0]), join(folder, 'monday'), join(folder, 'tuesday')];
    },
    /^[01]\.\d\d {2}\S+day\/pets09-s2l1\.patches, person \d+, [\d.]+ s to [\d.]+ s: same\n(.*\n)*\d+ of \d+ trajectories/,
  ],
  'heat-map.mjs': [
    async () => [join(folder, 'heat.svg'), await run],
    /heat\.svg: 16 s of people, the most around \d+, \d+\n$/,
  ],
  'live-events.mjs': [
    async () => [],
    /^0\.0 s: person 2 entered the shop\n7\.0 s: person 1 crossed the door, in\n(.*\n)*14\.9 s: person 1 left the shop\n\[ \{ name: 'door', in: 1, out: 1 \} \]/,
  ],
  'people-per-minute.mjs': [async () => [await run, '5'], /^seconds,people\n0,1\.80\n5,1\.71\n$/],
  'query-with-duckdb.mjs': [
    async () => [await run, join(folder, 'people.parquet')],
    /│ 0 +│ 1 +│ 8 +│ 100 +│\n│ 1 +│ 2 +│ 8 +│ 100 +│/,
  ],
  'record-pixelated.mjs': [async () => [SAMPLE, join(folder, 'pixelated.mp4'), '5'], /pixelated\.mp4: 5 frames\n$/],
  'track-and-report.mjs': [async () => [SAMPLE, folder, '20'], /report\.html: \d people\n$/],
};

const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasPandas = spawnSync('python3', ['-c', 'import pandas, matplotlib']).status === 0;

describe('the examples', () => {
  afterEach(endAll);

  it('are all run here', () => {
    const scripts = readdirSync(examples).filter((name) => /\.(mjs|py)$/.test(name));
    expect(scripts).toEqual(['boxes.py', ...Object.keys(SCRIPTS), 'mqtt-dashboard.mjs'].sort());
  });

  it('are all in docs/examples.md', () => {
    const page = readFileSync(join(examples, '../docs/examples.md'), 'utf8');
    expect(readdirSync(examples).filter((name) => !page.includes(`(../examples/${name})`))).toEqual([]);
  });

  it.each(Object.entries(SCRIPTS))('%s does what it says', async (name, [args, printed]) => {
    const text = execFileSync(process.execPath, [join(examples, name), ...(await args())], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(text).toMatch(printed);
    if (name === 'track-and-report.mjs') expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  it('zones.yaml is a config file', async () => {
    const { zones, lines } = await loadParameters(join(examples, 'zones.yaml'));
    expect([Object.keys(zones), Object.keys(lines)]).toEqual([['grass', 'junction', 'road'], ['middle']]);
  });

  it('boxes.py writes what track reads', needs(hasPython, 'Python'), async () => {
    execFileSync('python3', [join(examples, 'boxes.py'), 'det.txt'], { cwd: folder });
    const { status, stderr } = await twintrack(['track', '--detections', 'det.txt', '--fps', '25'], { cwd: folder });
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^det\.txt: 2 people in 100 frames/)]);
  });

  it('the cells of the notebook read what track writes', needs(hasPandas, 'pandas and matplotlib'), async () => {
    const { cells } = JSON.parse(readFileSync(join(examples, 'trajectories.ipynb'), 'utf8')) as {
      cells: { cell_type: string; source: string[] }[];
    };
    copyFileSync(await run, join(folder, 'street.trajectories.json'));
    const code = cells.flatMap(({ cell_type, source }) => (cell_type === 'code' ? [source.join('')] : []));
    const script = [...code, 'print(len(people), list(stays.seconds), present.max(), len(axes.lines))'].join('\n');
    const printed = execFileSync('python3', ['-c', script], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, MPLBACKEND: 'agg' },
    });
    expect(printed).toMatch(/^162 \[8\.0, 8\.0\] 2 2\n$/);
  });

  it('mqtt-dashboard.mjs serves what the broker says', needing('broker'), async () => {
    const broker = await Broker.start();
    const child = spawn(process.execPath, [join(examples, 'mqtt-dashboard.mjs'), broker.url, '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    later(() => child.kill('SIGKILL'));
    const url = String((await once(child.stdout, 'data'))[0]).trim();
    expect(await (await fetch(url)).text()).toContain('<table>');
    const { client, got } = await broker.listen();
    const publish = (what: string, text: string) =>
      client.publishAsync(`twintrack/yard/${what}`, text, { retain: true });
    await publish('state', 'live');
    await publish('people', '3');
    await publish('events', JSON.stringify({ event: 'crossed', line: 'door', direction: 'in' }));
    await until('the broker has them', () => got.length === 3);
    const { body } = await fetch(`${url}events`);
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text = chunk;
      if (text.includes('door')) break;
    }
    const said = text.trim().split('\n\n').at(-1)!.slice('data: '.length);
    expect(JSON.parse(said)).toEqual({ yard: { state: 'live', people: 3, counts: { 'door in': 1 } } });
  });
});
