import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTrajectories, writeTrajectories } from '../../src/trajectories/index.ts';
import { person, walk } from '../analytics/paths.ts';
import { makeVideo, writeRun } from '../report/runs.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { makeClip } from '../video/clips.ts';
import { boxesOf, failure, twintrack, writeWalkers } from './cli.ts';

const folder = temporaryFolder();
const PEOPLE = [person(1, walk([100, 400, 0], [900, 400, 8]))];
const DOOR = 'lines.door={points: [[0.5, 0.9], [0.5, 0.1]], unit: ratio}';

describe('twintrack report', () => {
  it('writes the page with lines of --set, and finds the video beside the file', async () => {
    const input = await writeRun(folder, PEOPLE, { name: 'clip.mp4' });
    makeVideo(join(dirname(input), 'clip.mp4'));
    const out = join(folder, 'report.html');
    const { status, stdout, stderr } = await twintrack(['report', input, '--out', out, '--set', DOOR]);
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toBe(`${out}: 1 person, 0.1 MB, pictures from ${join(dirname(input), 'clip.mp4')}\n`);
    expect(readFileSync(out, 'utf8')).toMatch(/<td>door<td class="n">1<td class="n">0/);
    const without = await twintrack(['report', input, '--no-video']);
    const beside = input.replace('.trajectories.json', '.report.html');
    expect(without.stderr).toBe(`${beside}: 1 person, 0.1 MB, without pictures\n`);
    expect(readFileSync(beside, 'utf8')).not.toContain('image/jpeg');
    const away = await twintrack(['report', await writeRun(folder, PEOPLE, { name: 'away.mp4' })]);
    expect(away.stderr).toContain(
      ': 1 person, 0.1 MB, without pictures, as away.mp4 is not beside it; name the video with --video\n',
    );
  });

  it('shows no picture of a run that is anonymised, and says why', async () => {
    const input = await writeRun(folder, PEOPLE, { name: 'clip.mp4' });
    const document = { ...(await readTrajectories(input)), anonymized: true };
    await writeTrajectories(input, document);
    const video = makeVideo(join(dirname(input), 'clip.mp4'));
    const out = join(folder, 'hidden.html');
    for (const named of [[], ['--video', video]]) {
      const { status, stderr } = await twintrack(['report', input, '--out', out, '--overwrite', ...named]);
      expect([status, stderr]).toEqual([0, `${out}: 1 person, 0.1 MB, without pictures, as the run is anonymised\n`]);
      const page = readFileSync(out, 'utf8');
      expect(page).not.toContain('image/jpeg');
      expect(page).toContain('The run is anonymised: no picture of its video is shown.');
    }
  });

  it('takes zones and lines of the run when none are given', async () => {
    const walkers = writeWalkers(join(folder, 'det.txt'), 60);
    const args = ['track', ...boxesOf(walkers), '--fps', '10', '--out', folder];
    const config = join(folder, 'zones.yaml');
    writeFileSync(config, 'lines: { gate: { points: [[80, 300], [80, 0]] } }');
    expect((await twintrack([...args, '--config', config])).status).toBe(0);
    const out = join(folder, 'det.html');
    const input = join(folder, 'det.trajectories.json');
    expect((await twintrack(['report', input, '--out', out])).status).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/<td>gate<td class="n">2<td class="n">0/);
    await twintrack([
      'report',
      input,
      '--out',
      out,
      '--overwrite',
      '--set',
      'lines.other={points: [[80, 0], [80, 300]]}',
    ]);
    expect(readFileSync(out, 'utf8')).not.toContain('gate');
    expect(readFileSync(out, 'utf8')).toMatch(/<td>other<td class="n">0<td class="n">2/);
  });

  it('has zones and lines of any name, through every file', async () => {
    const walkers = writeWalkers(join(folder, 'any.txt'), 60);
    const config = join(folder, 'any.yaml');
    const zone = '{ points: [[60, 0], [120, 0], [120, 300], [60, 300]] }';
    writeFileSync(config, `zones: { __proto__: ${zone}, constructor: ${zone} }\n`);
    const line = ['--set', 'lines.__proto__={points: [[80, 300], [80, 0]]}'];
    const args = ['track', ...boxesOf(walkers), '--fps', '10', '--out', folder, '--config', config, ...line];
    expect((await twintrack(args)).status).toBe(0);
    const input = join(folder, 'any.trajectories.json');
    const { zones, lines } = JSON.parse(readFileSync(input, 'utf8')).parameters;
    expect([Object.keys(zones), Object.keys(lines)]).toEqual([['__proto__', 'constructor'], ['__proto__']]);
    const out = join(folder, 'any.html');
    expect((await twintrack(['report', input, '--out', out])).status).toBe(0);
    const page = readFileSync(out, 'utf8');
    expect(page).toMatch(/<td>__proto__<td class="n">2<td class="n">0/); // the line
    expect(page.match(/<td>(__proto__|constructor)<td class="n">2/g)).toHaveLength(3);
  });

  it('says in one line what is wrong', async () => {
    const input = await writeRun(folder, PEOPLE);
    const bad = 'lines.door={points: [[0, 0], [1200, 0]]}';
    expect(await twintrack(['report', input, '--set', bad])).toEqual(
      failure(
        'lines.door.points: point 2 (1200, 0) lies outside the picture of 1000 × 800 pixels; give points of the source picture',
      ),
    );
    expect(await twintrack(['report', input, '--video', 'none.mp4'])).toEqual(
      failure('none.mp4: does not exist; check the path'),
    );
    expect(existsSync(input.replace('.trajectories.json', '.report.html'))).toBe(false);
    expect(await twintrack(['report', input, '--out', input])).toEqual(
      failure(`${input}: is the input, which would be lost; name another file to write`),
    );
    const one = 'lines.door={points: [[0, 0]]}';
    expect(await twintrack(['report', input, '--set', one])).toEqual(
      failure(`--set ${one}: lines.door.points: a line needs 2 points, not 1`, 2),
    );
  });
});

describe('twintrack track with zones and lines', () => {
  it('refuses one outside of the picture before it begins', async () => {
    const clip = makeClip(join(folder, 'short.mp4'), 'testsrc2=s=320x240:r=10:d=1', '-c:v', 'libx264');
    const out = join(folder, 'tracked');
    const bad = 'zones.hall={points: [[0, 0], [400, 0], [0, 100]]}';
    expect(await twintrack(['track', clip, '--out', out, '--set', bad])).toEqual(
      failure(
        'zones.hall.points: point 2 (400, 0) lies outside the picture of 320 × 240 pixels; give points of the source picture',
      ),
    );
    expect(existsSync(out)).toBe(false);
  });
});
