import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateOffsets } from '../../src/site/clock-offsets.ts';
import { endsAt } from '../../src/site/entrances.ts';
import { pairProbabilities } from '../../src/site/marginals.ts';
import { reachOdds } from '../../src/site/reach.ts';
import { between, gapDensity, learn, UNKNOWN, walkingDensity } from '../../src/site/walking-times.ts';
import { HORIZON } from '../../src/site/ways.ts';

/** Probability of each pair by summing over all ways to pair. */
function exact(pairs: readonly (readonly [number, number, number])[]): number[] {
  const sums = pairs.map(() => 0);
  let total = 0;
  for (let set = 0; set < 1 << pairs.length; set++) {
    const taken = pairs.map((_, k) => k).filter((k) => set & (1 << k));
    const once = (end: 0 | 1) => new Set(taken.map((k) => pairs[k][end])).size === taken.length;
    if (!once(0) || !once(1)) continue;
    const weight = Math.exp(taken.reduce((sum, k) => sum + pairs[k][2], 0));
    total += weight;
    for (const k of taken) sums[k] += weight;
  }
  return sums.map((sum) => sum / total);
}

function approximate(pairs: readonly (readonly [number, number, number])[]): number[] {
  return [
    ...pairProbabilities(
      {
        length: pairs.length,
        rows: Int32Array.from(pairs, ([row]) => row),
        columns: Int32Array.from(pairs, ([, column]) => column),
        logWeights: Float64Array.from(pairs, ([, , weight]) => weight),
      },
      3,
      3,
    ),
  ];
}

describe('pairProbabilities', () => {
  it('is exact without cycles, and near it with them', () => {
    expect(approximate([[0, 0, 0]])[0]).toBeCloseTo(0.5, 6);
    const chain = [
      [0, 0, 2],
      [1, 0, 1],
      [1, 1, 3],
    ] as const;
    for (const [k, p] of exact(chain).entries()) expect(approximate(chain)[k]).toBeCloseTo(p, 4);
    const square = [...chain, [0, 1, 1]] as const;
    for (const [k, p] of exact(square).entries()) expect(Math.abs(approximate(square)[k] - p)).toBeLessThan(0.08);
  });

  it('gives no row and no column more than 1', () => {
    const pair = fc.tuple(fc.nat(2), fc.nat(2), fc.constantFrom(-Infinity, -3, 0, 2, 30, Number.NaN));
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: ([r, c]) => 3 * r + c }), (pairs) => {
        const p = approximate(pairs);
        for (const end of [0, 1] as const)
          for (let i = 0; i < 3; i++) {
            const sum = p.filter((_, k) => pairs[k][end] === i).reduce((a, b) => a + b, 0);
            expect(sum).toBeLessThan(1.01);
          }
      }),
    );
  });
});

describe('walking times', () => {
  it('have densities that sum to 1', () => {
    for (const times of [UNKNOWN, between(4, 20)]) {
      let sum = 0;
      let steps = 0;
      for (let t = 0.005; t < HORIZON; t *= 1.01) {
        sum += gapDensity(times, t, HORIZON) * t * Math.log(1.01);
        steps++;
      }
      expect(steps).toBeGreaterThan(1000);
      expect(sum).toBeCloseTo(1, 1);
    }
  });

  it('are learned from weighted gaps, and stay as guessed without any', () => {
    expect(learn(UNKNOWN, [], [])).toEqual(UNKNOWN);
    const { mu, sigma } = learn(
      UNKNOWN,
      new Array(200).fill(0).map((_, i) => 10 + (i % 3)),
      new Array(200).fill(1),
    );
    expect(Math.exp(mu)).toBeCloseTo(11, 0);
    expect(sigma).toBeLessThan(0.2);
    expect(walkingDensity({ mu, sigma, examples: 0 }, 11)).toBeGreaterThan(0.15);
  });
});

