import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, type CandidatePairs } from '../../src/association/assignment.ts';

type Pair = readonly [row: number, column: number, cost: number];

function columns(pairs: readonly Pair[]): CandidatePairs {
  return {
    length: pairs.length,
    rows: Int32Array.from(pairs, ([row]) => row),
    columns: Int32Array.from(pairs, ([, column]) => column),
    costs: Float64Array.from(pairs, ([, , cost]) => cost),
  };
}

/** The least Σ(cost − gate) that any assignment reaches, by trying all. */
function cheapest(pairs: readonly Pair[], rowCount: number, gate: number, row = 0, used = new Set<number>()): number {
  if (row === rowCount) return 0;
  let best = cheapest(pairs, rowCount, gate, row + 1, used);
  for (const [r, column, cost] of pairs) {
    if (r !== row || used.has(column) || !(cost < gate && cost > Number.NEGATIVE_INFINITY)) continue;
    used.add(column);
    best = Math.min(best, cost - gate + cheapest(pairs, rowCount, gate, row + 1, used));
    used.delete(column);
  }
  return best;
}

const cost = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

const problem = fc
  .record({ rows: fc.integer({ min: 0, max: 5 }), columns: fc.integer({ min: 0, max: 5 }) })
  .chain((size) =>
    fc.record({
      rows: fc.constant(size.rows),
      columns: fc.constant(size.columns),
      gate: fc.integer({ min: -4, max: 4 }),
      pairs:
        size.rows * size.columns === 0
          ? fc.constant<[number, number, number][]>([])
          : fc.uniqueArray(fc.tuple(fc.nat(size.rows - 1), fc.nat(size.columns - 1), cost), {
              selector: ([r, c]) => `${r} ${c}`,
            }),
    }),
  );

describe('assignment', () => {
  it('by hand: the best pair alone would leave the second row with nothing', () => {
    const pairs = columns([
      [0, 0, 1],
      [0, 1, 2],
      [1, 0, 2],
    ]);
    expect([...assign(pairs, 2, 2, 5)]).toEqual([1, 0]);
    // Close to the gate two pairs are worth less than the good one.
    expect([...assign(pairs, 2, 2, 2.5)]).toEqual([0, -1]);
  });

  it('takes no pair at the gate, none of cost NaN or infinite, and none beyond `length`', () => {
    const pairs = columns([
      [0, 0, 3],
      [1, 1, Number.NaN],
      [2, 2, Number.POSITIVE_INFINITY],
      [3, 3, Number.NEGATIVE_INFINITY],
      [4, 4, 2],
      [5, 5, 1],
    ]);
    expect([...assign({ ...pairs, length: 5 }, 6, 6, 3)]).toEqual([-1, -1, -1, -1, 4, -1]);
  });

  it('is as cheap as the cheapest of all assignments, of valid pairs only, each column at most once', () => {
    fc.assert(
      fc.property(problem, ({ rows, columns: columnCount, gate, pairs }) => {
        const result = assign(columns(pairs), rows, columnCount, gate);
        expect(result).toHaveLength(rows);
        let total = 0;
        const taken = [...result].filter((column) => column >= 0);
        expect(new Set(taken).size).toBe(taken.length);
        result.forEach((column, row) => {
          if (column < 0) return;
          const pair = pairs.find(([r, c]) => r === row && c === column);
          expect(pair?.[2]).toBeLessThan(gate);
          total += pair![2] - gate;
        });
        expect(total).toBeCloseTo(cheapest(pairs, rows, gate), 9);
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the pairs when no two solutions are equally good', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(36).keys()], { minLength: 36 }), (order) => {
        const pairs = order.map((k): Pair => [Math.floor(k / 6), k % 6, Math.sin(1 + k * k)]);
        const sorted = [...pairs].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(assign(columns(pairs), 6, 6, 0.4)).toEqual(assign(columns(sorted), 6, 6, 0.4));
      }),
      { numRuns: 50 },
    );
  });
});
