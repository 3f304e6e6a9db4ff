import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSiamese } from '../../src/appearance/siamese.ts';
import { loadAssociation } from '../../src/association/model.ts';
import { TwintrackError } from '../../src/core/errors.ts';
import { readDetections } from '../../src/detection/mot-detections.ts';
import { loadParameters } from '../../src/engine/configuration.ts';
import { scoreFiles } from '../../src/evaluation/score-files.ts';
import { exportFormats, exportTrajectories } from '../../src/export/index.ts';
import { toModelFile } from '../../src/learning/association/report.ts';
import { trainAssociation } from '../../src/learning/association/train-association.ts';
import { loadMotRoot } from '../../src/learning/mot-root.ts';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { writeReport } from '../../src/report/index.ts';
import { readPatchIndex } from '../../src/search/index-file.ts';
import { rank } from '../../src/search/ranking.ts';
import { openJsonSink, readMot, readTrajectories } from '../../src/trajectories/index.ts';
import { twintrack } from '../commands/cli.ts';
import { GROUND } from '../export/helpers.ts';
import { simulatedRoot } from '../learning/simulated-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { frame, RUN } from '../trajectories/frames.ts';
import { makeClip, readAll } from '../video/clips.ts';
import { byteDamage, type Damage, textDamage } from './damage.ts';

/** The same damage in every run of the tests. */
const SEED = 20_091_117;
/** What one damaged file may add to the memory of the process, whatever numbers are in it. */
const MOST_BYTES = 600e6;
/** No file here takes a second. */
const LONGEST_SECONDS = 60;

const folder = temporaryFolder();
const SIAMESE = await loadSiamese();
afterAll(() => SIAMESE.close());
const examples = join(import.meta.dirname, '../../examples');
const TRUTH = join(import.meta.dirname, '../evaluation/fixtures/mot17/gt/street/gt/gt.txt');
const RESULTS = join(import.meta.dirname, '../evaluation/fixtures/mot17/results/street.txt');
const MOT = '1,1,10.5,20,30,60,0.9,-1,-1,-1\n2,1,11.5,20,30,60,0.8,-1,-1,-1\n2,2,50,20,30,60,0.7,-1,-1,-1\n';

/** A trajectories file as it is written; without the size of the picture where that is not known. */
async function trajectories(source: object = {}): Promise<string> {
  const path = join(folder, 'whole.trajectories.json');
  // no digits in names, so that a number that is shown is one
  const about = { ...RUN, generator: 'twintrack', source: { ...RUN.source, name: 'street', ...source } };
  const sink = await openJsonSink(path, about);
  for (let index = 0; index < 20; index++) {
    const [score, detected] = [0.5 + index / 100, index % 3 > 0];
    await sink.write(
      frame(index, index / 10, [
        [1, 30 * index, 250, 30, 90.5, score, detected],
        [2, 400, 200, 40, 120, score, true],
      ]),
    );
  }
  for (const id of [1, 2]) await sink.end(id);
  await sink.close();
  return readFileSync(path, 'utf8');
}

