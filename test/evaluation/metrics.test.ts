import { describe, expect, it } from 'vitest';
import { combine, evaluateSequence, figures, hotaCurves, prepareGroundTruth } from '../../src/evaluation/index.ts';
import { columns, type Row, range, score, standing } from './helpers.ts';

const TWO_PEOPLE = [...standing(1, 0, range(0, 4)), ...standing(2, 50, range(0, 4))];

describe('worked by hand', () => {
  it('perfect results', () => {
    const all = score(TWO_PEOPLE, TWO_PEOPLE);
    for (const name of ['HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA', 'HOTA(0)'] as const)
      expect(all[name], name).toBeCloseTo(100, 10);
    expect(all).toMatchObject({ MOTA: 100, MOTP: 100, TP: 8, FP: 0, FN: 0, IDSW: 0, Frag: 0, MT: 2, PT: 0, ML: 0 });
    expect(all).toMatchObject({ IDF1: 100, IDP: 100, IDR: 100, IDTP: 8, IDFP: 0, IDFN: 0 });
  });

  it('no people found: zeros, not NaN', () => {
    const all = score(TWO_PEOPLE, []);
    expect(all).toMatchObject({ HOTA: 0, DetA: 0, AssA: 0, LocA: 100, MOTA: 0, MOTP: 0, FN: 8, FP: 0, ML: 2, MT: 0 });
    expect(all).toMatchObject({ IDF1: 0, IDP: 0, IDR: 0, IDFN: 8 });
  });

  it('no people there, and nothing at all', () => {
    expect(score([], standing(1, 0, [0, 1]))).toMatchObject({ HOTA: 0, MOTA: 0, FP: 2, FN: 0, IDFP: 2, IDF1: 0 });
    expect(Object.values(score([], [])).every(Number.isFinite)).toBe(true);
    expect(combine([])).toEqual({});
  });

  it('one id switch halfway', () => {
    const all = score(standing(7, 0, range(0, 10)), [...standing(1, 0, range(0, 5)), ...standing(2, 0, range(5, 10))]);
    // Every true positive: TPA 5, FNA 5, FPA 0, so A(c) = 1/2; all is detected, so HOTA = √(1 · 1/2).
    expect(all.HOTA).toBeCloseTo(100 * Math.SQRT1_2, 10);
    expect(all.AssA).toBeCloseTo(50, 10);
    expect(all.AssRe).toBeCloseTo(50, 10);
    expect(all.AssPr).toBeCloseTo(100, 10);
    expect(all.DetA).toBeCloseTo(100, 10);
    expect(all).toMatchObject({ MOTA: 90, IDSW: 1, Frag: 0, MT: 1, IDTP: 5, IDFP: 5, IDFN: 5, IDF1: 50 });
  });

  it('two people swap their ids halfway', () => {
    const swapped: Row[] = [
      ...[...standing(1, 0, [0, 1]), ...standing(2, 50, [0, 1])],
      ...[...standing(2, 0, [2, 3]), ...standing(1, 50, [2, 3])],
    ];
    const all = score(TWO_PEOPLE, swapped);
    // TPA 2, FNA 2, FPA 2 for each of the 8 true positives.
    expect(all.AssA).toBeCloseTo(100 / 3, 10);
    expect(all.HOTA).toBeCloseTo(100 * Math.sqrt(1 / 3), 10);
    expect(all).toMatchObject({ MOTA: 75, IDSW: 2, IDTP: 4, IDF1: 50 });
  });

  it('boxes off by a quarter of their width: IoU 0.6', () => {
    const shifted: Row[] = range(0, 4).map((frame) => [frame, 1, 2.5, 0, 10, 10]);
    const gt = prepareGroundTruth(columns(standing(1, 0, range(0, 4))));
    const result = evaluateSequence(gt, columns(shifted));
    // Found at the 12 thresholds to 0.60, not at the other 7.
    expect(hotaCurves(result.hota!).HOTA.map((v) => Math.round(v))).toEqual([
      ...Array(12).fill(100),
      ...Array(7).fill(0),
    ]);
    expect(figures(result).HOTA).toBeCloseTo(1200 / 19, 10);
    expect(figures(result).LocA).toBeCloseTo((12 * 60 + 7 * 100) / 19, 10);
    expect(figures(result)['LocA(0)']).toBeCloseTo(60, 10);
    expect(figures(result).MOTP).toBeCloseTo(60, 10);
  });

  it('half of the results false', () => {
    const all = score(standing(1, 0, range(0, 4)), [...standing(1, 0, range(0, 4)), ...standing(9, 200, range(0, 4))]);
    expect(all.DetPr).toBeCloseTo(50, 10);
    expect(all.DetRe).toBeCloseTo(100, 10);
    expect(all.DetA).toBeCloseTo(50, 10);
    expect(all).toMatchObject({ MOTA: 0, FP: 4, IDP: 50, IDR: 100 });
    expect(all.IDF1).toBeCloseTo(200 / 3, 10);
  });

  it.each([
    [9, 'MT'],
    [8, 'PT'],
    [2, 'PT'],
    [1, 'ML'],
  ] as const)('found in %i of 10 frames is %s', (found, group) => {
    const all = score(standing(1, 0, range(0, 10)), standing(1, 0, range(0, found)));
    expect([all.MT, all.PT, all.ML]).toEqual(['MT', 'PT', 'ML'].map((g) => (g === group ? 1 : 0)));
  });
});

