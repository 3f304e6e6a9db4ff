import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SiteRun } from '../../src/site/index.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { boxInSample, calibrations, inBoth, type Shown, VIEWS, type View } from '../street-views.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runFfmpeg } from '../video/clips.ts';
import { readJson, SAMPLE, twintrack } from './cli.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const FILES = VIEWS.map(({ name }) => path(`run/${name}.trajectories.json`));

beforeAll(async () => {
  const clips = VIEWS.map(({ name, filter }) => {
    const clip = path(`${name}.mp4`);
    runFfmpeg('-i', SAMPLE, '-t', '40', '-vf', filter, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', clip);
    return clip;
  });
  const { status } = await twintrack(['track', ...clips, '--out', path('run'), '--save-embeddings', '--no-annotate']);
  expect(status).toBe(0);
  writeFileSync(path('site.yaml'), JSON.stringify({ cameras: calibrations() }));
});

/** The people whom a camera sees in each frame, with their boxes in pixels of the sample. */
async function seenBy(view: View) {
  const { trajectories } = await readTrajectories(path(`site/${view.name}.trajectories.json`));
  const frames = new Map<number, Shown[]>();
  for (const { id, frames: numbers, boxes } of trajectories)
    for (const [i, frame] of numbers.entries())
      frames.set(frame, [...(frames.get(frame) ?? []), { person: id, box: boxInSample(view, boxes, i) }]);
  return frames;
}

describe('twintrack link of two cameras that see one floor', () => {
  it('has one id for a person over both, on the floor as well', async () => {
    const { status, stderr } = await twintrack(['link', ...FILES, '--site', path('site.yaml'), '--out', path('site')]);
    expect(stderr).toMatch(/^\S+: \d+ people in 2 cameras/);
    expect(status).toBe(0);
    const [west, east] = await Promise.all(VIEWS.map(seenBy));
    let [both, one] = [0, 0];
    for (const [frame, people] of west)
      for (const [{ person }, { person: again }] of inBoth(people, east.get(frame) ?? [])) {
        both++;
        if (again === person) one++;
      }
    expect(both).toBeGreaterThan(500);
    expect(one / both).toBeGreaterThanOrEqual(0.95);

    const site: SiteRun = readJson(path('site/site.json'));
    expect(site.overlapping).toEqual([VIEWS.map(({ name }) => name)]);
    const ids = new Set(site.people.map(({ id }) => id));
    const [head, ...lines] = readFileSync(path('site/floor.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('frame,id,X,Y,time');
    const rows = lines.map((line) => line.split(',').map(Number));
    expect(rows.every(([, id]) => ids.has(id))).toBe(true);
    expect(new Set(rows.map(([frame, id]) => `${frame} ${id}`)).size).toBe(rows.length);
    expect(rows.at(-1)![4]).toBeCloseTo(40, 0);
    // nobody walks from one camera to the other: both see one place
    expect(readFileSync(path('site/walking-times.csv'), 'utf8').trim().split('\r\n').length).toBe(1);
    expect(site.ways.filter(({ from, to }) => from !== to)).toEqual([]);
    const files = ['--site', path('site/floor.csv'), path('site/floor.csv'), '--json'];
    expect((await twintrack(['evaluate', ...files])).stdout).toContain('"IDF1":100,');
  });

  it('searches a picture among the people of both', async () => {
    runFfmpeg('-i', SAMPLE, '-frames:v', '1', '-vf', 'crop=38:92:498:150', path('guest.jpg'));
    const { stdout } = await twintrack(['search', path('guest.jpg'), path('site'), '--json']);
    const { results } = JSON.parse(stdout);
    const site: SiteRun = readJson(path('site/site.json'));
    const first = site.people.find(({ id }) => id === results[0].id)!;
    expect(new Set(first.tracklets.map(({ camera }) => camera)).size).toBe(2);
    expect(first.from).toBe(0);
  });

  it('says that cameras without calibration have two ids for whom both see', async () => {
    writeFileSync(
      path('bare.yaml'),
      JSON.stringify({ cameras: { west: {}, east: {} }, overlapping: [['west', 'east']] }),
    );
    const { status, stderr } = await twintrack(['link', ...FILES, '--site', path('bare.yaml'), '--out', path('bare')]);
    expect(status).toBe(0);
    expect(stderr).toContain('cameras west and east see one place, but west and east are not calibrated in metres');
  });
});
