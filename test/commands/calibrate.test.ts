import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { failure, twintrack } from './cli.ts';

const folder = temporaryFolder();
const POINTS = ['100,500=0,0', '700,500=8,0', '560,200=8,20', '220,200=0,20'];
const flags = (points: string[]) => points.flatMap((point) => ['--point', point]);

describe('twintrack calibrate', () => {
  it('takes points as flags, and as a file in several spellings', async () => {
    const byFlags = await twintrack(['calibrate', ...flags(POINTS), '--json']);
    const { homography, residuals, rms } = JSON.parse(byFlags.stdout);
    expect([homography.length, residuals.length]).toEqual([9, 4]);
    expect(rms).toBeLessThan(1e-9);
    const file = join(folder, 'points.csv');
    writeFileSync(
      file,
      'x,y,X,Y\n100,500,0,0\n700 500 8 0\n# a comment\n\n560;200;8;20 # far right\n220, 200, 0, 20\n',
    );
    expect(JSON.parse((await twintrack(['calibrate', file, '--json'])).stdout).homography).toEqual(homography);
  });

  it('prints how far off each point comes out, and writes a config file that it reads again', async () => {
    const out = join(folder, 'ground.yaml');
    const args = ['calibrate', ...flags([...POINTS, '380,300=4,11']), '--origin', '11.57,48.14,30', '--out', out];
    const { status, stdout, stderr } = await twintrack(args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {7}picture \(pixels\) .*\n {2}1 .* 100, 500 .* 0, 0 .*\n/);
    expect(stdout).toMatch(/root mean square 0\.\d+ m\n$/);
    const config = readFileSync(out, 'utf8');
    expect(config).toContain('    - { image: [380, 300], ground: [4, 11] }\n');
    expect(config).toContain('  origin: { longitude: 11.57, latitude: 48.14, heading: 30 }\n');
    expect((await twintrack(['calibrate', out])).stdout).toBe(stdout);
    expect(await twintrack(['calibrate', out, '--unit', 'degrees'])).toEqual(
      failure(`${out}: says itself what --unit and --origin would; change it there`, 2),
    );
    expect(await twintrack(['calibrate', out, '--out', out])).toEqual(
      failure(`${out}: is the input, which would be lost; name another file to write`),
    );
    expect(readFileSync(out, 'utf8')).toBe(config);
    expect((await twintrack(['calibrate', ...flags(POINTS)])).stdout).toContain('Four points always fit: add more');
  });

  it.each([
    [[], 'calibrate: give the points as a file or with --point; for example --point 100,500=0,0', 2],
    [flags(POINTS.slice(1)), 'calibration.points: four points or more determine the ground', 2],
    [flags(['1,2=3']), '--point 1,2=3: not 4 numbers; for example 100,500=0,0', 2],
    [[...flags(POINTS), '--origin', 'here'], '--origin here: not 2 or 3 numbers; for example 11.57,48.14', 2],
    [
      flags(['0,0=0,0', '1,1=1,1', '2,2=2,2', '3,3=3,3']),
      'calibration.points: do not determine the ground: too many lie on one line, coincide, or are mixed up; give four corners of an area, each with the place it shows',
      1,
    ],
  ])('%j: is refused', async (args, line, status) => {
    expect(await twintrack(['calibrate', ...args])).toEqual(failure(line, status));
  });

  it('names the line of a file that does not fit', async () => {
    const file = join(folder, 'bad.csv');
    writeFileSync(file, '100,500,0,0\n700,500,eight,0\n');
    expect(await twintrack(['calibrate', file])).toEqual(
      failure(`${file}: line 2: not 4 numbers; for example 100,500=0,0`, 2),
    );
  });
});
