import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import type { Detections } from '../../src/detection/index.ts';
import { type Track, Tracker } from '../../src/tracking/index.ts';
import {
  inFrameOrder,
  type RefinementParameters,
  refine,
  refinementParameters,
  Timeline,
  type Trajectory,
  TrajectoryCollector,
} from '../../src/trajectories/index.ts';

type Box = readonly [x: number, y: number, w: number, h: number];

const OFF: RefinementParameters = { smoothSeconds: 0, fillSeconds: 0, fillConfidence: 0, minConfidence: 0 };
const DEFAULTS = refinementParameters.parse({});

/** Frames numbered from 0 at a rate. */
function timelineOf(frames: number, fps = 10): Timeline {
  const timeline = new Timeline();
  for (let index = 0; index < frames; index++) timeline.add(index, index / fps);
  return timeline;
}

/** A trajectory seen in some frames at 10 frames/s. */
function trajectory(id: number, frames: readonly number[], box: (frame: number) => Box, score = 0.9): Trajectory {
  return {
    id,
    frames: Int32Array.from(frames),
    times: Float64Array.from(frames, (frame) => frame / 10),
    boxes: Float64Array.from(frames.flatMap((frame) => [...box(frame)])),
    scores: new Float32Array(frames.length).fill(score),
    detected: new Uint8Array(frames.length).fill(1),
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const walker = (frame: number): Box => [10 + 4 * frame, 50 - frame, 20 + frame / 2, 60 + frame];
const rowsOf = ({ boxes }: Trajectory): Box[] =>
  range(0, boxes.length / 4).map((i) => [...boxes.subarray(4 * i, 4 * i + 4)] as unknown as Box);

describe('refine', () => {
  it('fills a gap of three frames exactly on the way between', () => {
    const input = trajectory(7, [0, 1, 5, 6], (frame) => [4 * frame, 8 * frame, 20, 60 + 2 * frame], 0.75);
    const [filled, ...others] = refine([input], timelineOf(10), { ...OFF, fillSeconds: 0.4 });
    expect(others).toEqual([]);
    expect(filled.id).toBe(7);
    expect([...filled.frames]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...filled.detected]).toEqual([1, 1, 0, 0, 0, 1, 1]);
    expect([...filled.scores]).toEqual(new Array(7).fill(0.75));
    expect(filled.times[3]).toBe(0.3);
    rowsOf(filled).forEach((box, i) => {
      const expected = [4 * i, 8 * i, 20, 60 + 2 * i];
      for (const k of range(0, 4)) expect(box[k]).toBeCloseTo(expected[k], 9);
    });
  });

  it('leaves a longer gap, and fills only frames that there are', () => {
    const input = trajectory(1, [0, 4], walker);
    expect([...refine([input], timelineOf(5), { ...OFF, fillSeconds: 0.39 })[0].frames]).toEqual([0, 4]);
    const some = new Timeline(); // pictures 1 and 3 could not be decoded; the times are not even either
    for (const [index, time] of [
      [0, 0],
      [2, 0.1],
      [4, 0.4],
    ])
      some.add(index, time);
    const [filled] = refine([input], some, { ...OFF, fillSeconds: 1 });
    expect([...filled.frames]).toEqual([0, 2, 4]);
    expect(filled.boxes[4]).toBeCloseTo(10 + 16 / 4, 9); // a quarter of the time
  });

  it('smooths and fills as a camera that stands still would see it', () => {
    // The camera is shaken; the walker's way is straight.
    const shake = (frame: number): number => 30 * Math.sin(2 * frame);
    const timeline = new Timeline();
    for (let f = 0; f < 80; f++) timeline.add(f, f / 10, f > 0 ? [shake(f) - shake(f - 1), 0] : [0, 0]);
    const seen = (frame: number): Box => [walker(frame)[0] + shake(frame), walker(frame)[1], 20, 60];
    const frames = range(0, 80).filter((frame) => frame < 70 || frame > 74); // past the first 64 rows
    const input = trajectory(1, frames, (frame) => [...seen(frame)]);
    const before = input.boxes.slice();
    const [refined] = refine([input], timeline, { ...OFF, smoothSeconds: 0.3, fillSeconds: 1 });
    expect(input.boxes).toEqual(before);
    expect([...refined.frames]).toEqual(range(0, 80));
    rowsOf(refined).forEach((box, i) => {
      for (const k of range(0, 4)) expect(box[k]).toBeCloseTo(seen(i)[k], 6);
    });
  });

  it('a straight way stays as it is, to both ends and over gaps', () => {
    const frames = [0, 1, 2, 5, 6, 7, 8, 20, 21];
    const [smooth] = refine([trajectory(1, frames, walker)], timelineOf(30), { ...OFF, smoothSeconds: 0.3 });
    rowsOf(smooth).forEach((box, i) => {
      for (const k of range(0, 4)) expect(box[k]).toBeCloseTo(walker(frames[i])[k], 6);
    });
  });

  it('smoothing takes most of the jitter out, more trusting in sure detections', () => {
    const shaken = (frame: number): Box => [100 + (frame % 2 ? 6 : -6), 50, 20, 60];
    const [smooth] = refine([trajectory(1, range(0, 40), shaken)], timelineOf(40), { ...OFF, smoothSeconds: 0.25 });
    for (let i = 10; i < 30; i++) expect(Math.abs(smooth.boxes[4 * i] - 100)).toBeLessThan(0.1);
    const doubtful = trajectory(1, range(0, 40), (frame) => [frame === 20 ? 130 : 100, 50, 20, 60]);
    const quarter = { ...DEFAULTS, smoothSeconds: 0.25 };
    const sure = refine([doubtful], timelineOf(40), quarter)[0].boxes[80];
    doubtful.scores[20] = 0.1;
    const less = refine([doubtful], timelineOf(40), quarter)[0].boxes[80];
    expect(less - 100).toBeLessThan((sure - 100) / 2);
    expect(less).toBeGreaterThan(100);
  });

  it('drops who was never seen well; the others keep their ids', () => {
    const people = [
      trajectory(2, range(0, 20), walker, 0.9),
      trajectory(3, range(0, 20), walker, 0.3),
      trajectory(5, range(3, 9), walker, 0.7),
    ];
    expect(refine(people, timelineOf(20), { ...DEFAULTS, minConfidence: 0.5 }).map(({ id }) => id)).toEqual([2, 5]);
    expect(refine([], timelineOf(20), DEFAULTS)).toEqual([]);
  });

  it('drops, or does not fill, who comes and goes, though the scores are high', () => {
    const flickers = trajectory(1, [0, 3, 6, 9], walker, 0.9); // seen in 4 of 10 frames: confidence .36
    expect(refine([flickers], timelineOf(20), { ...DEFAULTS, minConfidence: 0.37 })).toEqual([]);
    const all = { ...DEFAULTS, minConfidence: 0.35 };
    expect(refine([flickers], timelineOf(20), { ...all, fillConfidence: 0.35 })[0].frames.length).toBe(10);
    expect([...refine([flickers], timelineOf(20), { ...all, fillConfidence: 0.37 })[0].frames]).toEqual([0, 3, 6, 9]);
  });

  it('a long gap, and frames in which nobody looked, do not make a person doubtful', () => {
    const hidden = trajectory(1, [...range(0, 5), ...range(25, 30)], walker, 0.9);
    expect(refine([hidden], timelineOf(30), { ...DEFAULTS, minConfidence: 0.89 })).toHaveLength(1);
    const timeline = new Timeline(); // the detector runs in every third frame
    for (let index = 0; index < 10; index++) timeline.add(index, index / 10, [0, 0], index % 3 === 0);
    const [filled] = refine([trajectory(1, [0, 3, 6, 9], walker, 0.9)], timeline, { ...DEFAULTS, minConfidence: 0.89 });
    expect([...filled.frames]).toEqual(range(0, 10));
  });

  it('takes out the shake that the camera has and the tracker did not see', () => {
    const shake = (frame: number): number => [0, 9, -7, 4, -11, 6][frame % 6];
    const ways = [2, -3, 1, 4, -2].map((speed, p): ((frame: number) => Box) => {
      return (frame) => [200 * p + speed * frame, 50 + p, 30, 90];
    });
    const people = ways.map((way, p) =>
      trajectory(p + 1, range(0, 60), (frame) => [way(frame)[0] + shake(frame), way(frame)[1], 30, 90]),
    );
    const smoothed = refine(people, timelineOf(60), { ...OFF, smoothSeconds: 0.3 });
    smoothed.forEach(({ boxes }, p) => {
      for (let f = 5; f < 55; f++) {
        const offset = boxes[4 * f] - ways[p](f)[0];
        expect(Math.abs(offset - shake(f))).toBeLessThan(1.5); // smoothed alone it is off by up to 10
      }
    });
  });

  const anyTrajectories = fc
    .array(
      fc.record({
        gaps: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 40 }),
        boxes: fc.array(
          fc.tuple(
            fc.double({ min: -500, max: 3000, noNaN: true }),
            fc.double({ min: -500, max: 3000, noNaN: true }),
            fc.double({ min: 0.5, max: 900, noNaN: true }),
            fc.double({ min: 0.5, max: 900, noNaN: true }),
            fc.double({ min: 0.05, max: 1, noNaN: true }),
          ),
          { minLength: 40, maxLength: 40 },
        ),
      }),
      { maxLength: 6 },
    )
    .map((people) =>
      people.map(({ gaps, boxes }, p) => {
        let frame = 0;
        const frames = gaps.map((gap) => {
          frame += gap;
          return frame;
        });
        const made = trajectory(3 * p + 1, frames, () => [0, 0, 1, 1]);
        frames.forEach((_, i) => {
          made.boxes.set(boxes[i].slice(0, 4), 4 * i);
          made.scores[i] = boxes[i][4];
        });
        return made;
      }),
    );
  const anyParameters = fc.record({
    smoothSeconds: fc.constantFrom('auto' as const, 0, 0.001, 0.1, 0.25, 2),
    fillSeconds: fc.constantFrom(0, 0.3, 1, 60),
    fillConfidence: fc.constantFrom(0, 0.5),
    minConfidence: fc.constantFrom(0, 0.45, 0.7),
  });

  it('gives proper trajectories whatever comes in: finite, in frame order, no frame twice, none lost but with doubtful ones, no new ids', () => {
    fc.assert(
      fc.property(anyTrajectories, anyParameters, (people, parameters) => {
        const before = structuredClone(people);
        const timeline = timelineOf(1100);
        const seen: number[] = [];
        for (const refined of refine(people, timeline, parameters)) {
          const input = people.find(({ id }) => id === refined.id)!;
          const n = refined.frames.length;
          expect([refined.times.length, refined.boxes.length, refined.scores.length]).toEqual([n, 4 * n, n]);
          for (let i = 0; i < n; i++) {
            if (i > 0) expect(refined.frames[i]).toBeGreaterThan(refined.frames[i - 1]);
            expect(refined.times[i]).toBe(refined.frames[i] / 10);
            for (let k = 0; k < 4; k++) expect(Number.isFinite(refined.boxes[4 * i + k])).toBe(true);
            expect(Math.min(refined.boxes[4 * i + 2], refined.boxes[4 * i + 3])).toBeGreaterThan(0);
          }
          const own = [...refined.frames].filter((_, i) => refined.detected[i]);
          expect(own).toEqual(expect.arrayContaining([...input.frames])); // and those of one who was linked to it
          seen.push(...own);
        }
        const all = people.flatMap(({ frames }) => [...frames]).sort((a, b) => a - b);
        if (parameters.minConfidence === 0) expect(seen.sort((a, b) => a - b)).toEqual(all);
        expect(people).toEqual(before); // the input is not touched
      }),
      { numRuns: 60 },
    );
  });

  it('what it fills in lies within the hull of its neighbours, where no shake is common to several people', () => {
    fc.assert(
      fc.property(anyTrajectories, anyParameters, (people, parameters) => {
        for (const { boxes, detected } of people.flatMap((person) => refine([person], timelineOf(1100), parameters))) {
          for (let i = 0; i < detected.length; i++) {
            if (detected[i]) continue;
            const before = detected.lastIndexOf(1, i);
            const after = detected.indexOf(1, i);
            for (let k = 0; k < 4; k++) {
              const ends = [boxes[4 * before + k], boxes[4 * after + k]];
              expect(boxes[4 * i + k]).toBeGreaterThanOrEqual(Math.min(...ends) - 1e-6);
              expect(boxes[4 * i + k]).toBeLessThanOrEqual(Math.max(...ends) + 1e-6);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('TrajectoryCollector', () => {
  const seen = (...boxes: Box[]): Detections => ({
    length: boxes.length,
    boxes: Float64Array.from(boxes.flat()),
    scores: new Float32Array(boxes.length).fill(0.9),
  });

  /** Tracks frames at 10 per second and collects. */
  function collect(frames: readonly Detections[], watch: (tracks: readonly Track[]) => void = () => {}) {
    const tracker = new Tracker({ association: handSetScore });
    const collector = new TrajectoryCollector();
    frames.forEach((detections, index) => {
      const tracks = tracker.update(detections, index / 10);
      collector.add({ index, time: index / 10 }, tracks);
      watch(tracks);
    });
    return collector;
  }

  it('holds the boxes as detected, from the first on and not only from when the person was established', () => {
    let established = 0;
    const collector = collect(
      range(0, 20).map((frame) => seen(walker(frame))),
      (tracks) => {
        if (tracks[0].established) established++;
      },
    );
    const [person, ...others] = collector.take();
    expect([others.length, person.id]).toEqual([0, 1]);
    expect(established).toBe(18);
    expect([...person.frames]).toEqual(range(0, 20));
    expect(rowsOf(person)).toEqual(range(0, 20).map(walker));
    expect(collector.timeline.length).toBe(20);
    expect(collector.take()).toEqual([]);
  });

  it('leaves out who was never established, and knows apart who comes after another', () => {
    const far: Box = [600, 300, 30, 90];
    const collector = collect(
      range(0, 80).map((frame) => {
        if (frame === 5) return seen(walker(frame), far); // once, never again
        if (frame < 20) return seen(walker(frame));
        return frame >= 60 ? seen(far) : seen();
      }),
    );
    expect(collector.take().map(({ id, frames }) => [id, frames[0], frames.at(-1)])).toEqual([
      [1, 0, 19],
      [3, 60, 79],
    ]);
  });
});

describe('inFrameOrder', () => {
  it('gives every frame, with its people by id and whose last it is', () => {
    const people = [trajectory(4, [1, 2], walker), trajectory(2, [2, 4], walker), trajectory(9, [2], walker)];
    const frames = [...inFrameOrder(people, timelineOf(6))];
    expect(frames.map(({ frame, ended }) => [frame.index, frame.time, [...frame.ids], ended])).toEqual([
      [0, 0, [], []],
      [1, 0.1, [4], []],
      [2, 0.2, [2, 4, 9], [4, 9]],
      [3, 0.3, [], []],
      [4, 0.4, [2], [2]],
      [5, 0.5, [], []],
    ]);
    expect([...frames[2].frame.boxes.subarray(4, 8)]).toEqual([...walker(2)]);
  });
});
