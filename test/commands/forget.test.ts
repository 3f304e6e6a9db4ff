import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSiamese } from '../../src/appearance/siamese.ts';
import { readPatchIndex } from '../../src/search/index.ts';
import type { SiteRun } from '../../src/site/index.ts';
import { writeColourModel } from '../appearance/colour-model.ts';
import { makeClip, temporaryFolder } from '../video/clips.ts';
import { boxesOf, failure, namesIn, readJson, twintrack } from './cli.ts';
import { writePeopleClip } from './people-clip.ts';
import { ANNE, BERT, CARL, type Seen, writeTracked } from './tracked.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const idsIn = (index: string) => readJson(index).trajectories.map(({ id }: { id: number }) => id);

describe('twintrack forget, of a run', () => {
  const patches = path('run/people.patches');
  let query: string;

  beforeAll(async () => {
    const { video, boxes } = await writePeopleClip(folder);
    const model = ['--set', `appearance.model=${writeColourModel(path('model'))}`];
    const args = ['track', video, ...boxesOf(boxes), ...model, '--no-annotate', '--out', path('run')];
    expect((await twintrack([...args, '--save-patches'])).status).toBe(0);
    query = makeClip(path('query.png'), 'color=red:s=90x200:d=1', '-frames:v', '1');
    expect((await twintrack(['search', query, path('run')])).status).toBe(0);
  });

  it('--dry-run prints what it would delete, and leaves all', async () => {
    const before = [namesIn(path('run')), namesIn(patches), readFileSync(join(patches, 'index.json'), 'utf8')];
    const { status, stdout, stderr } = await twintrack(['forget', '2', path('run'), '--dry-run']);
    expect([status, stderr]).toEqual([0, '']);
    const { length } = (await readPatchIndex(patches)).trajectories.find(({ id }) => id === 2)!.patches;
    expect(stdout).toBe(
      `would delete ${join(patches, 'index.json')}: ${length} embeddings, ${length} pictures\n` +
        `would delete ${path('run/query.search.png')}: contact sheet\n`,
    );
    expect([namesIn(path('run')), namesIn(patches), readFileSync(join(patches, 'index.json'), 'utf8')]).toEqual(before);
  });

  it('deletes pictures, embeddings and sheets of one person, and nothing of others', async () => {
    const { trajectories } = await readPatchIndex(patches);
    const others = trajectories.filter(({ id }) => id !== 2);
    const kept = others.flatMap((one) => one.patches.map(({ file }) => file));
    const { status, stdout, stderr } = await twintrack(['forget', '2', path('run')]);
    expect([status, stderr, stdout.split('\n').length]).toEqual([0, '', 3]);
    expect(stdout).toMatch(/^deleted .*index\.json: \d embeddings, \d pictures\ndeleted .*query\.search\.png: /);
    expect(namesIn(patches)).toEqual([...kept, 'index.json'].sort());
    expect((await readPatchIndex(patches)).trajectories).toEqual(others);
    expect(namesIn(path('run'))).toEqual(['people.mot.txt', 'people.patches', 'people.trajectories.json']);
    const search = await twintrack(['search', query, path('run'), '--json']);
    const { results } = JSON.parse(search.stdout);
    expect(results.map(({ id }: { id: number }) => id).sort()).toEqual([1, 3]);
    // a second time there is nothing, and the sheet of the others stays
    expect(await twintrack(['forget', '2', path('run')])).toEqual(
      failure(`${path('run')}: holds no embeddings or patches of a person 2; check the id and the folder`),
    );
    expect(existsSync(path('run/query.search.png'))).toBe(true);
  });

  it('asks which video, where several have such an id', async () => {
    const index = { ...readJson(join(patches, 'index.json')), source: 'other.mp4' };
    writeFileSync(path('run/other.embeddings.json'), JSON.stringify(index));
    expect(await twintrack(['forget', '3', path('run')])).toEqual(
      failure(
        `forget: several videos have a person 3; name one: ${path('run/other.trajectories.json')} or ${path('run/people.trajectories.json')}`,
        2,
      ),
    );
    writeFileSync(path('run/000001.jpg'), 'of something else');
    const { status, stdout } = await twintrack(['forget', '3', path('run/other.trajectories.json')]);
    expect(stdout).toMatch(/other\.embeddings\.json: \d embeddings\n/);
    expect(existsSync(path('run/000001.jpg'))).toBe(true);
    expect([status, idsIn(path('run/other.embeddings.json')), idsIn(join(patches, 'index.json'))]).toEqual([
      0,
      [1],
      [1, 3],
    ]);
  });

  it('deletes nothing where an index cannot be read', async () => {
    const names = namesIn(patches);
    writeFileSync(path('run/other.embeddings.json'), '{}');
    const { status, stderr } = await twintrack(['forget', '1', path('run')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^twintrack: .*other\.embeddings\.json: is no index of embeddings: .*\n$/);
    expect(namesIn(patches)).toEqual(names);
    rmSync(path('run/other.embeddings.json'));
  });

  it('says in one line what is wrong', async () => {
    expect(await twintrack(['forget', '1', path('gone')])).toEqual(
      failure(
        `${path('gone')}: does not exist; name the folder given to "twintrack track --out" or "twintrack link --out"`,
      ),
    );
    for (const id of ['anne', '1.5', '-1']) {
      const { status, stderr } = await twintrack(['forget', '--', id, path('run')]);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^twintrack: .*a whole number from 0.*\n$/)]);
    }
  });
});

