import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, calibration, logLoss } from '../../src/learning/probability-figures.ts';

describe('figures of probabilities', () => {
  it('AUC by hand: the share of positive–negative pairs in the right order', () => {
    // Positives .9 and .4, negatives .5 and .1: three of four pairs.
    expect(areaUnderCurve(Float64Array.of(0.9, 0.5, 0.4, 0.1), Uint8Array.of(1, 0, 1, 0))).toBe(0.75);
    expect(areaUnderCurve(Float64Array.of(0.5, 0.5, 0.5), Uint8Array.of(1, 0, 0))).toBe(0.5);
    expect(areaUnderCurve(Float64Array.of(0.5), Uint8Array.of(1))).toBeNaN();
  });

  it('AUC equals the count over all pairs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.boolean()), { maxLength: 40 }), (rows) => {
        const positives = rows.filter(([, y]) => y);
        const negatives = rows.filter(([, y]) => !y);
        let right = 0;
        for (const [a] of positives) for (const [b] of negatives) right += a > b ? 1 : a === b ? 0.5 : 0;
        const auc = areaUnderCurve(
          Float64Array.from(rows, ([p]) => p / 8),
          Uint8Array.from(rows, ([, y]) => Number(y)),
        );
        if (positives.length === 0 || negatives.length === 0) expect(auc).toBeNaN();
        else expect(auc).toBeCloseTo(right / positives.length / negatives.length, 10);
      }),
    );
  });

  it('log-loss by hand, finite for a sure mistake', () => {
    const loss = logLoss(Float64Array.of(0.5, 0.25), Uint8Array.of(1, 0));
    expect(loss).toBeCloseTo((Math.log(2) - Math.log(0.75)) / 2, 12);
    expect(logLoss(Float64Array.of(0), Uint8Array.of(1))).toBeCloseTo(6 * Math.log(10), 9);
  });

  it('calibration puts every example in one bin, 1 in the last', () => {
    const bins = calibration(Float64Array.of(0, 0.09, 0.1, 0.95, 1), Uint8Array.of(0, 1, 1, 1, 1));
    expect(bins.map((bin) => bin.count)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(bins[0].predicted).toBeCloseTo(0.045, 12);
    expect(bins[0].observed).toBe(0.5);
    expect(bins[9].predicted).toBeCloseTo(0.975, 12);
    expect(bins[5].observed).toBeNaN();
  });
});
