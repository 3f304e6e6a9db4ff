import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSubject } from '../../src/zones/subject.ts';
import { person, walk } from '../analytics/paths.ts';
import { failure, SAMPLE, twintrack } from '../commands/cli.ts';
import { writeRun } from '../report/runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const folder = temporaryFolder();
const zones = (...args: string[]) => twintrack(['zones', ...args], { cwd: folder });
const USAGE = 2;

describe('twintrack zones', () => {
  beforeAll(() => copyFileSync(SAMPLE, join(folder, 'street.mp4')));

  it('prints the address of a page that the built package serves, until Ctrl-C', async () => {
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const child = spawn(process.execPath, [cli, 'zones', 'street.mp4', '--at', '2'], { cwd: folder });
    try {
      const [printed] = await once(child.stdout.setEncoding('utf8'), 'data');
      expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[0-9a-f]{32}\n$/);
      const [base, token] = printed.trim().split('#');
      const page = await (await fetch(base)).text();
      const names = [...page.matchAll(/(?:src|href)="([^"]+\.\w+)"/g)].map(([, name]) => name);
      expect(names).toEqual(['page.css', 'page.js']);
      const imports = [...(await (await fetch(`${base}page.js`)).text()).matchAll(/from '\.\/([^']+)'/g)];
      for (const name of [...names, ...imports.map(([, name]) => name)])
        expect([name, (await fetch(new URL(name, base))).status]).toEqual([name, 200]);
      const headers = { authorization: `Bearer ${token}` };
      const opened = await (await fetch(`${base}api/drawing`, { headers })).json();
      expect(opened).toMatchObject({
        title: 'street.mp4',
        file: 'street.yaml',
        version: 'none',
        width: 768,
        height: 576,
      });
    } finally {
      child.kill('SIGINT');
    }
    expect(await once(child, 'exit')).toEqual([130, null]);
  });

  it('says in one line what is of no use', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'zones:\n  queue: { pionts: [[1, 2]] }\n');
    writeFileSync(join(folder, 'broken.yaml'), 'zones: {\n');
    expect(await zones('none.mp4')).toEqual(failure('none.mp4: does not exist; check the path'));
    expect(await zones('-')).toEqual(failure('zones -: standard input can be read once only; name a file', USAGE));
    expect(await zones('street.mp4', '--config', 'a.json')).toEqual(
      failure('--config a.json: is no .yaml file; rename it (JSON is YAML too)', USAGE),
    );
    expect(await zones('street.mp4', '--config', 'bad.yaml')).toEqual(
      failure(
        'bad.yaml: unknown key zones.queue.pionts; known are zones.queue.points, zones.queue.unit, zones.queue.anchor; did you mean zones.queue.points?; put it right in the file',
      ),
    );
    expect((await zones('street.mp4', '--config', 'broken.yaml')).stderr).toMatch(
      /^twintrack: broken\.yaml: is not YAML: /,
    );
    expect(await zones('street.mp4', '--at', '1000')).toEqual(
      failure('street.mp4: its last frame is at 113.4 s; give an --at below 1000'),
    );
    expect(await zones('rtsp://127.0.0.1:1/x', '--at', '3')).toEqual(
      failure('--at: a camera has no picture of another time; leave it out', USAGE),
    );
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    expect(await zones('street.mp4', '--port', `${port}`)).toEqual(
      failure(`127.0.0.1:${port}: another program listens there; choose another --port or --host`),
    );
    taken.close();
  });

  it('shows no picture of a run that is anonymised, or whose video is not there', async () => {
    const run = await writeRun(folder, [person(1, walk([100, 400, 0], [900, 400, 8]))]);
    const absent = await openSubject(run, {});
    expect([absent.takeJpeg, absent.plain]).toEqual([
      undefined,
      'The video street.mp4 does not lie beside the run: there is no picture.',
    ]);
    expect([absent.picture, absent.run?.people, absent.run?.paths.length]).toEqual([
      { width: 1000, height: 800 },
      1,
      1,
    ]);
    const header = { ...JSON.parse(readFileSync(run, 'utf8')), anonymized: true };
    copyFileSync(SAMPLE, join(run, '../street.mp4'));
    writeFileSync(run, JSON.stringify(header));
    const hidden = await openSubject(run, {});
    expect([hidden.takeJpeg, hidden.plain]).toEqual([undefined, 'The run is anonymised: no picture of it is shown.']);
  });

  it('begins with the areas of the run, where the file has none of a section', async () => {
    const run = await writeRun(folder, [person(1, walk([100, 400, 0], [900, 400, 8]))]);
    const points = [
      [500, 700],
      [500, 200],
    ];
    const parameters = { lines: { door: { points } }, zones: { hall: { points: [...points, [800, 200]] } } };
    writeFileSync(run, JSON.stringify({ ...JSON.parse(readFileSync(run, 'utf8')), parameters }));
    const config = run.replace('.trajectories.json', '.yaml');
    writeFileSync(config, '# mine\nzones:\n  yard: { points: [[1, 9], [90, 9], [50, 90]] }\n');
    const { file } = await openSubject(run, {});
    expect(file.path).toBe(config);
    const { drawing, version } = await file.read();
    expect([drawing.zones, drawing.lines].map(([{ name, was }]) => [name, was])).toEqual([
      ['yard', 'yard'],
      ['door', undefined],
    ]);
    await file.save(drawing, version);
    expect(readFileSync(config, 'utf8')).toBe(
      '# mine\nzones:\n  yard: { points: [[1, 9], [90, 9], [50, 90]] }\nlines:\n  door: { points: [[500, 700], [500, 200]] }\n',
    );
    await expect(file.save(drawing, version)).rejects.toThrow('was changed by another program; nothing is written');
  });
});
