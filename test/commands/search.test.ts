import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeColourModel } from '../appearance/colour-model.ts';
import { writeGreyNetwork, writeGreyPeople } from '../appearance/grey-people.ts';
import { makeClip, readAll, runFfmpeg, temporaryFolder } from '../video/clips.ts';
import { boxesOf, failure, namesIn, readJson, SAMPLE, twintrack } from './cli.ts';
import { CLOTHES, writePeopleClip } from './people-clip.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const model = writeColourModel(path('model'));
const setModel = ['--set', `appearance.model=${model}`];
let people: { video: string; boxes: string };
/** What was printed of the first run. */
let first: Awaited<ReturnType<typeof track>>;

/** A picture of one colour. */
const picture = (name: string, colour: string, size = '90x200') =>
  makeClip(path(name), `color=${colour}:s=${size}:d=1`, '-frames:v', '1');

async function track(out: string, ...args: string[]) {
  const { status, stdout, stderr } = await twintrack([
    ...[
      'track',
      people.video,
      ...boxesOf(people.boxes),
      ...setModel,
      '--save-patches',
      '--json',
      '--out',
      path(out),
      ...args,
    ],
  ]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^twintrack: .*: all 120 scores are 0\.9, .*\n$/);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  people = await writePeopleClip(folder);
  first = await track('on-line', '--online', '--no-annotate');
});

/** A copy of the first run, to change. */
const copyOfRun = (name: string) => cpSync(path('on-line'), path(name), { recursive: true });

describe('twintrack similarity', () => {
  it('compares pictures of any size and format', async () => {
    const [red, dark, blue] = [
      picture('red.jpg', '0xff0000'),
      picture('dark.png', '0xf8060a', '33x501'),
      picture('blue.webp', 'blue', '800x600'),
    ];
    const same = await twintrack(['similarity', red, dark, ...setModel]);
    expect(same).toMatchObject({ status: 0, stderr: '' });
    expect(same.stdout).toMatch(/^0\.9\d\d {2}the same person\n$/);
    const { stdout } = await twintrack(['similarity', red, blue, '--json', ...setModel]);
    expect(JSON.parse(stdout)).toEqual({ a: red, b: blue, similarity: expect.any(Number), verdict: 'different' });
  });

  it('with the shipped network, says of a picture that it is the same as itself', async () => {
    runFfmpeg('-i', SAMPLE, '-frames:v', '1', '-vf', 'crop=38:92:498:150', path('person.png'));
    const { stdout } = await twintrack(['similarity', path('person.png'), path('person.png'), '--json']);
    const { similarity, verdict } = JSON.parse(stdout);
    expect(similarity).toBeGreaterThan(0.9);
    expect(verdict).toBe('same');
  });

  it('says which picture cannot be read', async () => {
    const red = picture('red2.jpg', 'red');
    expect(await twintrack(['similarity', red, path('none.jpg')])).toEqual(
      failure(`${path('none.jpg')}: does not exist; check the path`),
    );
    writeFileSync(path('broken.jpg'), 'no picture at all');
    const broken = await twintrack(['similarity', path('broken.jpg'), red]);
    expect(broken).toMatchObject({ status: 1, stdout: '' });
    expect(broken.stderr).toMatch(new RegExp(`^twintrack: ${path('broken.jpg')}: .*\\n$`));
    expect((await twintrack(['similarity', red])).status).toBe(2);
  });
});

