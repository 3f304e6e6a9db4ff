import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import type { Detections } from '../../src/core/detections.ts';
import { NO_DETECTIONS } from '../../src/core/detections.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { type Track, Tracker, type TrackingParameters } from '../../src/tracking/index.ts';
import { crowdOf } from './crowd.ts';

type Box = readonly [x: number, y: number, w: number, h: number];

function detections(boxes: readonly Box[], scores: readonly number[] = boxes.map(() => 0.9)): Detections {
  return { length: boxes.length, boxes: Float64Array.from(boxes.flat()), scores: Float32Array.from(scores) };
}

const confirmed = (tracks: readonly Track[]): Track[] => tracks.filter((track) => track.state === 'confirmed');

/** Feeds frames at a rate and notes what each gave: ids with boxes, by detection index. */
function run(frames: readonly Detections[], fps = 10, parameters: Partial<TrackingParameters> = {}) {
  const tracker = new Tracker({ association: handSetScore, parameters });
  return frames.map((frame, f) =>
    confirmed(tracker.update(frame, f / fps)).map(({ id, detection, box }) => ({ id, detection, box: [...box] })),
  );
}

/** A person walking right at 40 pixels/s from x. */
const walker = (x: number, time: number): Box => [x + 40 * time, 100, 30, 80];

describe('the assignment', () => {
  it('gives the surest detections away first where people move suddenly, and the likeliest elsewhere', () => {
    const taken = (acceleration: number) => {
      const random = seededRandom(7);
      const tracker = new Tracker({ association: handSetScore });
      let [x, speed] = [0, 0];
      for (let f = 0; f < 200; f++) {
        speed += acceleration * 80 * Math.sqrt(0.04) * 3.46 * (random() - 0.5);
        x += 0.04 * speed;
        tracker.update(detections([[x, 100, 30, 80]]), 0.04 * f);
      }
      x += 0.04 * speed;
      const [near, beside] = [x, x + 8].map((left): Box => [left, 100, 30, 80]);
      return tracker.update(detections([near, beside], [0.65, 0.9]), 0.04 * 200)[0].detection;
    };
    expect([taken(0.1), taken(2)]).toEqual([0, 1]);
  });
});

