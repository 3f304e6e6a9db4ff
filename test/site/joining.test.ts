import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomClothes, simulateSite } from '../../bench/site-simulation.ts';
import { CONFIDENCE, type JoinedTracklets, joinTracklets } from '../../src/site/joining.ts';
import { AppearanceOdds, type Tracklet } from '../../src/site/tracklet.ts';
import { waysOf } from '../../src/site/ways-of-site.ts';

const SCALE = { even: 0, weight: 1, strangers: 0 };
const AS_IT_IS = { oneCamera: SCALE, twoCameras: SCALE };

function join(
  tracklets: readonly Tracklet[],
  odds: AppearanceOdds,
  offsets: readonly number[],
  confidence = CONFIDENCE,
  together: readonly (readonly number[])[] = [],
) {
  const cameras = offsets.map((_, c) => ({ name: `${c}` }));
  const cameraCount = cameras.length;
  return joinTracklets(tracklets, odds, {
    ...{ cameraCount, ...waysOf(cameras, undefined), offsets: Float64Array.from(offsets), confidence, together },
  });
}

/** Pairs of tracklets of one person that overlap in time, by the clock of the site. */
function atOnce(tracklets: readonly Tracklet[], { people, offsets }: JoinedTracklets): number {
  const from = (t: number) => tracklets[t].from + offsets.seconds[tracklets[t].camera];
  const to = (t: number) => tracklets[t].to + offsets.seconds[tracklets[t].camera];
  let count = 0;
  for (const { tracklets: own } of people)
    for (const a of own) for (const b of own) if (a < b && from(a) <= to(b) && from(b) <= to(a)) count++;
  return count;
}