describe('CLEAR by the protocol', () => {
  const person = standing(1, 0, [0, 1, 2]);

  it('a person lost and found again is a fragmentation, under another id also a switch', () => {
    const elsewhere = standing(9, 300, [0, 1, 2]);
    expect(score(person, [...standing(1, 0, [0, 2]), ...elsewhere])).toMatchObject({ Frag: 1, IDSW: 0, FN: 1 });
    const other = [...standing(1, 0, [0]), ...standing(2, 0, [2]), ...elsewhere];
    expect(score(person, other)).toMatchObject({ Frag: 1, IDSW: 1 });
  });

  it('a frame without any result leaves the correspondences as they are', () => {
    expect(score(person, standing(1, 0, [0, 2]))).toMatchObject({ Frag: 0, IDSW: 0, FN: 1 });
  });

  it('keeps a correspondence that is still valid, even where another box fits better', () => {
    const rival: Row[] = [
      [0, 1, 0, 0, 10, 10],
      [1, 1, 2.5, 0, 10, 10],
      [1, 2, 0, 0, 10, 10],
    ];
    const all = score(standing(1, 0, [0, 1]), rival);
    expect(all).toMatchObject({ IDSW: 0, FP: 1, TP: 2 });
    expect(all.MOTP).toBeCloseTo(80, 10);
  });
});

describe('preprocessing', () => {
  const rows = columns([...standing(1, 0, [0, 1]), ...standing(2, 50, [0, 1]), ...standing(3, 100, [0, 1])]);
  const found = [...standing(1, 0, [0, 1]), ...standing(2, 50, [0, 1]), ...standing(3, 100, [0, 1])];

  it('results on distractors are left out, on other classes false', () => {
    const classes = Float64Array.from([1, 1, 8, 8, 3, 3]);
    expect(score({ ...rows, classes }, found, { benchmark: 'mot17' })).toMatchObject({ TP: 2, FP: 2, FN: 0, IDFP: 2 });
    expect(score({ ...rows, classes }, found, { benchmark: 'mot15' })).toMatchObject({ TP: 6, FP: 0 });
  });

  it('non-motorised vehicles are distractors in MOT20 only', () => {
    const classes = Float64Array.from([1, 1, 6, 6, 1, 1]);
    expect(score({ ...rows, classes }, found, { benchmark: 'mot17' })).toMatchObject({ TP: 4, FP: 2 });
    expect(score({ ...rows, classes }, found, { benchmark: 'mot20' })).toMatchObject({ TP: 4, FP: 0 });
  });

  it('rows of confidence 0 need not be found, and finding them is false', () => {
    const confidences = Float64Array.from([1, 1, 0, 0, 1, 1]);
    expect(score({ ...rows, confidences }, found)).toMatchObject({ TP: 4, FP: 2, FN: 0 });
    expect(score({ ...rows, confidences }, found.slice(0, 2))).toMatchObject({ TP: 2, FP: 0, FN: 2, ML: 1 });
  });
});
