import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trajectory } from '../../../src/core/trajectory.ts';
import { seeOneFloor } from '../../../src/site/floor/overlap.ts';
import { type FloorPeople, trackRecorded } from '../../../src/site/floor/people.ts';
import { type RecordedCamera, recordedSteps } from '../../../src/site/floor/recorded.ts';

/** Cameras that look straight down, 100 pixels a metre; the second is turned by half a turn about (4, 3), the third sees another place. */
const SIZE = { width: 800, height: 600 };
const SETUPS = [
  { name: 'a', homography: Float64Array.of(0.01, 0, 0, 0, 0.01, 0, 0, 0, 1), size: SIZE },
  { name: 'b', homography: Float64Array.of(-0.01, 0, 8, 0, -0.01, 6, 0, 0, 1), size: SIZE },
  { name: 'c', homography: Float64Array.of(0.01, 0, 8, 0, 0.01, 0, 0, 0, 1), size: SIZE },
];
const overlapping = (a: number, b: number) => a + b === 1;

/** What camera `c` has of people who are at places in frames `first`, `first` + 1, …; 4 frames a second. */
function recorded(
  c: number,
  people: readonly { first: number; places: readonly (readonly number[])[] }[],
): RecordedCamera {
  const trajectories = people.map(({ first, places }, id): Trajectory => {
    const frames = Int32Array.from(places, (_, i) => first + i);
    const boxes = places.flatMap(([x, y]) => {
      const [u, v] = c === 1 ? [800 - 100 * x, 600 - 100 * y] : [100 * (x - (c === 2 ? 8 : 0)), 100 * y];
      return [u - 20, v - 100, 40, 100];
    });
    return {
      ...{ id, frames, times: Float64Array.from(frames, (f) => f / 4), boxes: Float64Array.from(boxes) },
      scores: new Float32Array(places.length).fill(0.9),
      detected: new Uint8Array(places.length).fill(1),
    };
  });
  return { ...SETUPS[c], trajectories, frames: 80, rate: 4, shift: 0 };
}

const along = (from: number, to: number, y: number) =>
  Array.from({ length: to - from }, (_, i) => [1 + (from + i) / 12, y] as const);
const peopleOf = ({ people, tracklets }: FloorPeople) =>
  [...people.values()].map((own) =>
    own.map((t) => [tracklets[t].camera, tracklets[t].trajectory, tracklets[t].from, tracklets[t].to]),
  );

describe('trackRecorded', () => {
  it('has one person where two cameras see one', () => {
    const found = trackRecorded(
      [recorded(0, [{ first: 0, places: along(0, 60, 2) }]), recorded(1, [{ first: 20, places: along(20, 80, 2) }])],
      overlapping,
    );
    expect(peopleOf(found)).toEqual([
      [
        [0, 0, 0, 60],
        [1, 0, 0, 60],
      ],
    ]);
    const last = found.paths.frames.length - 1;
    expect(found.paths.positions[2 * last]).toBeCloseTo(1 + 79 / 12, 1);
    expect(found.paths.times[last]).toBeCloseTo(79 / 4, 9);
  });

  it('cuts a trajectory that goes over from one person to another', () => {
    const exchanged = [...along(0, 40, 2), ...along(40, 80, 4)];
    const found = trackRecorded(
      [
        recorded(0, [{ first: 0, places: exchanged }]),
        recorded(1, [
          { first: 0, places: along(0, 80, 2) },
          { first: 0, places: along(0, 80, 4) },
        ]),
      ],
      overlapping,
    );
    expect(peopleOf(found)).toEqual([
      [
        [1, 0, 0, 80],
        [0, 0, 0, 40],
      ],
      [
        [1, 1, 0, 80],
        [0, 0, 40, 80],
      ],
    ]);
  });

  it('puts nobody in two places at once, whatever it is given', () => {
    const coordinate = fc.oneof(fc.double({ min: -2, max: 12, noNaN: true }), fc.constantFrom(1, 2, 1e9, Number.NaN));
    const walk = fc.record({
      first: fc.nat(40),
      places: fc.oneof(
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 20 }),
        fc
          .tuple(fc.nat(30), fc.integer({ min: 2, max: 30 }), fc.nat(6))
          .map(([from, n, y]) => along(from, from + n, y)),
      ),
    });
    const camera = fc.array(walk, { maxLength: 5 });
    fc.assert(
      fc.property(camera, camera, camera, (...seen) => {
        const cameras = seen.map((people, c) => recorded(c, people));
        const found = trackRecorded(cameras, overlapping);
        const { paths, tracklets, people } = found;
        expect(new Set(paths.ids.map((id, i) => 1000 * paths.frames[i] + id)).size).toBe(paths.ids.length);
        expect(paths.positions.every(Number.isFinite)).toBe(true);
        // the tracklets are all rows of all trajectories, and each is of one person at most
        const rows = tracklets.reduce((sum, { from, to }) => sum + to - from, 0);
        expect(rows).toBe(
          cameras.flatMap((one) => one.trajectories).reduce((sum, { frames }) => sum + frames.length, 0),
        );
        const all = [...people.values()].flat();
        expect(new Set(all).size).toBe(all.length);
        const span = (t: number) => {
          const { camera: c, trajectory, from, to } = tracklets[t];
          const { times } = cameras[c].trajectories[trajectory];
          return [times[from], times[to - 1]];
        };
        for (const own of people.values())
          for (const a of own)
            for (const b of own) {
              if (a >= b || span(a)[0] > span(b)[1] || span(b)[0] > span(a)[1]) continue;
              expect(overlapping(tracklets[a].camera, tracklets[b].camera)).toBe(true);
            }
      }),
    );
  });
});

describe('recordedSteps', () => {
  it('takes all cameras together, with empty views of frames without people', () => {
    const shifted = { ...recorded(1, [{ first: 2, places: along(0, 2, 2) }]), frames: 5, shift: 0.1 };
    const steps = [...recordedSteps([{ ...recorded(0, [{ first: 1, places: along(0, 1, 2) }]), frames: 3 }, shifted])];
    expect(steps.map((views) => views.map(({ camera, time, tracks }) => [camera, time, tracks.length]))).toEqual([
      [
        [0, 0, 0],
        [1, 0.1, 0],
      ],
      [
        [0, 0.25, 1],
        [1, 0.35, 0],
      ],
      [
        [0, 0.5, 0],
        [1, 0.6, 1],
      ],
      [[1, 0.85, 1]],
      [[1, 1.1, 0]],
    ]);
  });
});

it('seeOneFloor: where what one picture shows is in the other', () => {
  const [a, b, c] = SETUPS;
  expect(seeOneFloor(a, b)).toBe(true);
  expect(seeOneFloor(a, c)).toBe(false);
  expect(seeOneFloor(a, { ...b, size: undefined })).toBe(false);
});
