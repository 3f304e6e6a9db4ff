import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AS_IT_IS,
  calibrationOfFile,
  calibrationText,
  namedCalibration,
  probabilityOf,
  scoreOf,
} from '../../src/detection/calibration.ts';
import { loadDetector, readDetections } from '../../src/detection/index.ts';
import { calibrateScores } from '../../src/learning/score-calibration.ts';
import { constantNetwork, findIn, imageInput, writeFile } from './graphs.ts';

describe('what a score is worth', () => {
  test('by hand', () => {
    // log-odds of 0.8 are log 4; 1 + 2 log 4 are the log-odds of 16 e / (1 + 16 e)
    const steep = { of: 'log-odds', intercept: 1, slope: 2 } as const;
    expect(probabilityOf(0.8, steep)).toBeCloseTo((16 * Math.E) / (1 + 16 * Math.E), 6);
    expect(probabilityOf(40, { of: 'score', intercept: -4, slope: 0.1 })).toBeCloseTo(0.5, 6);
    expect(probabilityOf(0.37, AS_IT_IS)).toBe(0.37);
  });

  test('scoreOf is its inverse, and higher scores are worth more', () => {
    const calibration = fc.record({
      of: fc.constantFrom('log-odds' as const, 'score' as const),
      intercept: fc.double({ min: -3, max: 3, noNaN: true }),
      slope: fc.double({ min: 0.2, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(calibration, fc.double({ min: 0.01, max: 0.98, noNaN: true }), (of, p) => {
        const score = scoreOf(p, of);
        if (of.of === 'score' || (score > 0.001 && score < 0.999)) expect(probabilityOf(score, of)).toBeCloseTo(p, 5);
        expect(scoreOf(p + 0.01, of)).toBeGreaterThanOrEqual(score);
      }),
    );
  });

  test.each([
    ['within 0..1: as they are', [0.2, 0.9], [0.2, 0.9]],
    ['margins of a classifier: log-odds', [-1, 2], [1 / (1 + Math.E), 1 / (1 + Math.exp(-2))]],
    ['a scale to about a hundred', [-0.5, 28, 100], [1 / (1 + Math.exp(28.5 / 12)), 0.5, 1 / (1 + Math.exp(-6))]],
  ])('of a detection file, %s', (_, scores, expected) => {
    const calibration = calibrationOfFile(Math.min(...scores), Math.max(...scores));
    scores.forEach((score, i) => {
      expect(probabilityOf(score, calibration)).toBeCloseTo(expected[i], 6);
    });
  });

  test('of a detection file does not depend on how many other boxes it holds', async () => {
    const rows = '1,-1,1,1,20,30,0.7\n2,-1,1,1,20,30,0.4\n';
    const junk = Array.from({ length: 500 }, (_, i) => `${1 + (i % 2)},-1,${i},500,20,30,0.05`).join('\n');
    const [few, many] = await Promise.all([rows, rows + junk].map((text) => readDetections(writeFile('d.txt', text))));
    for (const index of [0, 1]) {
      const frame = { index, time: 0, width: 0, height: 0 };
      expect((await many.detect(frame)).scores[0]).toBe((await few.detect(frame)).scores[0]);
    }
  });
});

describe('a detector gives probabilities', () => {
  const network = () =>
    constantNetwork(
      [imageInput(32, 32)],
      [
        { name: 'dets', dims: [1, 2, 5], data: Float32Array.of(0, 0, 10, 10, 0.8, 20, 20, 30, 30, 0.3) },
        { name: 'labels', dims: [1, 2], data: BigInt64Array.of(0n, 0n) },
      ],
    );
  const scores = async (options: object) =>
    (await findIn(network(), 32, 32, { calibration: 'auto', minScore: 0.05, ...options })).rows.map((row) => row[4]);

  test('by the calibration of its family, which can be turned off', async () => {
    const family = { of: 'log-odds', intercept: 0.92, slope: 2.33 } as const;
    const [first, second] = await scores({ minScore: 0.05 });
    expect(first).toBeCloseTo(probabilityOf(0.8, family), 5);
    expect(second).toBeCloseTo(probabilityOf(0.3, family), 5);
    expect((await scores({ calibration: 'off' })).map((score) => score.toFixed(2))).toEqual(['0.80', '0.30']);
  });

  test('by a file, and minScore is a probability', async () => {
    const file = writeFile('c.json', calibrationText({ of: 'log-odds', intercept: -1, slope: 1 }));
    const [first, ...others] = await scores({ calibration: file, minScore: 0.5 });
    expect(first).toBeCloseTo(4 / (4 + Math.E), 5);
    expect(others).toEqual([]); // 0.3 is worth 0.14
    expect(await namedCalibration(file)).toEqual({ of: 'log-odds', intercept: -1, slope: 1 });
  });

  test.each([
    ['nowhere.json', /^nowhere\.json: cannot be read as a calibration of scores; make one with/],
    [
      '{"schema":"twintrack/calibration","version":1,"of":"score","intercept":0,"slope":-1}',
      /is no calibration of scores: .*slope.*; make one/,
    ],
    ['not json', /is no calibration of scores: .*JSON/],
  ])('%s is refused in one line', async (content, message) => {
    const calibration = content.startsWith('nowhere') ? content : writeFile('c.json', content);
    const error = await loadDetector('rtmdet-nano', { calibration, cores: 1 }).catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'TwintrackError', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('\n');
  });
});

describe('calibrateScores', () => {
  /** Frames of one person and one box elsewhere; of the boxes with this score, so many of ten are the person. */
  function files(shares: readonly (readonly [score: number, people: number])[]): [gt: string, det: string] {
    const gt: string[] = [];
    const det: string[] = [];
    for (const [score, people] of shares) {
      for (let i = 0; i < 10; i++) {
        const frame = gt.length + 1;
        gt.push(`${frame},1,100,100,40,100,1,-1,-1,-1`);
        det.push(`${frame},-1,${i < people ? 100 : 400},100,40,100,${score}`);
      }
    }
    return [writeFile('gt.txt', gt.join('\n')), writeFile('det.txt', det.join('\n'))];
  }

  test('finds the shares that scores stand for', async () => {
    const [gt, det] = files([
      [0.2, 1],
      [0.5, 5],
      [0.8, 9],
    ]);
    const { calibration, boxes, people, after } = await calibrateScores(gt, det);
    expect([boxes, people]).toEqual([30, 15]);
    // one to nine and nine to one are log-odds of ∓2.2, at ∓1.39 of the scores; labels are smoothed by a 17th
    expect(probabilityOf(0.5, calibration)).toBeCloseTo(0.5, 2);
    expect(probabilityOf(0.8, calibration)).toBeCloseTo(0.86, 1);
    expect(after.map(({ count }) => count)).toEqual([10, 10, 10]);
  });

  test('takes scores of any scale', async () => {
    const { calibration } = await calibrateScores(
      ...files([
        [-2, 1],
        [3, 5],
        [8, 9],
      ]),
    );
    expect(calibration.of).toBe('score');
    expect(probabilityOf(3, calibration)).toBeCloseTo(0.5, 2);
  });

  test.each([
    ['none is a person', [[0.5, 0]], /none of its 10 boxes is a person of/],
    ['each is a person', [[0.5, 10]], /each of its 10 boxes is a person of/],
    [
      'higher scores are people less often',
      [
        [0.2, 9],
        [0.8, 1],
      ],
      /boxes with a higher score are not people more often/,
    ],
  ] as const)('refuses boxes of which %s', async (_, shares, message) => {
    await expect(calibrateScores(...files(shares))).rejects.toThrow(message);
  });
});
