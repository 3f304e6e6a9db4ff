import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSiamese } from '../../src/appearance/siamese.ts';
import type { FoundPerson, SiteRun } from '../../src/site/index.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { examplesIn, installBuilt, runExample } from '../jsdoc.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runFfmpeg } from '../video/clips.ts';
import { failure, readJson, SAMPLE, twintrack } from './cli.ts';
import { ANNE, BERT, CARL, type Seen, writeTracked } from './tracked.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  const model = await loadSiamese();
  await model.close();
  const hall: Seen[] = [
    [1, 0, 10, 590, ANNE],
    [2, 5, 15, 590, BERT],
    [3, 60, 70, 590, ANNE], // who comes back
  ];
  const yard: Seen[] = [
    [1, 20, 30, 10, ANNE],
    [2, 27, 40, 10, BERT],
    [3, 22, 35, 300, CARL],
  ];
  await writeTracked(folder, 'hall', hall, model.sha256);
  await writeTracked(folder, 'yard', yard, model.sha256);
  await writeTracked(folder, 'other', yard, '0'.repeat(64));
});

const FILES = () => [path('hall.trajectories.json'), path('yard.trajectories.json')];
const tracks = ({ people }: SiteRun) => people.map((one) => one.tracklets.map(({ camera, id }) => `${camera} ${id}`));

describe('twintrack link', () => {
  it('gives people one id over two cameras, in all its files', async () => {
    const { status, stderr } = await twintrack(['link', ...FILES(), '--out', path('site')]);
    expect(status).toBe(0);
    expect(stderr).toContain('3 people in 2 cameras, 3 joins, 2 people in more than one');
    expect(stderr).toContain('hall to yard: 2 times');
    const site: SiteRun = readJson(path('site/site.json'));
    expect(tracks(site)).toEqual([['hall 1', 'yard 1', 'hall 3'], ['hall 2', 'yard 2'], ['yard 3']]);
    for (const { tracklets } of site.people)
      for (const [i, { confidence }] of tracklets.entries()) {
        if (i === 0) expect(confidence).toBeUndefined();
        else expect(confidence).toBeGreaterThan(0.7);
      }
    const hall = await readTrajectories(path('site/hall.trajectories.json'));
    expect(hall.trajectories.map(({ id, frames }) => [id, frames.length])).toEqual([
      [1, 22],
      [2, 11],
    ]);
    const yard = await readTrajectories(path('site/yard.trajectories.json'));
    expect(yard.trajectories.map(({ id }) => id).sort()).toEqual([1, 2, 3]);
    const [head, ...rows] = readFileSync(path('site/walking-times.csv'), 'utf8').trim().split('\r\n');
    expect(head).toBe('person,from,to,left,arrived,seconds,confidence');
    expect(rows[0]).toMatch(/^1,hall,yard,10,20,10,0\.\d+$/);
    expect(rows.length).toBe(3);
  });

  it('has people whom a picture is searched for among, by the patches of all cameras', async () => {
    runFfmpeg('-i', SAMPLE, '-frames:v', '1', '-vf', 'crop=38:92:498:150', path('guest.jpg'));
    const { status, stdout } = await twintrack(['search', path('guest.jpg'), path('site'), '--json']);
    expect(status).toBe(0);
    const { results } = JSON.parse(stdout) as { results: FoundPerson[] };
    expect(results.map(({ id, cameras }) => [id, ...cameras]).sort()).toEqual([
      [1, 'hall', 'yard'],
      [2, 'hall', 'yard'],
      [3, 'yard'],
    ]);
    for (const { similarity, patches } of results) {
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(patches).toEqual([]); // embeddings alone were saved
    }
  });

  it('takes clocks, zones and ways from a site file', async () => {
    mkdirSync(path('config'));
    writeFileSync(
      path('config/site.yaml'),
      `cameras:
  hall:
    trajectories: ../hall.trajectories.json
    offset: 0
    zones: { exit: { points: [[540, 0], [640, 0], [640, 480], [540, 480]] } }
  yard:
    offset: 5
    zones: { in: { points: [[0, 0], [100, 0], [100, 480], [0, 480]] } }
links: [{ from: hall.exit, to: yard.in, seconds: [5, 25] }]
`,
    );
    const args = ['link', FILES()[1], '--site', path('config/site.yaml'), '--out', path('site2'), '--json'];
    const { status, stdout } = await twintrack(args);
    expect(status).toBe(0);
    const site: SiteRun = JSON.parse(stdout);
    expect(site.cameras.map(({ offset }) => offset)).toEqual([0, 5]);
    expect(tracks(site)[0].slice(0, 2)).toEqual(['hall 1', 'yard 1']);
    expect(site.people[0].tracklets[1].from).toBe(25);
    expect(site.ways).toContainEqual(expect.objectContaining({ from: 'hall.exit', to: 'yard.in', people: 2 }));
  });

  it('has examples that run', () => {
    installBuilt(folder);
    const [linking] = examplesIn('src/site/link-site.ts');
    expect(runExample(linking, folder).printed).toEqual(['1 hall → yard → hall', '2 hall → yard', '3 yard']);
    writeFileSync(path('site.yaml'), 'cameras: { hall: , yard: { offset: 2 } }\nlinks: [{ from: hall, to: yard }]');
    const [reading] = examplesIn('src/site/site-file.ts');
    expect(runExample(reading, folder).printed).toEqual(['hall 0 1', 'yard 2 0']);
  });

  it('says what is wrong in one line', async () => {
    const out = ['--out', path('none')];
    expect(await twintrack(['link', ...out])).toEqual(
      failure('link: no trajectories; name the files of two cameras or more', 2),
    );
    const twice = await twintrack(['link', FILES()[0], FILES()[0], ...out]);
    expect(twice).toEqual(failure('link: two files are called hall; name their cameras in a site file', 2));
    const { stderr } = await twintrack(['link', FILES()[0], path('other.trajectories.json'), ...out]);
    expect(stderr).toMatch(/other\.trajectories\.json: its embeddings are made by another network than those of hall/);
    const inPlace = await twintrack(['link', ...FILES(), '--out', folder]);
    expect(inPlace.stderr).toContain('is the input, which would be lost');
    const none = await twintrack(['link', path('gone.trajectories.json'), ...out]);
    expect(none.stderr).toContain('gone.trajectories.json: does not exist');
  });
});