describe('twintrack forget, of a site', () => {
  const hall: Seen[] = [
    [1, 0, 10, 590, ANNE],
    [2, 5, 15, 590, BERT],
    [3, 60, 70, 590, ANNE],
  ];
  const yard: Seen[] = [
    [1, 20, 30, 10, ANNE],
    [2, 27, 40, 10, BERT],
    [3, 22, 35, 300, CARL],
  ];

  beforeAll(async () => {
    const model = await loadSiamese();
    await model.close();
    for (const [name, people] of [
      ['hall', hall],
      ['yard', yard],
    ] as const) {
      mkdirSync(path(name));
      await writeTracked(path(name), name, people, model.sha256);
    }
    // of the hall the patches were saved
    mkdirSync(path('hall/hall.patches'));
    const index = readJson(path('hall/hall.embeddings.json'));
    let count = 0;
    for (const { patches } of index.trajectories)
      for (const patch of patches) {
        patch.file = `${String(++count).padStart(6, '0')}.jpg`;
        writeFileSync(path(`hall/hall.patches/${patch.file}`), 'a picture');
      }
    writeFileSync(path('hall/hall.patches/index.json'), JSON.stringify(index));
    rmSync(path('hall/hall.embeddings.json'));
    writeFileSync(path('yard/guest.search.png'), 'a sheet');
    writeFileSync(path('hall/hall.report.html'), 'a report');
    writeFileSync(path('hall/late.resume'), 'a log');
    const files = ['hall/hall.trajectories.json', 'yard/yard.trajectories.json'];
    expect((await twintrack(['link', ...files.map(path), '--out', path('site')])).status).toBe(0);
    writeFileSync(path('site/site.report.html'), 'a report');
  });

  it('deletes what the cameras have of a person', async () => {
    const site: SiteRun = readJson(path('site/site.json'));
    expect(site.cameras.map(({ trajectories }) => trajectories)).toEqual([
      join('../hall/hall.trajectories.json'),
      join('../yard/yard.trajectories.json'),
    ]);
    expect(site.people[0].tracklets.map(({ camera, id }) => `${camera} ${id}`)).toEqual(['hall 1', 'yard 1', 'hall 3']);
    const { status, stdout, stderr } = await twintrack(['forget', '1', path('site')]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      `deleted ${path('hall/hall.patches/index.json')}: 4 embeddings, 4 pictures`,
      `deleted ${path('yard/yard.embeddings.json')}: 2 embeddings`,
      `deleted ${path('hall/hall.report.html')}: report`,
      `deleted ${path('hall/late.resume')}: what an interrupted run has found`,
      `deleted ${path('yard/guest.search.png')}: contact sheet`,
      `deleted ${path('site/site.report.html')}: report`,
      '',
    ]);
    expect(namesIn(path('hall/hall.patches'))).toEqual(['000003.jpg', '000004.jpg', 'index.json']);
    expect([idsIn(path('hall/hall.patches/index.json')), idsIn(path('yard/yard.embeddings.json'))]).toEqual([
      [2],
      [2, 3],
    ]);
    expect(namesIn(path('yard'))).toEqual(['yard.embeddings.json', 'yard.trajectories.json']);
    expect(await twintrack(['forget', '1', path('site')])).toEqual(
      failure(`${path('site')}: no embeddings or patches of person 1 are saved; they may be deleted already`),
    );
    // the rest can still be linked
    const files = ['hall/hall.trajectories.json', 'yard/yard.trajectories.json'];
    expect((await twintrack(['link', ...files.map(path), '--out', path('again')])).status).toBe(0);
  });

  it('takes a folder that was deleted as empty, and says what is wrong', async () => {
    expect(await twintrack(['forget', '9', path('site')])).toEqual(
      failure(`${path('site/site.json')}: has no person 9; its people are 1 to 3`),
    );
    renameSync(path('yard'), path('elsewhere'));
    const { status, stdout } = await twintrack(['forget', '2', path('site')]);
    expect([status, stdout]).toEqual([
      0,
      `deleted ${path('hall/hall.patches/index.json')}: 2 embeddings, 2 pictures\n`,
    ]);
    mkdirSync(path('old'));
    copyFileSync(path('site/walking-times.csv'), path('old/site.json'));
    const { stderr } = await twintrack(['forget', '1', path('old')]);
    expect(stderr).toMatch(/old\/site\.json: is no result of link: .*; run "twintrack link" again\n$/);
  });
});
