import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cohortOf,
  meanLogOdds,
  type SimilarityCalibration,
  sameProbability,
  verdictOf,
} from '../../src/appearance/calibration.ts';
import { readSimilarityCalibration, similarityCalibrationText } from '../../src/appearance/calibration-file.ts';
import { sigmoid } from '../../src/core/probability.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const CALIBRATION: SimilarityCalibration = {
  oneCamera: { even: 2, weight: 0.5, strangers: -2 },
  twoCameras: { even: 0, weight: 1, strangers: -4 },
};

describe('sameProbability', () => {
  it('is the sigmoid of the log-odds beyond those at which both are equally probable', () => {
    expect(sameProbability(CALIBRATION, 2, { cameras: 'one' })).toBe(0.5);
    expect(sameProbability(CALIBRATION, 6, { cameras: 'one' })).toBeCloseTo(sigmoid(2), 12);
    expect(sameProbability(CALIBRATION, 6, { cameras: 'two' })).toBeCloseTo(sigmoid(6), 12);
  });

  it('is the mean of both where it is not known whether the camera is one', () => {
    expect(sameProbability(CALIBRATION, 2)).toBeCloseTo((0.5 + sigmoid(2)) / 2, 12);
  });

  it('is surer of several patches, as errors that correlate by .7 do not average out', () => {
    // the variance of a mean of four: .7 + .3 / 4
    expect(sameProbability(CALIBRATION, 3, { cameras: 'two', patches: 4 })).toBeCloseTo(sigmoid(3 / 0.775), 12);
  });

  it('counts from how much alike others are here', () => {
    // five others: half of the way from −4 to the median −1
    const cohort = cohortOf(Float64Array.of(-1, -3, -1, 5, 0));
    expect(sameProbability(CALIBRATION, 3, { cameras: 'two', cohort })).toBeCloseTo(sigmoid(3 - 1.5), 12);
  });

  it('shares the prior between the candidates, of whom two are expected to be the person', () => {
    expect(sameProbability(CALIBRATION, 0, { cameras: 'two', candidates: 10 })).toBeCloseTo(1 / 6, 12);
    expect(sameProbability(CALIBRATION, 0, { cameras: 'two', candidates: 1 })).toBe(0.5);
  });

  it('rises with the log-odds, and lies between 0 and 1', () => {
    const value = fc.double({ min: -30, max: 30, noNaN: true });
    const cameras = fc.constantFrom('one', 'two', undefined);
    const property = fc.property(
      ...[value, value, cameras, fc.integer({ min: 1, max: 8 })],
      (a, b, cameras, patches) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) =>
          sameProbability(CALIBRATION, x, { cameras, patches }),
        );
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(1);
      },
    );
    fc.assert(property);
  });
});

describe('verdictOf', () => {
  it('is sure from .8 on and up to .2', () => {
    expect([0, 0.19, 0.21, 0.5, 0.79, 0.8, 1].map(verdictOf)).toEqual([
      ...['different', 'different', 'unsure', 'unsure', 'unsure', 'same', 'same'],
    ]);
  });
});

describe('meanLogOdds', () => {
  it('averages over all pairs', () => {
    const model = {
      dimensions: 1,
      similarity: (a: Float32Array, i: number, b: Float32Array, j: number) => sigmoid(a[i] * b[j]),
    };
    expect(meanLogOdds(model, Float32Array.of(1, 2), Float32Array.of(3, -1, 4))).toBeCloseTo(3, 6);
  });
});

describe('readSimilarityCalibration', () => {
  const folder = temporaryFolder();

  it('reads what has been written, and takes that of the shipped network where there is none', async () => {
    const shipped = await readSimilarityCalibration(join(folder, 'none'));
    expect(shipped).toEqual(await readSimilarityCalibration('models/'));
    mkdirSync(join(folder, 'a'));
    const file = join(folder, 'a', 'siamese-calibration.json');
    writeFileSync(file, similarityCalibrationText(CALIBRATION));
    expect(await readSimilarityCalibration(join(folder, 'a'))).toEqual(CALIBRATION);
    writeFileSync(file, '{"oneCamera":{"even":1,"weight":0,"strangers":0}}');
    await expect(readSimilarityCalibration(join(folder, 'a'))).rejects.toThrow('is no calibration of a similarity');
    writeFileSync(file, '{');
    await expect(readSimilarityCalibration(join(folder, 'a'))).rejects.toThrow('calibrate-similarity');
  });
});