describe('twintrack calibrate-similarity', () => {
  it('writes the network with what its similarity means in these pictures', async () => {
    const crops = writeGreyPeople(path('crops'));
    const out = path('calibrated');
    const { status, stdout } = await twintrack(['calibrate-similarity', crops, '--out', out, '--model', model]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^48 pictures of 8 people\n/);
    expect(stdout).toContain('one camera: too few pairs, the scale stays as it is');
    expect(stdout).toContain('two cameras: 72 pairs of one person, 504 of two');
    const { oneCamera, twoCameras } = readJson(join(out, 'siamese-calibration.json'));
    expect(oneCamera.even).toBe(0);
    expect(twoCameras.weight).toBeGreaterThan(0);
    const [a, b] = [join(crops, '3_a0.png'), join(crops, '3_b0.png')];
    const judged = await twintrack([
      'similarity',
      a,
      b,
      '--cameras',
      'two',
      '--json',
      '--set',
      `appearance.model=${out}`,
    ]);
    expect(JSON.parse(judged.stdout).verdict).toBe('same');
    const own = writeGreyNetwork(path('own.onnx'));
    const uncalibrated = await twintrack(['similarity', a, b, '--set', `appearance.model=${own}`]);
    expect(uncalibrated.stderr).toContain('is not calibrated; run "twintrack calibrate-similarity CROPS --model');
    const mine = await twintrack(['calibrate-similarity', crops, '--model', own, '--out', path('mine')]);
    expect(mine.stdout).toMatch(/^48 pictures of 8 people, fed as \w+\n/);
    const setMine = ['--cameras', 'two', '--json', '--set', `appearance.model=${path('mine')}`];
    const [same, other] = [
      await twintrack(['similarity', a, b, ...setMine]),
      await twintrack(['similarity', a, join(crops, '7_b0.png'), ...setMine]),
    ];
    expect(JSON.parse(other.stdout).verdict).toBe('different');
    expect(JSON.parse(same.stdout).similarity).toBeGreaterThan(0.3);
    const refused = await twintrack(['calibrate-similarity', path('none'), '--out', out]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('none')]);
  });
});