/** A model of simulated streets as `train association` writes it. */
async function associationModel(): Promise<string> {
  const root = simulatedRoot({ sequences: 2, frames: 60 });
  try {
    return toModelFile(await trainAssociation(await loadMotRoot(root)));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The index of two people's patches, as `--save-patches` writes it. */
function patchIndex(): string {
  const patch = (n: number) => ({
    file: `00000${n}.jpg`,
    frame: n,
    time: n / 10,
    box: [10, 20, 30, 60],
    quality: 0.8,
    embedding: Array.from({ length: SIAMESE.dimensions }, (_, k) => ((k * n) % 7) / 50),
  });
  const people = [1, 2].map((id) => ({ id, from: 0, to: 2.5, patches: [patch(id), patch(id + 2)] }));
  const { name, sha256, dimensions } = SIAMESE;
  const model = { name, sha256, dimensions };
  return JSON.stringify({ schema: 'twintrack/patches', version: 1, source: 'street.mp4', model, trajectories: people });
}

/** The files that a failed or finished run leaves in `folder`. */
const namesIn = (place: string) => readdirSync(place).sort();

/** Writes the report and each export of a trajectories file; one that fails leaves nothing. */
async function writeAllOf(path: string): Promise<void> {
  const place = join(folder, 'written');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const failures: unknown[] = [];
  for (const to of exportFormats()) {
    const out = join(place, to);
    const failure = await exportTrajectories(path, { to, out, ground: GROUND }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(namesIn(place)).toEqual(failure === undefined ? [to] : []);
    if (failure === undefined && /coco|json|label/.test(to)) JSON.parse(readFileSync(out, 'utf8'));
    if (failure === undefined)
      expect(readFileSync(out, 'latin1')).not.toMatch(to === 'parquet' ? /^$/ : /NaN|Infinity/);
    rmSync(out, { force: true });
    failures.push(failure);
  }
  for (const failure of failures) if (failure !== undefined) throw failure;
}

async function report(path: string): Promise<void> {
  const place = join(folder, 'report');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const out = join(place, 'report.html');
  try {
    await writeReport(path, { out });
  } catch (error) {
    expect(namesIn(place)).toEqual([]);
    throw error;
  }
  const page = readFileSync(out, 'utf8');
  const script = page.indexOf('id="data"');
  expect(page.slice(page.indexOf('<header>'), script)).not.toMatch(/NaN|Infinity|undefined/);
}

/** What is read from a file: a valid file of the kind, its reader, and how often it is damaged. */
const READERS: Record<
  string,
  readonly [() => string | Promise<string>, (path: string) => Promise<unknown>, runs: number]
> = {
  'MOT results': [() => MOT, (path) => readMot(path), 600],
  detections: [() => MOT, (path) => readDetections(path), 600],
  'results beside a ground truth': [() => readFileSync(RESULTS, 'utf8'), (path) => scoreFiles(TRUTH, path), 200],
  'a ground truth': [() => readFileSync(TRUTH, 'utf8'), (path) => scoreFiles(path, RESULTS), 200],
  trajectories: [trajectories, readTrajectories, 600],
  'trajectories, exported': [trajectories, writeAllOf, 200],
  'trajectories, as a report': [trajectories, report, 120],
  'trajectories of boxes alone, as a report': [
    () => trajectories({ width: undefined, height: undefined }),
    report,
    120,
  ],
  'an index of patches': [
    patchIndex,
    async (path) => {
      const index = await readPatchIndex(path);
      for (const { similarity } of rank(index, SIAMESE, new Float32Array(SIAMESE.dimensions).fill(0.1)))
        expect(similarity).not.toBeNaN();
    },
    400,
  ],
  'a config file': [() => readFileSync(join(examples, 'zones.yaml'), 'utf8'), (path) => loadParameters(path), 500],
  'a file of cameras': [
    () => readFileSync(join(examples, 'cameras.yaml'), 'utf8'),
    (path) => loadConfiguration([], path),
    500,
  ],
  'an association model': [associationModel, loadAssociation, 500],
};

/** Expects of work on a damaged file that it succeeds or fails in one line, in a bounded time and memory. */
async function expectOneLine(work: () => Promise<unknown>): Promise<void> {
  const [started, before] = [performance.now(), 1024 * process.resourceUsage().maxRSS];
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect((performance.now() - started) / 1000).toBeLessThan(LONGEST_SECONDS);
  expect(1024 * process.resourceUsage().maxRSS - before).toBeLessThan(MOST_BYTES);
  if (error === undefined) return;
  if (!(error instanceof TwintrackError)) throw error;
  expect(String(error)).not.toContain('\n');
}

describe('a damaged file', () => {
  it.each(Object.entries(READERS))('%s: is read, or refused in one line', async (name, [valid, read, numRuns]) => {
    const whole = Buffer.from(await valid());
    const place = join(folder, name);
    mkdirSync(place);
    const path = name === 'an index of patches' ? place : join(place, 'file.txt');
    const file = path === place ? join(place, 'index.json') : path;
    const warnings: string[] = [];
    const warn = (warning: Error) => warnings.push(warning.message);
    process.on('warning', warn);
    try {
      writeFileSync(file, whole);
      await read(path);
      await fc.assert(
        fc.asyncProperty(textDamage, async (damage) => {
          writeFileSync(file, damage(whole));
          await expectOneLine(() => read(path));
        }),
        { numRuns, seed: SEED },
      );
    } finally {
      process.off('warning', warn);
    }
    expect(warnings).toEqual([]);
  });

  it('an mp4: is decoded, or refused in one line', async () => {
    const clip = makeClip(
      join(folder, 'clip.mp4'),
      'testsrc2=s=64x48:r=10:d=1',
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
    );
    const whole = readFileSync(clip);
    const path = join(folder, 'damaged.mp4');
    await fc.assert(
      fc.asyncProperty(byteDamage, async (damage) => {
        writeFileSync(path, damage(whole));
        await expectOneLine(async () => {
          const { error } = await readAll(path, { pixels: true });
          if (error !== undefined) throw error;
        });
      }),
      { numRuns: 40, seed: SEED },
    );
  });
});

describe('the command, given a damaged file', () => {
  const clip = makeClip(
    join(folder, 'command.mp4'),
    'testsrc2=s=64x48:r=10:d=1',
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
  );
  /** What a run may leave in its folder: nothing hidden, and no trajectories that cannot be read. */
  const COMMANDS: Record<
    string,
    readonly [whole: () => Promise<Buffer>, damage: fc.Arbitrary<Damage>, args: (path: string, out: string) => string[]]
  > = {
    'track, a video': [async () => readFileSync(clip), byteDamage, (path, out) => ['track', path, '--out', out]],
    'track, detections': [
      async () => Buffer.from(MOT.repeat(3)),
      textDamage,
      (path, out) => ['track', clip, '--detections', path, '--out', out, '--no-annotate'],
    ],
    'track, a config': [
      async () => readFileSync(join(examples, 'zones.yaml')),
      textDamage,
      (path, out) => ['track', clip, '--config', path, '--out', out, '--no-annotate'],
    ],
    report: [
      async () => Buffer.from(await trajectories()),
      textDamage,
      (path, out) => ['report', path, '--out', join(out, 'report.html')],
    ],
    export: [
      async () => Buffer.from(await trajectories()),
      textDamage,
      (path, out) => ['export', path, '--to', 'coco', '--out', join(out, 'out.json')],
    ],
    evaluate: [async () => readFileSync(RESULTS), textDamage, (path) => ['evaluate', '--gt', TRUTH, '--results', path]],
  };

  it.each(Object.entries(COMMANDS))(
    '%s: ends by itself, with one line if it fails',
    async (name, [whole, damage, args]) => {
      const bytes = await whole();
      const place = join(folder, `command ${name}`);
      for (const [k, change] of fc.sample(damage, { numRuns: 3, seed: SEED }).entries()) {
        const out = join(place, String(k), 'out');
        mkdirSync(out, { recursive: true });
        const path = join(
          place,
          String(k),
          name.endsWith('video') ? 'damaged.mp4' : name.endsWith('config') ? 'areas.yaml' : 'file.txt',
        );
        writeFileSync(path, change(bytes));
        const { status, signal, stderr } = await twintrack(args(path, out));
        expect(signal).toBeNull();
        expect(stderr).not.toMatch(/unexpected error|^ +at /m);
        if (status !== 0) expect(stderr.match(/^twintrack: /gm)?.length, stderr).toBeGreaterThan(0);
        for (const file of namesIn(out)) {
          expect(file).not.toMatch(/^\./);
          if (file.endsWith('.trajectories.json')) await readTrajectories(join(out, file));
          if (file === 'out.json') JSON.parse(readFileSync(join(out, file), 'utf8'));
        }
      }
    },
  );
});