describe('joinTracklets', () => {
  const value = fc.oneof(fc.double({ min: -1, max: 1 }), fc.constantFrom(0, 1, Number.NaN, Infinity, 1e30));
  const tracklet = fc.record({
    camera: fc.integer({ min: 0, max: 2 }),
    from: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 1e5, noNaN: true })),
    lasts: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 40, noNaN: true })),
    numbers: fc.array(value, { maxLength: 4 }),
    quality: fc.constantFrom(1, 0.1, 1e-9, 1e9),
  });
  const similarity = fc.constantFrom<(a: number, b: number) => number>(
    (a, b) => Math.exp(-Math.abs(a - b)),
    () => 1,
    () => 0,
    () => Number.NaN,
    () => 0.999,
    (a, b) => (a > b ? 1 : 0.2),
    () => 1e300,
  );
  const offset = fc.constantFrom(Number.NaN, 0, 2, -50);

  it('puts nobody in two places at once, whatever it gets, and each tracklet in one person', () => {
    fc.assert(
      fc.property(
        fc.array(tracklet, { maxLength: 40 }),
        similarity,
        fc.tuple(offset, offset, offset),
        fc.constantFrom(0, 0.3, CONFIDENCE),
        (drawn, alike, offsets, confidence) => {
          const tracklets = drawn.map(({ camera, from, lasts, numbers, quality }, id) => ({
            ...{ camera, id, from, to: from + lasts, embeddings: Float32Array.from(numbers) },
            qualities: new Float64Array(numbers.length).fill(quality),
          }));
          const model = {
            dimensions: 1,
            similarity: (a: Float32Array, i: number, b: Float32Array, j: number) => alike(a[i], b[j]),
            calibration: AS_IT_IS,
          };
          // two that cameras 0 and 1 see at once are one person, where clocks are known
          const times = tracklets.map(({ camera, from, to }) => [from, to].map((t) => t + offsets[camera]));
          const first = times.findIndex((_, t) => tracklets[t].camera === 0);
          const second = times.findIndex(
            ([from, to], t) =>
              tracklets[t].camera === 1 && from >= times[first]?.[0] && from <= times[first][1] && to > from,
          );
          const together = second < 0 ? [] : [[first, second]];
          const joined = join(tracklets, new AppearanceOdds(model, tracklets), offsets, confidence, together);
          expect(atOnce(tracklets, joined)).toBe(together.length);
          const all = joined.people.flatMap((person) => person.tracklets);
          expect(all.sort((a, b) => a - b)).toEqual([...tracklets.keys()]);
          for (const { confidence: c } of joined.people.flatMap((person) => person.joins)) {
            expect(c).toBeGreaterThanOrEqual(confidence);
            expect(c).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts people who have their like in another camera at the same time', () => {
    const at = (camera: number, from: number, to: number, value: number): Tracklet => ({
      ...{ camera, id: from, from, to, embeddings: Float32Array.of(value), qualities: Float64Array.of(1) },
    });
    const near = {
      dimensions: 1,
      similarity: (a: Float32Array, i: number, b: Float32Array, j: number) =>
        Math.abs(a[i] - b[j]) < 1 ? 0.999 : 0.01,
      calibration: AS_IT_IS,
    };
    // the first has its like, the second another only, the third is alone, and the fourth's like overlaps by a second
    const first = [at(0, 0, 10, 0), at(0, 5, 10, 5), at(0, 50, 60, 3), at(0, 70, 80, 7)];
    const second = [at(1, 2, 20, 0), at(1, 79, 90, 7)];
    const odds = new AppearanceOdds(near, [...first, ...second]);
    expect(odds.together(0, 1)).toEqual({ seen: 2, alike: 1 });
    expect(odds.together(1, 0)).toEqual({ seen: 1, alike: 1 });
  });

  it('joins two people who walk from one room to the next, and leaves a third who is like neither', () => {
    const at = (camera: number, from: number, to: number, value: number): Tracklet => ({
      ...{ camera, id: from, from, to, embeddings: Float32Array.of(value), qualities: Float64Array.of(1) },
    });
    const tracklets = [at(0, 0, 10, 0), at(0, 3, 12, 5), at(1, 20, 30, 5), at(1, 21, 30, 0), at(1, 25, 40, 10)];
    const near = {
      dimensions: 1,
      similarity: (a: Float32Array, i: number, b: Float32Array, j: number) =>
        Math.abs(a[i] - b[j]) < 1 ? 0.999 : 0.01,
      calibration: AS_IT_IS,
    };
    const { people } = join(tracklets, new AppearanceOdds(near, tracklets), [0, 0]);
    expect(people.map((person) => person.tracklets)).toEqual([[0, 3], [1, 2], [4]]);
  });

  it('takes what overlapping cameras see together as one', () => {
    const at = (camera: number, from: number, to: number, value: number): Tracklet => ({
      ...{ camera, id: from, from, to, embeddings: Float32Array.of(value), qualities: Float64Array.of(1) },
    });
    // the person whom 0 and 1 see at once is seen by 2 only after both have lost it; 1 alone knows its appearance
    const tracklets = [at(0, 0, 10, 5), at(1, 5, 18, 0), at(2, 12, 14, 0), at(2, 30, 40, 0), at(2, 31, 40, 5)];
    const near = {
      dimensions: 1,
      similarity: (a: Float32Array, i: number, b: Float32Array, j: number) =>
        Number.isNaN(a[i]) || Number.isNaN(b[j]) ? Number.NaN : Math.abs(a[i] - b[j]) < 1 ? 0.999 : 0.01,
      calibration: AS_IT_IS,
    };
    tracklets[0] = { ...tracklets[0], embeddings: new Float32Array(0), qualities: new Float64Array(0) };
    const odds = new AppearanceOdds(near, tracklets, (a, b) => a + b === 1);
    const { people } = join(tracklets, odds, [0, 0, 0], CONFIDENCE, [[0, 1]]);
    expect(people.map((person) => person.tracklets)).toEqual([[0, 1, 3], [2], [4]]);
    expect(people[0].joins).toEqual([expect.objectContaining({ earlier: 1, later: 3, gap: 12 })]);
  });

  it('on a simulated site: links and a clock that is 2 s ahead', () => {
    const clothes = randomClothes(150, 7);
    const graph = [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const;
    const site = simulateSite(clothes, { seed: 7, walkers: 150, graph, inWindow: 10, ahead: [0, 2] });
    const joined = join(
      site.tracklets,
      new AppearanceOdds(clothes.model, site.tracklets),
      new Array(3).fill(Number.NaN),
    );
    expect(atOnce(site.tracklets, joined)).toBe(0);
    const joins = joined.people.flatMap((person) => person.joins);
    const right = joins.filter(({ earlier, later }) => site.walkers[earlier] === site.walkers[later]).length;
    let wanted = 0;
    for (let t = 1; t < site.walkers.length; t++) if (site.walkers[t] === site.walkers[t - 1]) wanted++;
    expect(right / joins.length).toBeGreaterThan(0.93);
    expect(right / wanted).toBeGreaterThan(0.75);
    expect(joined.offsets.seconds[1]).toBeLessThan(-1.2);
    expect(joined.offsets.seconds[1]).toBeGreaterThan(-2.8);
  });
});