describe('estimateOffsets', () => {
  const ways = [{ from: 0, to: 1, direct: true }];
  const directions = [{ way: 0 }, { way: 0 }];
  const jitter = [-1, -0.5, 0, 0.5, 1, -0.7, 0.7, 0.2, -0.2, 0];
  const gaps = (there: number, back: number) => ({
    directions: Int32Array.from([...jitter.map(() => 0), ...jitter.map(() => 1)]),
    gaps: Float64Array.from([...jitter.map((t) => there + t), ...jitter.map((t) => back + t)]),
    weights: new Float64Array(2 * jitter.length).fill(0.9),
  });

  it('finds a clock that is 2 s ahead by the ways there and back', () => {
    const { seconds, errors } = estimateOffsets(gaps(12, 8), directions, ways, Float64Array.of(Number.NaN, Number.NaN));
    expect(seconds[0]).toBe(0);
    expect(seconds[1]).toBeCloseTo(-2, 5);
    expect(errors[1]).toBeGreaterThan(0);
    // where the second is known, the first is wrong
    expect(estimateOffsets(gaps(12, 8), directions, ways, Float64Array.of(Number.NaN, 0)).seconds[0]).toBeCloseTo(2, 5);
    expect(estimateOffsets(gaps(12, 8), directions, ways, Float64Array.of(0, 0)).seconds[1]).toBe(0);
  });

  it('does not take a small difference for a wrong clock, nor a way in one direction', () => {
    const unknown = Float64Array.of(Number.NaN, Number.NaN);
    expect(estimateOffsets(gaps(10.3, 9.9), directions, ways, unknown).seconds[1]).toBe(0);
    const { directions: d, gaps: g, weights } = gaps(30, 8);
    const oneWay = { directions: d.map(() => 0), gaps: g.map(() => 30), weights };
    expect(estimateOffsets(oneWay, directions, ways, unknown).seconds[1]).toBe(0);
  });

  it('compares a way in one direction with the given walking time', () => {
    const oneWay = {
      directions: new Int32Array(10),
      gaps: Float64Array.from(jitter, (t) => 20 + t),
      weights: new Float64Array(10).fill(1),
    };
    const known = [{ from: 0, to: 1, direct: true, seconds: [8, 12] as const }];
    const { seconds } = estimateOffsets(oneWay, directions, known, Float64Array.of(Number.NaN, Number.NaN));
    expect(seconds[1]).toBeCloseTo(-10, 5);
  });
});

it('endsAt: a trajectory begins or ends in a zone, at a line or next to it', () => {
  const way = {
    id: 1,
    frames: Int32Array.of(0, 50),
    times: Float64Array.of(0, 5),
    boxes: Float64Array.of(0, 0, 20, 40, 200, 0, 20, 40), // feet at (10, 40) and (210, 40)
    scores: Float32Array.of(1, 1),
    detected: Uint8Array.of(1, 1),
  };
  const zone = { name: 'in', outline: Float64Array.of(190, 20, 260, 20, 260, 60, 190, 60), anchor: 'feet' as const };
  const line = { name: 'door', outline: Float64Array.of(25, 0, 25, 80), anchor: 'feet' as const };
  expect([endsAt(way, zone, 'first'), endsAt(way, zone, 'last')]).toEqual([false, true]);
  expect([endsAt(way, line, 'first'), endsAt(way, line, 'last')]).toEqual([true, false]);
});

it('reachOdds: a person is seen again where the camera lost them, the less surely the later', () => {
  const at = (x: number) => ({ x, y: 0, height: 100 });
  const odds = (x: number, seconds: number) => reachOdds(at(0), at(x), seconds, 1e6);
  expect(odds(0, 0.5)).toBeGreaterThan(odds(0, 2));
  expect(odds(0, 0.5)).toBeGreaterThan(2);
  expect(odds(800, 0.5)).toBeCloseTo(Math.log(0.05), 5);
  expect(Math.abs(odds(300, 1e6))).toBeLessThan(0.5);
});
