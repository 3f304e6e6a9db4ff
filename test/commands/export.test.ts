import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJsonSink } from '../../src/trajectories/index.ts';
import { person, walk } from '../analytics/paths.ts';
import { writeRun } from '../report/runs.ts';
import { frame, RUN } from '../trajectories/frames.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { failure, start, twintrack } from './cli.ts';

const folder = temporaryFolder();
const PEOPLE = [person(1, walk([100, 400, 0], [900, 400, 8])), person(2, walk([900, 500, 1], [100, 500, 9]))];
const GROUND = `
calibration:
  unit: degrees
  points:
    - { image: [100, 800], ground: [11.57, 48.14] }
    - { image: [900, 800], ground: [11.5702, 48.14] }
    - { image: [700, 200], ground: [11.5702, 48.1403] }
    - { image: [300, 200], ground: [11.57, 48.1403] }
`;

describe('twintrack export', () => {
  it.each(['csv', 'mot', 'coco', 'cvat', 'label-studio', 'parquet'])(
    '--to %s: writes beside the input and says so',
    async (format) => {
      const input = await writeRun(folder, PEOPLE);
      const run = await twintrack(['export', input, '--to', format]);
      const ending = { mot: '.mot.txt', coco: '.coco.json', cvat: '.cvat.xml', 'label-studio': '.label-studio.json' }[
        format
      ];
      const out = input.replace('.trajectories.json', ending ?? `.${format}`);
      expect(run).toEqual({ status: 0, signal: null, stdout: '', stderr: `${out}: 162 observations of 2 people\n` });
      expect(existsSync(out)).toBe(true);
    },
  );

  it('writes over nothing of the run', async () => {
    const input = await writeRun(folder, PEOPLE);
    const before = readFileSync(input, 'utf8');
    expect(await twintrack(['export', input, '--to', 'csv', '--out', input])).toEqual(
      failure(`${input}: is the input, which would be lost; name another file to write`),
    );
    expect(readFileSync(input, 'utf8')).toBe(before);
    const text = input.replace('.trajectories.json', '.mot.txt');
    writeFileSync(text, 'of the tracker');
    expect(await twintrack(['export', input, '--to', 'mot'])).toEqual(
      failure(`${text}: is there already; add --overwrite, or name another --out`),
    );
    expect(readFileSync(text, 'utf8')).toBe('of the tracker');
    expect((await twintrack(['export', input, '--to', 'mot', '--overwrite'])).status).toBe(0);
    expect(readFileSync(text, 'utf8')).toMatch(/^1,1,/);
  });

  it('mot is the same to the evaluator', async () => {
    const input = await writeRun(folder, PEOPLE);
    const out = join(folder, 'all.txt');
    await twintrack(['export', input, '--to', 'mot', '--out', out]);
    const { stdout } = await twintrack(['evaluate', '--gt', out, '--results', input, '--json']);
    const [{ HOTA, MOTA, IDF1 }] = Object.values<Record<string, number>>(JSON.parse(stdout));
    expect([HOTA, MOTA, IDF1]).toEqual([100, 100, 100]);
  });

  it('geojson takes the calibration of the config file, or of the run', async () => {
    const config = join(folder, 'ground.yaml');
    writeFileSync(config, GROUND);
    const input = await writeRun(folder, PEOPLE);
    const out = join(folder, 'ways.geojson');
    expect((await twintrack(['export', input, '--to', 'geojson', '--config', config, '--out', out])).status).toBe(0);
    const ways = JSON.parse(readFileSync(out, 'utf8'));
    expect(ways.features.length).toBe(2);
    const [longitude, latitude] = ways.features[0].geometry.coordinates[0];
    expect([longitude > 11.569 && longitude < 11.571, latitude > 48.139 && latitude < 48.141]).toEqual([true, true]);
    const { parse } = await import('yaml');
    const inside = join(folder, 'inside.trajectories.json');
    const sink = await openJsonSink(inside, { ...RUN, parameters: parse(GROUND) });
    await sink.write(frame(0, 0, [[1, 300, 300, 20, 60, 0.9, true]]));
    await sink.close();
    expect((await twintrack(['export', inside, '--to', 'geojson'])).status).toBe(0);
  });

  it('says in one line what is wrong', async () => {
    const input = await writeRun(folder, PEOPLE);
    expect(await twintrack(['export', input, '--to', 'geojson'])).toEqual(
      failure('calibration: is not given, and GeoJSON needs places; make one with "twintrack calibrate"'),
    );
    expect(await twintrack(['export', 'none.json', '--to', 'csv'])).toEqual(
      failure('none.json: does not exist; check the name'),
    );
    expect((await twintrack(['export', input])).status).toBe(2);
    expect((await twintrack(['export', input, '--to', 'xls'])).status).toBe(2);
    const out = join(folder, 'no/such/folder.csv');
    expect(await twintrack(['export', input, '--to', 'csv', '--out', out])).toEqual(
      failure(`${out}: cannot be written: its folder does not exist; create the folder`),
    );
  });

  it('leaves no file when it is interrupted', async () => {
    const input = join(folder, 'long.trajectories.json');
    const sink = await openJsonSink(input, RUN);
    for (let index = 0; index < 8000; index++) {
      const rows = Array.from(
        { length: 25 },
        (_, i) => [25 * Math.floor(index / 10) + i, i, 2, 3, 4, 0.5, true] as never,
      );
      await sink.write(frame(index, index / 10, rows));
      if (index % 10 === 9) for (let i = 0; i < 25; i++) await sink.end(25 * Math.floor(index / 10) + i);
    }
    await sink.close();
    const before = readdirSync(folder).sort();
    const out = join(folder, 'long.csv');
    const running = start(['export', input, '--to', 'csv', '--out', out]);
    const begun = () => readdirSync(folder).some((name) => name.startsWith('.twintrack-'));
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
    process.kill(running.pid, 'SIGINT');
    const { status, stderr } = await running.ended;
    expect([status, stderr]).toEqual([130, 'twintrack: interrupted; closing the outputs (again to quit at once)\n']);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});
