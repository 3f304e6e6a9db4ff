import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomClothes, simulateSite } from '../../../bench/site-simulation.ts';
import { walkOnline } from '../../../bench/walk-online.ts';
import { FLOOR, OnlineLinker, REVISE_SECONDS, SILENT_SECONDS } from '../../../src/site/online/online-linker.ts';
import type { PersonGallery, Seen } from '../../../src/site/online/stay.ts';
import { waysOf } from '../../../src/site/ways-of-site.ts';

const SCALE = { even: 0, weight: 1, strangers: 0 };
/** People wear one number: those of the same are alike. */
const NUMBERS = {
  dimensions: 1,
  similarity: (a: Float32Array, i: number, b: Float32Array, j: number) =>
    Math.abs(a[i] - b[j]) < 0.5 ? 0.9995 : 0.001,
  calibration: { oneCamera: SCALE, twoCameras: SCALE },
};

function open(remember = 3600, lastId = 0): OnlineLinker {
  const cameras = [{ name: 'hall' }, { name: 'yard' }, { name: 'gate' }];
  const site = { cameraCount: 3, ways: waysOf(cameras, undefined), areas: () => [], room: () => 1e6 };
  const linker = new OnlineLinker(site, remember, lastId);
  linker.compareBy(NUMBERS);
  return linker;
}

function gallery(value: number, version = 2): PersonGallery {
  return { version, length: 2, embeddings: Float32Array.of(value, value), qualities: Float64Array.of(1, 1) };
}

function person(camera: number, id: number, value: number): Seen {
  return { id, by: [{ camera, box: Float64Array.of(100, 100, 50, 100), gallery: gallery(value) }] };
}

/** Has a camera see people from one time to another, four times a second, while the others see none. */
function watch(linker: OnlineLinker, camera: number, from: number, to: number, ...seen: Seen[]) {
  const changes = [];
  for (let time = from; time <= to; time += 0.25)
    for (let place = 0; place < 3; place++) changes.push(...linker.take(place, time, place === camera ? seen : []));
  return changes;
}

