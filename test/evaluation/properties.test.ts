import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine, evaluateSequence, type Figures, figures, prepareGroundTruth } from '../../src/evaluation/index.ts';
import { heaviestMatching } from '../../src/evaluation/matching.ts';
import { columns, type Row, score } from './helpers.ts';

const FRAMES = 8;

/** Up to five people in a narrow street, so that boxes overlap; each in some of the frames. */
const sequence: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      x: fc.integer({ min: 0, max: 40 }),
      walk: fc.array(fc.option(fc.integer({ min: -4, max: 4 }), { freq: 4 }), { minLength: FRAMES, maxLength: FRAMES }),
    }),
    { maxLength: 5 },
  )
  .map((people) =>
    people.flatMap(({ x, walk }, id) =>
      walk.flatMap((step, frame) => (step === null ? [] : [[frame, id, x + step, step, 12, 24] as Row])),
    ),
  );

function expectSame(a: Figures, b: Figures): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const name of Object.keys(a) as (keyof Figures)[]) expect(a[name], name).toBeCloseTo(b[name]!, 8);
}

describe('properties', () => {
  it('ids are only names', () => {
    const names = fc.uniqueArray(fc.maxSafeInteger(), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(sequence, sequence, names, (gt, results, ids) => {
        const renamed = (rows: Row[], from: number): Row[] =>
          rows.map(([f, id, ...box]) => [f, ids[from + id], ...box]);
        expectSame(score(renamed(gt, 0), renamed(results, 5)), score(gt, results));
      }),
    );
  });

  it('the truth scores 100', () => {
    fc.assert(
      fc.property(sequence, (gt) => {
        fc.pre(gt.length > 0);
        const all = score(gt, gt);
        for (const name of ['HOTA', 'DetA', 'AssA', 'MOTA', 'MOTP', 'IDF1'] as const)
          expect(all[name]).toBeCloseTo(100, 9);
      }),
    );
  });

  it('a false box more never raises precision, and leaves recall', () => {
    fc.assert(
      fc.property(sequence, sequence, fc.nat(FRAMES - 1), (gt, results, frame) => {
        const before = score(gt, results);
        const after = score(gt, [...results, [frame, 99, 1000, 0, 10, 10]]);
        expect(after.DetPr).toBeLessThanOrEqual(before.DetPr!);
        expect(after.IDP).toBeLessThanOrEqual(before.IDP!);
        expect(after.DetRe).toBeCloseTo(before.DetRe!, 9);
        expect(after.FP).toBe(before.FP! + 1);
      }),
    );
  });

  it('percentages are within 0 and 100, and counts add up', () => {
    fc.assert(
      fc.property(sequence, sequence, (gt, results) => {
        const all = score(gt, results);
        for (const name of ['HOTA', 'DetA', 'AssA', 'AssRe', 'AssPr', 'LocA', 'MOTP', 'IDF1', 'IDP', 'IDR'] as const) {
          expect(all[name], name).toBeGreaterThanOrEqual(0);
          expect(all[name], name).toBeLessThanOrEqual(100 + 1e-9);
        }
        expect(all.MOTA).toBeLessThanOrEqual(100);
        for (const [tp, other, sum] of [
          [all.TP, all.FN, gt.length],
          [all.TP, all.FP, results.length],
          [all.IDTP, all.IDFN, gt.length],
          [all.IDTP, all.IDFP, results.length],
        ])
          expect(tp! + other!).toBe(sum);
      }),
    );
  });

  it('two sequences combined score as one after the other with no person in common', () => {
    const later = (rows: Row[]): Row[] => rows.map(([f, id, ...box]) => [f + FRAMES, id + 100, ...box]);
    const evaluate = (gt: Row[], results: Row[]) => evaluateSequence(prepareGroundTruth(columns(gt)), columns(results));
    fc.assert(
      fc.property(sequence, sequence, sequence, sequence, (gt1, results1, gt2, results2) => {
        const parts = combine([evaluate(gt1, results1), evaluate(gt2, results2)]);
        const whole = evaluate([...gt1, ...later(gt2)], [...results1, ...later(results2)]);
        expectSame(figures(parts), figures(whole));
      }),
    );
  });

  it('only the families asked for are computed', () => {
    const gt = prepareGroundTruth(columns([[0, 1, 0, 0, 10, 10]]));
    const only = evaluateSequence(gt, columns([]), { metrics: ['identity'] });
    expect(Object.keys(only)).toEqual(['identity']);
    expect(Object.keys(combine([only, only]))).toEqual(['identity']);
  });
});

describe('the heaviest matching', () => {
  const edges = fc.uniqueArray(
    fc.record({
      row: fc.nat(5),
      column: fc.nat(5),
      weight: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.double({ min: 0, max: 1, noNaN: true })),
    }),
    { selector: (edge) => 6 * edge.row + edge.column, maxLength: 20 },
  );

  it('weighs as much as the best of all matchings', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const rows = Int32Array.from(list, (edge) => edge.row);
        const cols = Int32Array.from(list, (edge) => edge.column);
        const weights = Float64Array.from(list, (edge) => edge.weight);
        const columnOf = heaviestMatching(rows, cols, weights, 0, list.length, 6, 6);
        const taken = list.filter((edge) => columnOf[edge.row] === edge.column);
        const matched = [...columnOf].filter((column) => column >= 0);
        expect(new Set(matched).size).toBe(matched.length);
        expect(taken.length).toBe(matched.length);
        expect(taken.every((edge) => edge.weight > 0)).toBe(true);
        expect(taken.reduce((sum, edge) => sum + edge.weight, 0)).toBeCloseTo(best(list, 0, 0, 0), 9);
      }),
      { numRuns: 300 },
    );
  });

  function best(
    list: readonly { row: number; column: number; weight: number }[],
    at: number,
    rows: number,
    columns: number,
  ): number {
    if (at === list.length) return 0;
    const { row, column, weight } = list[at];
    const without = best(list, at + 1, rows, columns);
    if (weight <= 0 || rows & (1 << row) || columns & (1 << column)) return without;
    return Math.max(without, weight + best(list, at + 1, rows | (1 << row), columns | (1 << column)));
  }
});