describe('the life of a track', () => {
  it('has the same length in seconds at any frame rate', () => {
    const life = (fps: number) => {
      const tracker = new Tracker({ association: handSetScore });
      let confirmedAt = Number.POSITIVE_INFINITY;
      let lostAt = Number.POSITIVE_INFINITY;
      let endedAt = Number.POSITIVE_INFINITY;
      // Seen for two seconds, gone for ten.
      for (let f = 0; f < 12 * fps; f++) {
        const time = f / fps;
        for (const { state } of tracker.update(time < 2 ? detections([walker(0, time)], [0.7]) : NO_DETECTIONS, time)) {
          if (state === 'confirmed') confirmedAt = Math.min(confirmedAt, time);
          if (state === 'lost') lostAt = Math.min(lostAt, time);
          if (state === 'ended') endedAt = Math.min(endedAt, time);
        }
      }
      return { confirmedAt, lostAt, endedAt };
    };
    const { lostSeconds } = new Tracker({ association: handSetScore }).parameters;
    for (const fps of [10, 30]) {
      const { confirmedAt, lostAt, endedAt } = life(fps);
      expect(confirmedAt).toBeGreaterThan(0);
      expect(confirmedAt).toBeLessThan(0.5);
      expect(lostAt).toBeCloseTo(2, 6);
      expect(endedAt - 2).toBeGreaterThanOrEqual(lostSeconds - 0.2);
      expect(endedAt - 2).toBeLessThanOrEqual(lostSeconds + 0.2);
    }
    expect(Math.abs(life(10).endedAt - life(30).endedAt)).toBeLessThan(0.11);
  });

  it('gives the same people at 10 and at 30 frames/s', () => {
    const scene = (fps: number): Detections[] =>
      Array.from({ length: 6 * fps }, (_, f) => {
        const t = f / fps;
        return detections([walker(0, t), [300 - 30 * t, 300, 30, 80], ...(t > 2 && t < 4 ? [walker(500, t)] : [])]);
      });
    const [slow, fast] = [10, 30].map((fps) => run(scene(fps), fps));
    expect(new Set(slow.flat().map((p) => p.id)).size).toBe(3);
    expect(new Set(fast.flat().map((p) => p.id)).size).toBe(3);
    slow.slice(10).forEach((people, k) => {
      const f = k + 10;
      const same = fast[3 * f];
      // Somebody new is confirmed after so many seconds and detections, which takes longer at the lower rate.
      if (f < 20 || f > 23) expect(same).toHaveLength(people.length);
      for (const { id, box } of people) {
        const other = same.find((p) => p.id === id);
        for (let c = 0; c < 4; c++) expect(Math.abs(other!.box[c] - box[c])).toBeLessThan(4);
      }
    });
  });

  it('goes on after a short absence under the same id, and never under an id of before', () => {
    const frames = Array.from({ length: 300 }, (_, f) => {
      const t = f / 10;
      // 0–5 s seen, missed for 0.5 s, seen until 10 s; somebody else from 25 s on.
      const seen = t < 5 || (t >= 5.5 && t < 10);
      return t >= 25 ? detections([walker(-950, t)]) : seen ? detections([walker(0, t)]) : NO_DETECTIONS;
    });
    const people = run(frames);
    expect(new Set(people.slice(0, 100).flatMap((p) => p.map(({ id }) => id)))).toEqual(new Set([1]));
    expect(people[70]).toHaveLength(1);
    expect(new Set(people.slice(250).flatMap((p) => p.map(({ id }) => id)))).toEqual(new Set([2]));
  });

  it('never starts from a single doubtful detection', () => {
    const frames = Array.from({ length: 100 }, (_, f) => detections([[(f * 211) % 900, 100, 30, 80]], [0.7]));
    expect(run(frames).flat()).toEqual([]);
  });

  it('starts at first sight of a sure one, until those are seen not to last', () => {
    const flashes = Array.from({ length: 100 }, (_, f) => detections([[(f * 211) % 900, 100, 30, 80]], [0.9]));
    const shown = run(flashes).map((people) => people.length);
    expect(shown[0]).toBe(1);
    expect(shown.slice(10).every((length) => length === 0)).toBe(true);
  });

  it('waits for one who was confirmed at first sight no longer than for any new one', () => {
    const tracker = new Tracker({ association: handSetScore });
    const seen = detections([[100, 100, 30, 80]], [0.9]);
    const states = [seen, NO_DETECTIONS, seen, NO_DETECTIONS, NO_DETECTIONS].map((found, f) => {
      const [{ state, id }] = tracker.update(found, f / 10);
      return [state, id];
    });
    expect(states).toEqual([
      ['confirmed', 1],
      ['lost', 1],
      ['confirmed', 1],
      ['lost', 1],
      ['ended', 1],
    ]);
  });
});

