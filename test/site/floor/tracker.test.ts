import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulateRoom } from '../../../bench/floor-simulation.ts';
import { evaluateFloor } from '../../../src/evaluation/floor.ts';
import { figures } from '../../../src/evaluation/score.ts';
import { type FloorStep, FloorTracker, type FloorView } from '../../../src/site/index.ts';

/** A camera that looks straight down, 100 pixels a metre; the second is turned by half a turn about (4, 3). */
const DOWN = Float64Array.of(0.01, 0, 0, 0, 0.01, 0, 0, 0, 1);
const TURNED = Float64Array.of(-0.01, 0, 8, 0, -0.01, 6, 0, 0, 1);
const CAMERAS = [
  { name: 'a', homography: DOWN },
  { name: 'b', homography: TURNED },
];

/** A view with boxes of 40 × 100 pixels whose feet are at places on the floor. */
function view(camera: number, time: number, ...places: readonly (readonly [number, number])[]): FloorView {
  const pixels = places.map(([x, y]) => (camera === 0 ? [100 * x, 100 * y] : [800 - 100 * x, 600 - 100 * y]));
  return {
    camera,
    time,
    boxes: Float64Array.from(pixels.flatMap(([u, v]) => [u - 20, v - 100, 40, 100])),
    scores: new Float64Array(places.length).fill(0.9),
  };
}

describe('FloorTracker', () => {
  it('has one person where two cameras see one', () => {
    const tracker = new FloorTracker(CAMERAS);
    const { ids, positions, viewIds } = tracker.step([view(0, 0, [2, 3]), view(1, 0, [2.1, 3])], 0);
    expect([...ids]).toEqual([1]);
    expect(positions[0]).toBeCloseTo(2.05, 9);
    expect(positions[1]).toBeCloseTo(3, 9);
    expect(viewIds.map((each) => [...each])).toEqual([[1], [1]]);
  });

  it('has two people where they stand apart', () => {
    const tracker = new FloorTracker(CAMERAS);
    const step = tracker.step([view(0, 0, [2, 3], [5, 3]), view(1, 0, [5, 3], [2, 3])], 0);
    const [a, b] = step.viewIds;
    expect([...step.ids]).toEqual([1, 2]);
    expect(a[0]).toBe(b[1]);
    expect(a[1]).toBe(b[0]);
  });

  it('keeps ids while two people pass each other', () => {
    const tracker = new FloorTracker(CAMERAS);
    const steps: FloorStep[] = [];
    for (let i = 0; i <= 16; i++) {
      const time = i / 4;
      const places = [[1 + time, 2.8] as const, [5 - time, 3.2] as const];
      steps.push(tracker.step([view(0, time, ...places), view(1, time, ...places)], time));
    }
    const [first, second] = steps[2].viewIds[0];
    for (const { viewIds } of steps.slice(2)) for (const each of viewIds) expect([...each]).toEqual([first, second]);
    expect(steps[16].positions[2 * [...steps[16].ids].indexOf(first)]).toBeGreaterThan(4.5);
  });

  it('has a person in one camera only after more pictures, and forgets one who left', () => {
    const tracker = new FloorTracker(CAMERAS.slice(0, 1));
    expect(tracker.step([view(0, 0, [2, 3])], 0).ids.length).toBe(0);
    expect([...tracker.step([view(0, 0.25, [2, 3])], 0.25).ids]).toEqual([1]);
    expect([...tracker.step([view(0, 0.5)], 0.5).ids]).toEqual([1]);
    for (let time = 0.75; time < 6; time += 0.25) tracker.step([view(0, time)], time);
    tracker.step([view(0, 6, [2, 3])], 6);
    expect([...tracker.step([view(0, 6.25, [2, 3])], 6.25).ids]).toEqual([2]);
  });

  it('moves what a camera saw earlier to the time of the step', () => {
    const tracker = new FloorTracker(CAMERAS);
    for (let i = 0; i < 20; i++) {
      const time = i / 4;
      const step = tracker.step([view(0, time, [1 + time, 3]), view(1, time - 0.1, [0.9 + time, 3])], time);
      if (i > 8) expect(step.positions[0]).toBeCloseTo(1 + time, 1);
    }
  });

  it('counts ids on', () => {
    const tracker = new FloorTracker(CAMERAS, {}, 41);
    expect([...tracker.step([view(0, 0, [2, 3]), view(1, 0, [2, 3])], 0).ids]).toEqual([42]);
  });

  it('refuses a camera that is there twice, or unknown', () => {
    const tracker = new FloorTracker(CAMERAS);
    expect(() => tracker.step([view(0, 0), view(0, 0)], 0)).toThrow(/view 1/);
    expect(() => tracker.step([{ ...view(0, 0), camera: 2 }], 0)).toThrow(/no camera 2/);
  });

  it('has no person at two places, whatever it is given', () => {
    const number = fc.oneof(
      fc.double({ min: -50, max: 900, noNaN: true }),
      fc.constantFrom(Number.NaN, Infinity, 0, -1),
    );
    const boxes = fc.array(fc.tuple(number, number, number, number, fc.double({ min: 0, max: 1 })), { maxLength: 6 });
    const steps = fc.array(fc.tuple(fc.double({ min: -1, max: 3, noNaN: true }), boxes, boxes), { maxLength: 12 });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (list, values) => {
        const tracker = new FloorTracker(CAMERAS);
        let time = 0;
        let highest = 0;
        for (const [dt, ...seen] of list) {
          time += dt;
          const views = seen.map((of, camera) => ({
            camera,
            time,
            boxes: Float64Array.from(of.flatMap((each) => each.slice(0, 4))),
            scores: Float64Array.from(of, (each) => each[4]),
            embeddings: Float32Array.from({ length: 4 * of.length }, () => values.next().value ?? 0),
          }));
          const { ids, positions, viewIds } = tracker.step(views, time);
          expect(new Set(ids).size).toBe(ids.length);
          expect(positions.every(Number.isFinite)).toBe(true);
          for (const each of viewIds) {
            const people = [...each].filter((id) => id > 0);
            expect(new Set(people).size).toBe(people.length);
          }
          for (const id of ids) highest = Math.max(highest, id);
          expect(ids.every((id) => id > 0 && id <= highest)).toBe(true);
        }
      }),
    );
  });

  it('keeps the identities of ten people in a simulated room', () => {
    const { cameras, frames, truth } = simulateRoom({ people: 10, seed: 7 });
    const tracker = new FloorTracker(cameras);
    const rows = frames.flatMap((views, frame) => {
      const { ids, positions } = tracker.step(views, views[0].time);
      return [...ids].map((id, i) => ({ frame, id, x: positions[2 * i], y: positions[2 * i + 1] }));
    });
    const { MOTA, IDF1 } = figures(
      evaluateFloor(truth, {
        frames: Int32Array.from(rows, ({ frame }) => frame),
        ids: Int32Array.from(rows, ({ id }) => id),
        positions: Float64Array.from(rows.flatMap(({ x, y }) => [x, y])),
      }),
    );
    expect(MOTA).toBeGreaterThan(93);
    expect(IDF1).toBeGreaterThan(75);
  });
});
