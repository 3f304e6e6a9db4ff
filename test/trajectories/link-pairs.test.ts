import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refine, refinementParameters, Timeline, type Trajectory } from '../../src/trajectories/index.ts';
import { link } from '../../src/trajectories/link.ts';
import { LINK_FEATURES, linkPairs } from '../../src/trajectories/link-pairs.ts';
import { linkLogOdds } from '../../src/trajectories/link-score.ts';

const RATE = 20;

/** A person who walks from x = `x` at time 0 with `speed` pixels a second, seen from one time to another. */
function piece(id: number, from: number, to: number, x: number, speed: number, height = 80, y = 100): Trajectory {
  const frames = Int32Array.from({ length: Math.round(RATE * (to - from)) + 1 }, (_, k) => Math.round(RATE * from) + k);
  return {
    id,
    frames,
    times: Float64Array.from(frames, (frame) => frame / RATE),
    boxes: Float64Array.from([...frames].flatMap((frame) => [x + (speed * frame) / RATE, y, 0.4 * height, height])),
    scores: new Float32Array(frames.length).fill(0.9),
    detected: new Uint8Array(frames.length).fill(1),
  };
}

/** People far to the left and right: the picture is wide. */
const FRAME = [piece(100, 0, 10, -900, 0), piece(101, 0, 10, 1500, 0)];

function timeline(seconds = 12, shift: readonly [number, number] = [0, 0]): Timeline {
  const all = new Timeline();
  for (let f = 0; f <= seconds * RATE; f++) all.add(f, f / RATE, shift);
  return all;
}

const ways = (pieces: Trajectory[], ...camera: Parameters<typeof timeline>) =>
  link([...pieces, ...FRAME], timeline(...camera))
    .filter(({ id }) => id < 100)
    .map(({ pieces: own }) => own);

describe('link by boxes', () => {
  it('gives a person who is hidden for a second one id, and refinement fills the gap', () => {
    const pieces = [piece(1, 0, 3, 100, 60), piece(2, 4, 8, 100, 60)];
    expect(ways(pieces)).toEqual([[1, 2]]);
    const refined = refine([...pieces, ...FRAME], timeline(), refinementParameters.parse({}));
    expect(refined[0].id).toBe(1);
    expect(refined[0].frames.length).toBe(8 * RATE + 1);
  });

  it('lets two people who cross go on as they walked', () => {
    const pieces = [
      piece(1, 0, 3, 100, 60),
      piece(2, 0, 3, 520, -60),
      piece(3, 4, 8, 100, 60), // both are at x = 310 at 3.5 s
      piece(4, 4, 8, 520, -60),
    ];
    expect(ways(pieces)).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(ways([pieces[0], pieces[1], { ...pieces[3], id: 3 }, { ...pieces[2], id: 4 }])).toEqual([
      [1, 4],
      [2, 3],
    ]);
  });

  it.each([
    ['differ in size', piece(2, 4, 8, 100, 60, 150)],
    ['go elsewhere', piece(2, 4, 8, 250, 60)],
    ['come back after more than three seconds', piece(2, 6.1, 8, 100, 60)],
    ['are seen at the same time', piece(2, 3, 8, 100, 60)],
  ])('leaves people alone who %s', (_, later) => {
    expect(ways([piece(1, 0, 3, 100, 60), later])).toEqual([[1], [2]]);
  });

  it('does not link one who may have left the picture', () => {
    const pieces = [piece(1, 0, 3, 100, 0), piece(2, 6, 8, 140, 0)];
    expect(ways(pieces)).toEqual([[1, 2]]);
    expect(link(pieces, timeline()).map(({ id }) => id)).toEqual([1, 2]); // the picture ends where they stand
  });

  it('goes with a picture that moves', () => {
    const still = [piece(1, 0, 3, 100, 0), piece(2, 4, 8, 400, 0)];
    expect(ways(still)).toEqual([[1], [2]]);
    const shifted = [piece(1, 0, 3, 100, 300), piece(2, 4, 8, 100, 300)];
    expect(ways(shifted, 12, [300 / RATE, 0])).toEqual([[1, 2]]);
  });

  it('judges the parts of a video as the whole', () => {
    const scene = fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: 50 }),
        length: fc.integer({ min: 1, max: 30 }),
        x: fc.integer({ min: 0, max: 400 }),
        speed: fc.integer({ min: -60, max: 60 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(scene, scene, (first, second) => {
        const part = (people: typeof first, id: number, from: number): Trajectory[] => [
          ...people.map((p, i) =>
            piece(id + i, from + p.from / 10, from + (p.from + p.length) / 10, p.x - from * p.speed, p.speed),
          ),
          piece(id + 50, from, from + 8, -900, 0),
          piece(id + 51, from, from + 8, 1500, 0),
        ];
        const parts = [part(first, 1, 0), part(second, 101, 20)];
        const whole = link(parts.flat(), timeline(40)).map(({ pieces }) => pieces);
        expect(whole).toEqual(parts.flatMap((own) => link(own, timeline(40)).map(({ pieces }) => pieces)));
        expect(whole.flat().sort((a, b) => a - b)).toEqual(parts.flat().map(({ id }) => id));
      }),
      { numRuns: 100 },
    );
  });
});

describe('linkPairs', () => {
  it('measures a pair, and how far ahead it is of its rivals', () => {
    const pieces = [piece(1, 0, 3, 100, 60), piece(2, 4, 8, 100, 60, 88)];
    const pairs = linkPairs([...pieces, ...FRAME], timeline());
    const values = Object.fromEntries(LINK_FEATURES.map((name, f) => [name, pairs.values[f]]));
    expect([pairs.length, pairs.earlier[0], pairs.later[0]]).toEqual([1, 0, 1]);
    expect(values.height).toBeCloseTo(Math.log(1.1));
    expect(values.width).toBeCloseTo(Math.log(1.1));
    expect(values.gap).toBeCloseTo(1);
    expect(values.distance).toBeLessThan(0.1);
    expect([values.margin, values.edge]).toEqual([4, 1]);
    const rivals = linkPairs([...pieces, piece(3, 4, 8, 130, 60), ...FRAME], timeline());
    const margins = [0, 1].map((k) => rivals.values[k * LINK_FEATURES.length + LINK_FEATURES.indexOf('margin')]);
    expect(margins[0]).toBeCloseTo(-margins[1]);
    expect(linkLogOdds(pairs)[0]).toBeGreaterThan(Math.max(...linkLogOdds(rivals)));
  });
});
