import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { figures, readGroundTruth, readMotRows, readResults } from '../../src/evaluation/index.ts';
import { scoreFiles } from '../../src/evaluation/score-files.ts';
import { findSequences } from '../../src/evaluation/sequences.ts';
import { openJsonSink } from '../../src/trajectories/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const GT = '1,1,0,0,10,10,1,-1,-1,-1\n2,1,0,0,10,10,1,-1,-1,-1\n';
const RESULTS = '1,5,0,0,10,10,1,-1,-1,-1\n2,5,0,0,10,10,1,-1,-1,-1\n';

describe('a malformed file is reported by name, line and reason', () => {
  const good = '1,1,0,0,10,10,1\n';
  it.each([
    ['too few columns', `${good}1,2,0,0,10`, 'line 2: has 5 of at least 6 columns'],
    ['not a number', `${good}\n1,2,0,zero,10,10`, 'line 3: column 4 is "zero", not a number'],
    ['an empty field', `${good}1,2,0,,10,10`, 'line 2: column 4 is "", not a number'],
    ['NaN', `1,2,0,0,nan,10`, 'line 1: column 5 is "nan", not a number'],
    ['an infinite number', `1,2,0,0,10,1e999`, 'line 1: column 6 is "1e999", not a number'],
    ['a negative frame', `${good}-1,1,0,0,10,10`, 'line 2: frame -1 is not a whole number from 1'],
    ['half a frame', '1.5,1,0,0,10,10', 'line 1: frame 1.5 is not a whole number from 1'],
    ['half an id', '1,1.5,0,0,10,10', 'line 1: id 1.5 is not a whole number'],
    ['an id twice in a frame', `${good}2,1,0,0,9,9\n1,1,0,0,9,9`, 'line 3: id 1 occurs twice in frame 1'],
    ['a detection file', '1,-1,0,0,9,9\n1,-1,9,9,9,9', 'line 2: id -1 occurs twice in frame 1; this is a detection'],
    ['a frame no video has', '2000000000,1,0,0,9,9', 'line 1: frame 2000000000 is past the longest sequence'],
  ])('%s', async (_, text, reason) => {
    const results = file('results.txt', text);
    const gt = file('gt.txt', GT);
    await expect(scoreFiles(gt, results)).rejects.toThrow(`${results}: ${reason}`);
  });

  it.each([
    ['five columns', '1,1,0,0,10', 'line 1: has 5 of at least 6 columns'],
    ['a negative size', `${GT}3,1,0,0,-10,10,1,-1,-1,-1`, 'line 3: the box is -10 × 10 pixels'],
    ['an unknown class', '1,1,0,0,10,10,1,1,1\n2,1,0,0,10,10,1,14,1', 'line 2: class 14 is none of 1 to 13'],
    ['an id twice in a frame', `${GT}1,1,0,0,9,9,1`, 'line 3: id 1 occurs twice in frame 1'],
  ])('ground truth: %s', async (_, text, reason) => {
    const gt = file('gt.txt', text);
    await expect(readGroundTruth(gt)).rejects.toThrow(`${gt}: ${reason}`);
  });

  it('a result box of negative size: false, and said', async () => {
    const notices: string[] = [];
    const files = [file('gt.txt', GT), file('r.txt', `1,5,0,0,10,10\n2,5,0,10,10,-10\n`)] as const;
    const scores = await scoreFiles(
      ...files,
      undefined,
      ({ code, message }) => void notices.push(`${code} ${message}`),
    );
    expect(figures(scores[0][1])).toMatchObject({ TP: 1, FP: 1, FN: 1 });
    expect(notices).toEqual([expect.stringMatching(/^boxes-negative .*r\.txt: 1 of 2 boxes .* first line 2;/)]);
  });

  it('ground truth of 2015 read as that of 2017', async () => {
    const gt = file('gt.txt', GT);
    const reason = 'line 1: class -1 is none of 1 to 13; it is read as mot17, choose another benchmark';
    await expect(readGroundTruth(gt, { benchmark: 'mot17' })).rejects.toThrow(reason);
  });

  it('a frame past the end of the sequence', async () => {
    file('a/seqinfo.ini', '[Sequence]\nseqLength=2\n');
    const gt = file('a/gt/gt.txt', GT);
    const results = file('a.txt', `${RESULTS}3,5,0,0,10,10,1`);
    await expect(scoreFiles(gt, results)).rejects.toThrow(
      `${results}: line 3: frame 3 is past the end of the sequence, 2`,
    );
  });

  it('without a seqinfo.ini boxes after the last ground truth are false', async () => {
    const results = file('a.txt', `${RESULTS}3,5,0,0,10,10,1`);
    const [[, score]] = await scoreFiles(file('gt.txt', GT), results);
    expect(figures(score)).toMatchObject({ TP: 2, FP: 1 });
  });

  it('a seqinfo.ini without a length', async () => {
    const ini = file('a/seqinfo.ini', '[Sequence]\nname=a\n');
    await expect(readGroundTruth(file('a/gt.txt', GT))).rejects.toThrow(`${ini}: has no seqLength`);
  });
});