describe('association', () => {
  it('keeps the ids of two people who cross', () => {
    const frames = Array.from({ length: 60 }, (_, f): Detections => {
      const boxes: Box[] = [
        [100 + 4 * f, 100, 30, 80],
        [336 - 4 * f, 106, 30, 82],
      ];
      return detections(f % 3 === 0 ? boxes : boxes.reverse());
    });
    const people = run(frames);
    const by = (f: number) => [...people[f]].sort((a, b) => a.id - b.id).map(({ box }) => Math.round(box[0]));
    const [left, right] = by(10);
    expect(people.slice(10).every((p) => p.length === 2)).toBe(true);
    expect(new Set(people.flat().map(({ id }) => id)).size).toBe(2);
    const [first, second] = by(59);
    expect(Math.sign(first - second)).toBe(-Math.sign(left - right));
  });

  it('finds the same tracks whatever the order of the detections', () => {
    const crowd = crowdOf(12, 5);
    const frames = Array.from({ length: 60 }, () => crowd.step().detections);
    const expected = run(frames);
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const orders: number[][] = [];
        const shuffled = frames.map((frame) => {
          const keys = Array.from({ length: frame.length }, () => stream.next().value as number);
          const order = [...keys.keys()].sort((a, b) => keys[a] - keys[b] || a - b);
          orders.push(order);
          return detections(
            order.map((j) => [...frame.boxes.subarray(4 * j, 4 * j + 4)] as unknown as Box),
            order.map((j) => frame.scores[j]),
          );
        });
        // Ids are given in the order of the detections where several people are confirmed at once: compare who is who.
        const name = new Map<number, number>();
        run(shuffled).forEach((people, f) => {
          expect(people).toHaveLength(expected[f].length);
          for (const { id, detection, box } of people) {
            const same = expected[f].find((p) => p.detection === orders[f][detection]);
            expect(same?.box).toEqual(box);
            if (!name.has(id)) name.set(id, same!.id);
            expect(name.get(id)).toBe(same!.id);
          }
        });
      }),
      { numRuns: 10 },
    );
  });

  it('follows people in a moving picture', () => {
    // The camera jumps by most of a person's width every frame for a second; people stand.
    const places = [100, 220, 340, 460, 580];
    const frames = Array.from({ length: 30 }, (_, f) => {
      const shift = 24 * Math.max(0, Math.min(10, f - 10));
      return detections(places.map((x, i): Box => [x + shift, 100 + 7 * i, 30, 80]));
    });
    const people = run(frames);
    expect(new Set(people.flat().map(({ id }) => id)).size).toBe(5);
    expect(people[29].map(({ id, box }) => [id, Math.round(box[0] / 10)])).toEqual(
      people[9].map(({ id, box }) => [id, Math.round((box[0] + 240) / 10)]),
    );
  });

  it('follows somebody alone in a picture whose motion was measured, also over a gap', () => {
    const tracker = new Tracker({ association: handSetScore });
    const at = (f: number) => 90 * Math.max(0, f - 9);
    const ids = new Set<number>();
    for (let f = 0; f < 30; f++) {
      const seen = f < 15 || f > 18 ? detections([[100 + at(f), 100, 30, 80]]) : NO_DETECTIONS;
      for (const { id } of confirmed(tracker.update(seen, f / 10, [at(f) - at(f - 1), 0]))) ids.add(id);
    }
    expect([...ids]).toEqual([1]);
    expect(tracker.confirmed).toBe(1);
  });
});