describe('twintrack search', () => {
  it.each([
    ['on-line', CLOTHES.length],
    ['refined and drawn', 1],
  ] as const)('finds the people of a run that was tracked %s', async (name, asked) => {
    const { files, trajectories } = name === 'on-line' ? first : await track(name);
    expect(trajectories).toBe(3);
    expect(files.patches).toBe(path(`${name}/people.patches`));
    for (const [i, colour] of ['red', '0x00ff00', 'blue'].slice(0, asked).entries()) {
      const query = picture(`query ${i}.png`, colour);
      const { status, stdout, stderr } = await twintrack(['search', query, path(name), '--json']);
      expect([status, stderr]).toEqual([0, '']);
      const { results, sheet } = JSON.parse(stdout);
      const ids = results.map(({ id }: { id: number }) => id);
      expect([...ids].sort()).toEqual([1, 2, 3]);
      const [best, next] = results;
      const rows = readFileSync(path(`${name}/people.mot.txt`), 'utf8')
        .split('\n')
        .map((line) => line.split(',').map(Number));
      const y = rows.find(([frame, id]) => frame === 20 && id === best.id)![3];
      expect(Math.round((y - 6) / 78)).toBe(i);
      expect(best).toMatchObject({ source: 'people.mp4', verdict: 'same' });
      const shown = rows.filter(([, id]) => id === best.id).map(([frame]) => (frame - 1) / 10);
      expect(best.from).toBeCloseTo(Math.min(...shown), 3);
      expect(best.to).toBeCloseTo(Math.max(...shown), 3);
      expect(next.verdict).toBe('different');
      // the patches and the sheet show the colour that was asked for
      expect(sheet).toBe(path(`${name}/query ${i}.search.png`));
      const { frames } = await readAll(sheet, { pixels: true });
      const { width, height, pixels } = frames[0];
      const chroma = (x: number, y: number) => {
        const at = width * height + (y >> 1) * ((width + 1) >> 1) + (x >> 1);
        return [pixels![at], pixels![at + ((width + 1) >> 1) * ((height + 1) >> 1)]];
      };
      const asked = chroma(40, 90);
      const found = chroma(40, 90 + 158);
      expect(Math.hypot(asked[0] - 128, asked[1] - 128)).toBeGreaterThan(60);
      expect(Math.hypot(asked[0] - found[0], asked[1] - found[1])).toBeLessThan(25);
    }
  });

  it('prints a table, and searches all videos of a folder', async () => {
    copyOfRun('several');
    copyFileSync(people.video, path('other.mp4'));
    await twintrack([
      'track',
      path('other.mp4'),
      ...boxesOf(people.boxes),
      ...setModel,
      '--save-patches',
      '--no-annotate',
      '--out',
      path('several'),
    ]);
    const { status, stdout, stderr } = await twintrack(['search', picture('who.png', 'blue'), path('several')]);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(
      lines
        .slice(0, 2)
        .map((line) => line.split('  ').at(-1))
        .sort(),
    ).toEqual(['other.mp4', 'people.mp4']);
    expect(lines[0]).toMatch(/^\d\.\d{3} {2}the same person {3}person 3 {2}0:00 to 0:04 {2}\w+\.mp4$/);
    expect(stderr).toBe(`${path('several/who.search.png')}\n`);
    // one folder of patches by itself
    for (let time = 0; time < 2; time++) {
      const one = await twintrack(['search', path('who.png'), path('several/other.patches'), '--json']);
      const { results, sheet } = JSON.parse(one.stdout);
      expect(results).toHaveLength(3);
      expect(sheet).toBe(path('several/who.search.png'));
    }
  });

  it('a run without patches, another network, and options that do not fit are refused', async () => {
    const query = picture('whoever.png', 'red');
    mkdirSync(path('empty'));
    expect(await twintrack(['search', query, path('empty')])).toEqual(
      failure(
        `${path('empty')}: holds no patches (<name>.patches); name the folder given to "twintrack track --save-patches --out"`,
      ),
    );
    copyOfRun('changed');
    const index = path('changed/people.patches/index.json');
    writeFileSync(
      index,
      JSON.stringify({ ...readJson(index), model: { name: model, sha256: 'other', dimensions: 3 } }),
    );
    const { status, stderr } = await twintrack(['search', query, path('changed')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /made with another network than .* is now; track again with --save-patches or --save-embeddings\n$/,
    );
    const off = await twintrack(['track', people.video, '--save-patches', '--set', 'appearance.mode=off']);
    expect(off).toEqual(failure('--save-patches: no patches are cut with appearance.mode=off; leave that out', 2));
    const hidden = await twintrack(['track', people.video, '--save-patches', '--anonymize']);
    expect(hidden).toEqual(
      failure('--save-patches: the pictures would show the people whom --anonymize hides; use --save-embeddings', 2),
    );
    const blind = await twintrack(['track', ...boxesOf(people.boxes), '--fps', '10', '--save-patches']);
    expect(blind).toEqual(failure('--save-patches: there are no pictures to save without a video; name one', 2));
  });

  it('prints what it found also where the sheet cannot be written', async () => {
    const query = picture('sheet.png', 'red');
    mkdirSync(path('several/sheet.search.png/in-the-way'), { recursive: true });
    for (const more of [[], ['--json']]) {
      const { status, stdout, stderr } = await twintrack(['search', query, path('several'), ...more]);
      expect([status, stdout.includes('person') || stdout.includes('"id"')]).toEqual([1, true]);
      expect(stderr).toMatch(/sheet\.search\.png: cannot be written.*\n$/);
    }
    rmSync(path('several/sheet.search.png'), { recursive: true });
  });

  it('leaves no folder of patches behind when the run fails', async () => {
    mkdirSync(path('blocked/people.annotated.mp4'), { recursive: true });
    const run = await twintrack([
      ...['track', people.video, ...boxesOf(people.boxes), ...setModel, '--save-patches', '--out', path('blocked')],
    ]);
    expect(run.status).toBe(1);
    expect(namesIn(path('blocked'))).toEqual(['people.annotated.mp4']);
  });
});
