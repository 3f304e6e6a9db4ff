import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BENCHMARKS, type Benchmark } from '../../src/evaluation/benchmark.ts';
import { figures } from '../../src/evaluation/index.ts';
import { scoreFiles } from '../../src/evaluation/score-files.ts';
import { needs } from '../needs.ts';
import { expectFigures, readFigures } from './helpers.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const { TWINTRACK_MOT_ROOT: motRoot, TWINTRACK_MOT_REFERENCE: reference } = process.env;

async function expectEqual(gt: string, results: string, truth: string, benchmark?: Benchmark): Promise<void> {
  const expected = readFigures(truth);
  const scores = await scoreFiles(gt, results, benchmark);
  expect(scores.map(([name]) => name).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, score] of scores) expectFigures(figures(score), expected[name], `${results} ${name}`);
}

describe('figures equal TrackEval’s on simulated sequences', () => {
  it.each(['mot15', 'mot17', 'mot20'] as const)('%s', async (benchmark) => {
    const root = join(FIXTURES, benchmark);
    await expectEqual(join(root, 'gt'), join(root, 'results'), join(root, 'trackeval.json'), benchmark);
  });

  it.each(['mot15', 'mot17'] as const)('%s, recognised from the columns', async (benchmark) => {
    const root = join(FIXTURES, benchmark);
    await expectEqual(join(root, 'gt'), join(root, 'results'), join(root, 'trackeval.json'));
  });

  it('mot20, recognised from the name of the sequence', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
    try {
      const gt = join(folder, 'MOT20-01');
      symlinkSync(join(FIXTURES, 'mot20', 'gt', 'station'), gt);
      const [[, score]] = await scoreFiles(gt, join(FIXTURES, 'mot20', 'results', 'station.txt'));
      expectFigures(figures(score), readFigures(join(FIXTURES, 'mot20', 'trackeval.json')).station, 'station');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('the releases differ: each scored as another gives other figures', async () => {
    const gt = join(FIXTURES, 'mot20', 'gt');
    const results = join(FIXTURES, 'mot20', 'results');
    const mota = await Promise.all(
      BENCHMARKS.map(async (benchmark) => figures((await scoreFiles(gt, results, benchmark))[0][1]).MOTA),
    );
    expect(mota[1]).toBe(mota[2]);
    expect(new Set(mota).size).toBe(3);
  });
});

const DATA = needs(
  motRoot && reference,
  'MOT15 and trackers on it scored by TrackEval: TWINTRACK_MOT_ROOT, TWINTRACK_MOT_REFERENCE',
);
describe('figures equal TrackEval’s on the MOT15 training sequences', DATA, () => {
  it.each(['bytetrack', 'norfair', 'ocsort', 'sort'])('%s', async (tracker) => {
    await expectEqual(motRoot!, join(reference!, tracker), join(reference!, `${tracker}.trackeval.json`));
  });
});