describe('OnlineLinker', () => {
  it('knows a person again in another camera, and nobody else', () => {
    const linker = open();
    watch(linker, 0, 0, 10, person(0, 1, 5), person(0, 2, 8));
    const changes = watch(linker, 1, 20, 30, person(1, 1, 8), person(1, 2, 3));
    expect([linker.personOf(0, 1), linker.personOf(0, 2)]).toEqual([1, 2]);
    expect([linker.personOf(1, 1), linker.personOf(1, 2)]).toEqual([2, 3]);
    expect(changes.filter(({ was }) => was !== undefined)).toEqual([]);
  });

  it('does not compare appearance where it is not to be remembered, nor what is too old', () => {
    for (const remember of [0, 60]) {
      const linker = open(remember);
      watch(linker, 0, 0, 10, person(0, 1, 5));
      watch(linker, 1, 100, 110, person(1, 1, 5));
      expect(linker.personOf(1, 1)).toBe(2);
      watch(linker, 2, 200, 210);
      expect(linker.state()).toEqual([]);
    }
  });

  it('forgets people while no camera sends anything', () => {
    const linker = open(60);
    watch(linker, 0, 0, 10, person(0, 1, 5));
    watch(linker, 1, 11, 20);
    expect(linker.state()).toHaveLength(1);
    linker.expire(80);
    expect(linker.state()).toEqual([]);
  });

  it('revises a person within 30 s, and not afterwards', () => {
    for (const [after, id] of [
      [10, 1],
      [40, 2],
    ]) {
      const linker = open();
      watch(linker, 0, 0, 10, person(0, 1, 5));
      const blank: Seen = { id: 1, by: [{ camera: 1, box: Float64Array.of(0, 0, 50, 100) }] };
      watch(linker, 1, 20, 20 + after, blank);
      expect(linker.personOf(1, 1)).toBe(2);
      const changes = watch(linker, 1, 20 + after, 25 + after, person(1, 1, 5));
      expect(linker.personOf(1, 1)).toBe(id);
      expect(changes).toEqual(id === 1 ? [{ place: 1, id: 1, person: 1, was: 2 }] : []);
    }
  });

  it('goes on with the people of an earlier process, and gives no id twice', () => {
    const killed = open();
    watch(killed, 0, 0, 10, person(0, 1, 5), person(0, 2, 8));
    const again = open(3600, killed.lastId);
    again.restore(killed.state(), 10);
    watch(again, 0, 20, 30, person(0, 1, 8), person(0, 2, 5), person(0, 3, 1));
    expect([1, 2, 3].map((id) => again.personOf(0, id))).toEqual([2, 1, 3]);
  });

  const MOST_PASSED = 40;
  const step = fc.record({
    place: fc.integer({ min: FLOOR, max: 2 }),
    passed: fc.constantFrom(0, 0.1, 0.5, 1, 1, 2, 6, MOST_PASSED),
    late: fc.constantFrom(0, 0, 0.3, 3, 8),
    seen: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 5 }),
        value: fc.integer({ min: 0, max: 3 }),
        expected: fc.boolean(),
        known: fc.constantFrom(undefined, undefined, undefined, 1, 2),
      }),
      { maxLength: 4, selector: ({ id }) => id },
    ),
    again: fc.integer({ min: 1, max: 12 }),
  });
  /** People of an earlier process, of whom the floor may know two by name. */
  const restored = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(1, 2, 7),
      camera: fc.integer({ min: 0, max: 2 }),
      ago: fc.constantFrom(0, 5, 100),
      value: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 3, selector: ({ id }) => id },
  );

  it('knows a track of someone who is forgotten for the person whom the floor has since found', () => {
    const linker = open(10);
    const view = { camera: 0, time: 0, embeddings: Float32Array.of(5, 5), qualities: Float64Array.of(1, 1) };
    linker.restore([{ id: 7, camera: 0, time: 0, last: { x: 120, y: 150, height: 100 }, exits: [], views: [view] }], 0);
    watch(linker, 0, 2, 5, person(0, 1, 5));
    expect(linker.personOf(0, 1)).toBe(7);
    for (let time = 5.25; time <= 80; time += 0.25) {
      linker.take(0, time, time > 60 ? [person(0, 1, 5)] : []);
      linker.take(FLOOR, time, time > 55 ? [{ ...person(1, 7, 5), person: 7 }] : []);
    }
    expect(linker.personOf(FLOOR, 7)).toBe(7);
    expect(linker.personOf(0, 1)).not.toBe(7);
  });

  it('gives nobody a second time of whom the patches are forgotten before it is decided who they are', () => {
    const linker = open(20, 2);
    const view = { camera: 0, time: -5, embeddings: Float32Array.of(3, 3), qualities: Float64Array.of(1, 1) };
    linker.restore(
      [{ id: 1, camera: 0, time: -5, last: { x: 120, y: 150, height: 100 }, exits: [], views: [view] }],
      0,
    );
    linker.take(0, 0, [person(0, 2, 3)]);
    for (const time of [6, 12]) linker.take(0, time, [person(0, 2, 0), person(0, 1, 3)]);
    linker.take(0, 18, []);
    linker.take(FLOOR, 18, [person(0, 1, 0)]);
    linker.take(0, 18, [person(0, 1, 0)]);
    for (let time = 19; time <= 24; time++) linker.take(0, time, []); // the first patches are older than 20 s now
    expect(linker.personOf(FLOOR, 1)).toBe(1);
    expect(linker.personOf(0, 1)).not.toBe(1);
  });

  it('never has one person in two places at once, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        restored,
        fc.constantFrom(3600, 20, 0),
        (steps, before, remember) => {
          const linker = open(remember, 2); // 1 and 2 are people of an earlier process
          const remembered = before.map(({ id, camera, ago, value }) => {
            const { embeddings, qualities } = gallery(value);
            const last = { x: 120, y: 150, height: 100 };
            return { id, camera, time: -ago, last, exits: [], views: [{ camera, time: -ago, embeddings, qualities }] };
          });
          if (before.length > 0) linker.restore(remembered, 0);
          const runs: {
            place: number;
            id: number;
            born: number;
            from: number;
            to: number;
            person: number | undefined;
          }[] = [];
          const latest = new Map<string, (typeof runs)[number]>();
          const heard = new Map<number, number>();
          const last = new Map<number, { time: number; ids: Set<number> }>();
          let clock = 0;
          let newest = Number.NEGATIVE_INFINITY; // the linker's clock
          let version = 0;
          for (const { place, passed, late, seen, again } of steps)
            for (let repeat = 0; repeat < again; repeat++) {
              clock += passed;
              const before = last.get(place);
              const time = Math.max(clock - late, before?.time ?? Number.NEGATIVE_INFINITY);
              newest = Math.max(newest, time);
              const silent = newest - (heard.get(place) ?? newest) > SILENT_SECONDS;
              linker.take(
                place,
                clock - late,
                seen.map(({ id, value, expected, known }) => ({
                  id,
                  by: expected
                    ? []
                    : [
                        {
                          camera: Math.max(0, place),
                          box: Float64Array.of(9, 9, 50, 100),
                          gallery: gallery(value, version++),
                        },
                      ],
                  person: place === FLOOR ? known : undefined,
                })),
              );
              for (const { id } of seen) {
                const key = `${place} ${id}`;
                const goesOn = !silent && before?.ids.has(id) && time - before.time <= SILENT_SECONDS;
                const run = goesOn
                  ? latest.get(key)!
                  : { place, id, born: newest, from: time, to: time, person: undefined };
                if (!goesOn) runs.push(run);
                // who it was may still be revised, of which nothing is said once the track has begun anew
                const former = goesOn ? undefined : latest.get(key);
                if (former && newest - former.born <= REVISE_SECONDS + MOST_PASSED) former.person = undefined;
                run.to = time;
                latest.set(key, run);
              }
              last.set(place, { time, ids: new Set(seen.map(({ id }) => id)) });
              heard.set(place, newest);
              for (const run of latest.values()) run.person = linker.personOf(run.place, run.id);
              const now = [...last].filter(([at]) => newest - heard.get(at)! <= SILENT_SECONDS);
              const people = now.flatMap(([at, { ids }]) => [...ids].flatMap((id) => linker.personOf(at, id) ?? []));
              expect(new Set(people).size).toBe(people.length);
            }
          for (const [i, a] of runs.entries())
            for (const b of runs.slice(0, i))
              if (a.person !== undefined && a.person === b.person && a.place !== b.place)
                expect(a.from > b.to || b.from > a.to, JSON.stringify([a, b])).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not grow in a day of thousands of people', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const linker = open(1800);
    const sizes: number[] = [];
    const people: number[] = [];
    let time = 0;
    for (let i = 0; i < 3600; i++) {
      for (let camera = 0; camera < 3; camera++)
        for (let frame = 0; frame < 2; frame++) {
          linker.take(camera, time, frame === 0 ? [person(camera, i + 1, i)] : []);
          time += 4;
        }
      if (i % 900 !== 899) continue;
      collect();
      sizes.push(process.memoryUsage().heapUsed);
      people.push(linker.state().length);
    }
    expect(time).toBe(24 * 3600);
    expect(Math.max(...people)).toBeLessThan(100);
    expect(Math.max(...people) - Math.min(...people)).toBeLessThan(20);
    expect((sizes[3] - sizes[1]) / 1e6).toBeLessThan(1);
  });

  it('on a simulated site: most people keep their id, and few get that of another', () => {
    const clothes = randomClothes(100, 17);
    const graph = [
      [0, 1],
      [1, 2],
    ] as const;
    const site = simulateSite(clothes, { seed: 17, walkers: 100, graph, inWindow: 4 });
    const said = walkOnline(clothes, site);
    const latest = new Map<number, number>();
    let [joins, right, wanted] = [0, 0, 0];
    for (const t of [...said.keys()].sort((a, b) => site.tracklets[a].from - site.tracklets[b].from)) {
      const before = latest.get(said[t]);
      latest.set(said[t], t);
      if (before === undefined) continue;
      joins++;
      if (site.walkers[before] === site.walkers[t]) right++;
    }
    for (let t = 1; t < said.length; t++) if (site.walkers[t] === site.walkers[t - 1]) wanted++;
    expect(right / joins).toBeGreaterThan(0.93);
    expect(right / wanted).toBeGreaterThan(0.6);
  });
});