const anyNumber = fc.oneof(
  fc.double({ min: -200, max: 800, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -5, 1e300),
);
const size = fc.oneof(fc.double({ min: 10, max: 200, noNaN: true }), anyNumber);
const anyFrame = fc.array(fc.tuple(fc.tuple(anyNumber, anyNumber, size, size), fc.oneof(fc.constant(0.9), anyNumber)), {
  maxLength: 8,
});

describe('any input', () => {
  it('gives finite boxes, each detection to one track, ids that only grow; broken boxes are ignored', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 25 }), (frames) => {
        const tracker = new Tracker({ association: handSetScore, parameters: { confirmHits: 1, confirmSeconds: 0 } });
        let highest = 0;
        const alive = new Set<number>();
        frames.forEach((rows, f) => {
          const frame = detections(
            rows.map(([box]) => box),
            rows.map(([, score]) => score),
          );
          const taken = new Set<number>();
          for (const { id, state, box, velocity, detection } of tracker.step(frame, f / 10)) {
            expect([...box, ...velocity].every(Number.isFinite)).toBe(true);
            expect(box[2] > 0 && box[3] > 0).toBe(true);
            if (id > 0 && !alive.has(id)) {
              expect(id).toBeGreaterThan(highest);
              highest = id;
              alive.add(id);
            }
            if (detection < 0) continue;
            expect(taken.has(detection)).toBe(false);
            taken.add(detection);
            expect(state).toBe('confirmed');
            const [x, y, w, h] = rows[detection][0];
            expect(Number.isFinite(x + y + w + h) && w > 0 && h > 0).toBe(true);
          }
          expect(tracker.confirmed).toBe(highest);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('broken boxes and scores among good ones change nothing', () => {
    const broken: [Box, number][] = [
      [[Number.NaN, 1, 10, 20], 0.9],
      [[1, 1, 0, 20], 0.9],
      [[1, 1, 10, -20], 0.9],
      [[Number.POSITIVE_INFINITY, 1, 10, 20], 0.9],
      [[100, 100, 30, 80], Number.NaN],
    ];
    const good = Array.from({ length: 30 }, (_, f) => [walker(0, f / 10), walker(300, f / 10)]);
    const with_ = good.map((boxes) =>
      detections([...broken.map(([box]) => box), ...boxes], [...broken.map(([, score]) => score), 0.9, 0.9]),
    );
    const strip = (people: ReturnType<typeof run>) => people.map((frame) => frame.map(({ id, box }) => ({ id, box })));
    expect(strip(run(with_))).toEqual(strip(run(good.map((boxes) => detections(boxes)))));
  });

  it('time must rise', () => {
    const tracker = new Tracker({ association: handSetScore });
    tracker.update(NO_DETECTIONS, 5);
    for (const time of [5, 4.9, Number.NaN]) {
      expect(() => tracker.update(NO_DETECTIONS, time)).toThrow(/^frame time .* not later than 5 s before it/);
    }
    tracker.update(NO_DETECTIONS, 5.1);
  });

  it('a parameter out of range is refused', () => {
    const create = (parameters: object) => () => new Tracker({ association: handSetScore, parameters });
    expect(create({ lostSeconds: -1 })).toThrow(/^tracking\.lostSeconds: .*>=0/);
    expect(create({ minProbability: Number.NaN })).toThrow(/^tracking\.minProbability: /);
    expect(create({ lostSecnds: 3 })).toThrow(/^unknown key tracking\.lostSecnds; known are tracking\.highScore, /);
  });
});

describe('state', () => {
  it('reset makes a tracker as new; two trackers know nothing of each other', () => {
    const crowd = crowdOf(10, 9);
    const frames = Array.from({ length: 40 }, () => crowd.step().detections);
    const play = (tracker: Tracker) =>
      frames.map((frame, f) => confirmed(tracker.update(frame, f / 10)).map(({ id, box }) => [id, ...box]));
    const expected = play(new Tracker({ association: handSetScore }));
    const tracker = new Tracker({ association: handSetScore });
    expect(play(tracker)).toEqual(expected);
    tracker.reset();
    expect(tracker.confirmed).toBe(0);
    expect(play(tracker)).toEqual(expected);
    const both = [new Tracker({ association: handSetScore }), new Tracker({ association: handSetScore })];
    const turns = frames.map((frame, f) =>
      both.map((t) => confirmed(t.update(frame, f / 10)).map(({ id, box }) => [id, ...box])),
    );
    for (const turn of turns) expect(turn[0]).toEqual(turn[1]);
    expect(turns.map(([first]) => first)).toEqual(expected);
  });

  it('stays bounded while people come and go: tracks, slots and heap', () => {
    const tracker = new Tracker({ association: handSetScore });
    const crowd = crowdOf(6, 11);
    let most = 0;
    let slots = 0;
    let early = 0;
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    for (let f = 0; f < 30_000; f++) {
      const tracks = tracker.update(crowd.step().detections, f / 10);
      most = Math.max(most, tracks.length);
      for (const { slot } of tracks) slots = Math.max(slots, slot);
      if (f === 10_000) early = heap();
    }
    expect(tracker.confirmed).toBeGreaterThan(1000);
    expect(most).toBeLessThan(60);
    expect(slots).toBeLessThan(60);
    expect(heap() - early).toBeLessThan(2e6);
  });
});
