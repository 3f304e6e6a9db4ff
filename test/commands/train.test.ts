import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '../../src/association/features.ts';
import { learnedScore } from '../../src/association/scores/learned.ts';
import { evaluateSequence, figures } from '../../src/evaluation/index.ts';
import { follow } from '../../src/learning/follow.ts';
import { loadMotRoot } from '../../src/learning/mot-root.ts';
import { simulatedRoot, writeSequence } from '../learning/simulated-root.ts';
import { needs } from '../needs.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

function train(...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'train', 'association', ...args], { encoding: 'utf8' });
}

describe('twintrack train association', () => {
  let root: string;
  let out: string;
  beforeAll(() => {
    root = simulatedRoot();
    out = mkdtempSync(join(tmpdir(), 'twintrack-'));
  });
  afterAll(() => {
    for (const folder of [root, out]) rmSync(folder, { recursive: true });
  });

  it('learns a model that beats the hand-set score on sequences it did not see, and that loads and tracks', async () => {
    const folder = join(out, 'new', 'models');
    const { status, stdout, stderr } = train(root, '--out', folder, '--json');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^trained in [\d.]+ s\n/)]);
    const { leaveOneOut, heldOut, pairs, positives, sequences, frames } = JSON.parse(stdout);
    expect([sequences, frames]).toEqual([3, 450]);
    expect(leaveOneOut.learned.auc).toBeGreaterThan(0.95);
    expect(leaveOneOut.learned.auc).toBeGreaterThan(leaveOneOut.handSet.auc);
    expect(leaveOneOut.learned.logLoss).toBeLessThan(leaveOneOut.handSet.logLoss);
    expect(leaveOneOut.calibration.reduce((sum: number, bin: { count: number }) => sum + bin.count, 0)).toBe(pairs);
    expect(Object.keys(leaveOneOut.importance).sort()).toEqual([...FEATURES].sort());
    expect(heldOut.map((row: { name: string }) => row.name)).toEqual(['street-1', 'street-2', 'street-3']);

    const file = join(folder, 'association.json');
    expect(statSync(file).size).toBeLessThan(100e3);
    const text = readFileSync(file, 'utf8');
    const model = JSON.parse(text);
    expect([model.schema, model.version]).toEqual(['twintrack/association', 2]);
    expect(model.training).toMatchObject({ sequences, frames, pairs, positives, leaveOneOut });
    expect(text).not.toContain('street');
    expect(readFileSync(join(folder, 'association.md'), 'utf8')).toContain(leaveOneOut.learned.auc.toFixed(4));

    // On a street that it has not seen.
    const other = simulatedRoot({ sequences: 4 });
    try {
      const sequence = (await loadMotRoot(other)).at(-1)!;
      const [learned, handSet] = [learnedScore(model), undefined].map((score) => {
        const result = follow(sequence.frames, {}, score);
        return figures(evaluateSequence(sequence.truth, result)).IDF1!;
      });
      expect(learned).toBeGreaterThan(60);
      expect(learned).toBeGreaterThan(handSet - 5);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('writes the same bytes from the same sequences, and prints tables for people', () => {
    const [a, b] = ['a', 'b'].map((name) => join(out, name));
    const { stdout } = train(root, '--out', a);
    expect(stdout).toMatch(/^Learned from 3 sequences, 450 frames: \d+ pairs, \d+ of them one person\.$/m);
    expect(stdout).toMatch(/^\| POOLED +\| +\d+ \| +0\.9\d+ \|/m);
    expect(stdout.match(/^\| 0\.\d–[01]\.\d/gm)).toHaveLength(10);
    for (const feature of FEATURES) expect(stdout).toMatch(new RegExp(`^\\| ${feature} +\\| +[+-]`, 'm'));
    train(root, '--out', b);
    for (const name of ['association.json', 'association.md'])
      expect(readFileSync(join(b, name))).toEqual(readFileSync(join(a, name)));
  });

  it('of several detection files leaves out all that belongs to a sequence', () => {
    for (const street of [1, 2, 3]) {
      const folder = join(root, `street-${street}`);
      copyFileSync(join(folder, 'det', 'det.txt'), join(folder, 'same.txt'));
    }
    const figures = (det: string) => JSON.parse(train(root, '--out', out, '--json', '--det', det).stdout);
    const once = figures('same.txt');
    const twice = figures('same.txt,det/det.txt');
    expect([twice.sequences, twice.frames, twice.pairs]).toEqual([3, 450, 2 * once.pairs]);
    // A copy among the examples would show in a far better figure.
    expect(Math.abs(twice.leaveOneOut.learned.logLoss - once.leaveOneOut.learned.logLoss)).toBeLessThan(0.01);
    expect(twice.heldOut.map((row: { name: string }) => row.name)).toEqual(['street-1', 'street-2', 'street-3']);
  });

  it('of one sequence says that there is no cross-validation', () => {
    const { status, stdout } = train(join(root, 'street-1'), '--out', out);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^No cross-validation: /m);
    expect(JSON.parse(readFileSync(join(out, 'association.json'), 'utf8')).training).not.toHaveProperty('leaveOneOut');
  });

  it('says in one line why there is nothing to learn, and writes nothing', () => {
    const bad = join(out, 'bad');
    const sequence = (gt: string[], det: string[]) => {
      rmSync(bad, { recursive: true, force: true });
      writeSequence(join(bad, 'seq'), { gt, det, frames: 3, frameRate: 10 });
    };
    const none = join(out, 'none');
    const fails = (reason: RegExp, ...args: string[]): void => {
      const { status, stdout, stderr } = train(bad, '--out', none, ...args);
      expect(stderr).toMatch(reason);
      expect([status, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
      expect(existsSync(join(none, 'association.json'))).toBe(false);
    };
    const person = (frame: number, x: number): string => `${frame},1,${x},1,10,20,1`;
    sequence([person(1, 1)], [person(1, 500)]);
    fails(/bad: nothing to learn from: none of 1 detections matches the ground truth; check that/);
    sequence([person(1, 1)], []);
    fails(/bad: nothing to learn from: the detection files are empty/);
    sequence([person(1, 1), person(3, 400)], [person(1, 1), person(3, 400)]);
    fails(/bad: nothing to learn from: no person is found in two consecutive frames/);
    sequence([person(1, 1), person(2, 2), person(3, 3)], [person(1, 1), person(2, 2), person(3, 3)]);
    fails(/bad: nothing to learn from: no two people are ever near each other; add busier sequences/);
    sequence([person(1, 1)], ['1,-1,1,1,10']);
    fails(/det\.txt: line 1: has 5 of at least 6 columns/);
    fails(/no detections of seq, looked for mine\.txt/, '--det', 'mine.txt');
    rmSync(bad, { recursive: true });
    mkdirSync(bad);
    fails(/bad: holds no ground truth/);
  });

  it('wrong usage exits with 2', () => {
    expect(train(root).status).toBe(2);
    expect(train('--out', out).status).toBe(2);
    expect(spawnSync(process.execPath, [CLI, 'train', 'nothing']).status).toBe(2);
  });
});

const MOT = process.env.TWINTRACK_MOT_ROOT;

describe('on MOT15', needs(MOT, 'MOT15: TWINTRACK_MOT_ROOT'), () => {
  it('two small sequences: better than the hand-set score on each other', () => {
    const root = mkdtempSync(join(tmpdir(), 'twintrack-'));
    try {
      for (const name of ['TUD-Stadtmitte', 'PETS09-S2L1']) {
        const lines = (file: string) =>
          readFileSync(join(MOT!, name, file), 'utf8')
            .trim()
            .split('\n');
        const det = lines('det-frcnn.txt');
        const [, frameRate] = /frameRate=(\d+)/.exec(lines('seqinfo.ini').join('\n'))!;
        const [, frames] = /seqLength=(\d+)/.exec(lines('seqinfo.ini').join('\n'))!;
        writeSequence(join(root, name), {
          gt: lines('gt.txt'),
          det,
          frames: Number(frames),
          frameRate: Number(frameRate),
        });
      }
      const { stdout } = train(root, '--out', join(root, 'out'), '--json');
      const { learned, handSet } = JSON.parse(stdout).leaveOneOut;
      expect(learned.auc).toBeGreaterThan(0.95);
      expect(learned.logLoss).toBeLessThan(handSet.logLoss);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