describe('what is taken', () => {
  it('white space, CRLF, blank lines, a byte order mark, ids of any size', async () => {
    const path = file('r.txt', '\uFEFF1, -4, 0, 0, 10, 10\r\n\r\n  2 9007199254740991 1.5 2e1 10 10 0.5\r\n');
    const rows = await readMotRows(path);
    expect([...rows.frames]).toEqual([0, 1]);
    expect([...rows.ids]).toEqual([-4, Number.MAX_SAFE_INTEGER]);
    expect([...rows.boxes]).toEqual([0, 0, 10, 10, 1.5, 20, 10, 10]);
    expect([...rows.confidences]).toEqual([1, 0.5]);
    expect([...rows.lines]).toEqual([1, 3]);
  });

  it('an empty result file: all missed', async () => {
    const scores = await scoreFiles(file('gt.txt', GT), file('empty.txt', ''));
    expect(figures(scores[0][1])).toMatchObject({ HOTA: 0, MOTA: 0, IDF1: 0, FN: 2 });
  });

  it('a trajectories document, with its 0-based frames', async () => {
    const path = join(folder, 'a.trajectories.json');
    const sink = await openJsonSink(path, { source: { name: 'a.mp4', frameRate: 10 }, models: [], parameters: {} });
    const person = {
      length: 1,
      ids: Int32Array.of(3),
      boxes: Float64Array.of(0, 0, 10, 10),
      scores: Float32Array.of(0.9),
    };
    await sink.write({ ...person, index: 0, time: 0, detected: Uint8Array.of(1) });
    await sink.write({ ...person, index: 1, time: 0.1, detected: Uint8Array.of(0) });
    await sink.close();
    const rows = await readResults(path);
    expect([...rows.frames]).toEqual([0, 1]);
    expect([...rows.ids]).toEqual([3, 3]);
    const scores = await scoreFiles(file('a/gt.txt', GT), path);
    expect(figures(scores[0][1])).toMatchObject({ MOTA: 100, TP: 2 });
  });
});

describe('folders of sequences', () => {
  it('every layout of ground truth and results', async () => {
    const truths = [file('gt/a/gt/gt.txt', GT), file('gt/b/gt.txt', GT), file('gt/c.txt', GT)];
    mkdirSync(join(folder, 'gt/notes'));
    const results = [file('res/a.txt', ''), file('res/b.mot.txt', ''), file('res/c.trajectories.json', '{}')];
    file('res/a.mot.txt', 'the first ending counts');
    expect(await findSequences(join(folder, 'gt'), join(folder, 'res'))).toEqual(
      ['a', 'b', 'c'].map((name, i) => ({ name, gt: truths[i], results: results[i] })),
    );
    const one = [{ name: 'a', gt: truths[0], results: results[0] }];
    expect(await findSequences(join(folder, 'gt', 'a'), join(folder, 'res'))).toEqual(one);
    expect(await findSequences(truths[0], results[0])).toEqual(one);
  });

  it('names the sequences without results', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) file(`gt/${name}.txt`, GT);
    file('res/b.txt', RESULTS);
    const res = join(folder, 'res');
    await expect(findSequences(join(folder, 'gt'), res)).rejects.toThrow(
      `${res}: no results for a, c, d and 1 more; expected a.txt, a.mot.txt, a.trajectories.json`,
    );
  });

  it('says what is no sequence, what does not exist, what does not fit', async () => {
    const gt = join(folder, 'gt');
    mkdirSync(gt);
    const results = file('res/a.txt', RESULTS);
    await expect(findSequences(gt, folder)).rejects.toThrow(`${gt}: holds no ground truth`);
    await expect(findSequences(join(folder, 'no'), folder)).rejects.toThrow(`${join(folder, 'no')}: does not exist`);
    file('gt/a.txt', GT);
    await expect(findSequences(gt, join(folder, 'no'))).rejects.toThrow(`${join(folder, 'no')}: does not exist`);
    file('gt/b.txt', GT);
    await expect(findSequences(gt, results)).rejects.toThrow(`${results}: is one file, but there are 2 sequences`);
  });
});
