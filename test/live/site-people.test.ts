import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import { readFloorRows } from '../../src/evaluation/floor-file.ts';
import { SILENT } from '../../src/live/monitoring/log.ts';
import type { SitePersonEvent } from '../../src/live/outputs/events.ts';
import { forgetRemembered } from '../../src/live/site/appearance-file.ts';
import { PersonMap } from '../../src/live/site/person-map.ts';
import { type GalleryOf, SitePeople } from '../../src/live/site/site-people.ts';
import type { Site } from '../../src/site/index.ts';
import { now } from '../../src/video/camera/clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const SIZE = { width: 800, height: 600 };

/** Two cameras that look straight down, 100 pixels a metre, the second from 2 m further right. */
function site(): Site {
  const calibration = (left: number) => ({
    unit: 'metres' as const,
    points: [[0, 0] as const, [800, 0] as const, [800, 600] as const, [0, 600] as const].map(([u, v]) => ({
      image: [u, v] as [number, number],
      ground: [left + u / 100, v / 100] as [number, number],
    })),
  });
  return {
    cameras: [
      { name: 'a', calibration: calibration(0), zones: {}, lines: {} },
      { name: 'b', calibration: calibration(2), zones: {}, lines: {} },
      { name: 'far', zones: {}, lines: {} },
    ],
    links: [],
  };
}

/** People of a camera: the id of the track, and X, Y on the floor. */
function people(time: number, left: number, ...list: readonly (readonly [number, number, number])[]): TrackedFrame {
  return {
    index: 0,
    time,
    length: list.length,
    ids: Int32Array.from(list, ([id]) => id),
    boxes: Float64Array.from(list.flatMap(([, x, y]) => [100 * (x - left) - 20, 100 * y - 100, 40, 100])),
    scores: new Float32Array(list.length).fill(0.9),
    detected: new Uint8Array(list.length).fill(1),
  };
}

async function open(out: string, events: SitePersonEvent[] = [], remember?: number): Promise<SitePeople> {
  return await SitePeople.open({ site: site(), out, remember, log: SILENT, onEvent: (event) => events.push(event) });
}

const SCALE = { even: 0, weight: 1, strangers: 0 };
/** People wear one number: those of the same are alike. */
const NUMBERS = {
  sha256: 'a'.repeat(64),
  dimensions: 1,
  similarity: (a: Float32Array, i: number, b: Float32Array, j: number) =>
    Math.abs(a[i] - b[j]) < 0.5 ? 0.9998 : 0.001,
  calibration: { oneCamera: SCALE, twoCameras: SCALE },
};

/** The patches of tracks that each wear what `worn` says. */
function wearing(worn: Readonly<Record<number, number>>): GalleryOf {
  return (id) =>
    worn[id] === undefined
      ? undefined
      : { version: 1, length: 2, embeddings: Float32Array.of(worn[id], worn[id]), qualities: Float64Array.of(1, 1) };
}

describe('SitePeople', () => {
  it('gives the tracks of two cameras one person', async () => {
    const events: SitePersonEvent[] = [];
    const out = temporaryFolder();
    const followed = await open(out, events);
    const start = now();
    for (let i = 0; i < 8; i++) {
      const time = start + i / 10;
      followed.take('a', people(time, 0, [5, 4, 3], [6, 1, 5]), SIZE);
      followed.take('b', people(time, 2, [9, 4, 3]), SIZE);
      followed.take('far', people(time, 0, [1, 1, 1]), SIZE);
      followed.take('elsewhere', people(time, 0, [1, 1, 1]), SIZE);
    }
    await followed.close();
    const person = followed.personOf('a', 5);
    expect(person).toBeDefined();
    expect(followed.personOf('b', 9)).toBe(person);
    expect(followed.personOf('a', 6)).not.toBe(person);
    expect(followed.personOf('far', 1)).toBe(2);
    expect(followed.personOf('elsewhere', 1)).toBeUndefined();
    expect(events.map(({ event, camera, id }) => `${event} ${camera} ${id}`).sort()).toEqual([
      'person a 5',
      'person a 6',
      'person b 9',
      'person far 1',
    ]);
    const rows = await readFloorRows(join(out, 'site', 'floor.csv'));
    expect(rows.frames.at(-1)).toBe(7);
    expect([...rows.positions.subarray(0, 2)].map(Math.round)).toEqual([4, 3]);
  });

  it('goes on with the same ids after it was killed', async () => {
    const out = temporaryFolder();
    const killed = await open(out);
    let start = now() - 3;
    for (let i = 0; i < 20; i++) {
      killed.take('a', people(start + i / 10, 0, [1, 4, 3], [2, 6, 5]), SIZE);
      killed.take('b', people(start + i / 10, 2, [1, 4, 3], [2, 6, 5]), SIZE);
    }
    const before = [killed.personOf('a', 1), killed.personOf('a', 2)];
    const again = await open(out); // the first was not closed
    start = now();
    for (let i = 0; i < 10; i++) {
      again.take('a', people(start + i / 10, 0, [3, 4.1, 3], [4, 6, 5], [5, 1, 1]), SIZE);
      again.take('b', people(start + i / 10, 2, [3, 4.1, 3], [4, 6, 5]), SIZE);
    }
    expect([again.personOf('a', 3), again.personOf('a', 4)]).toEqual(before);
    expect(again.personOf('a', 5)).toBe(3);
    expect(readdirSync(join(out, 'site')).filter((name) => /Z\.floor\.csv$/.test(name))).toHaveLength(1);
    await Promise.all([killed.close(), again.close()]);
  });

  it('keeps nothing of how people are seen in the state of the floor', async () => {
    const out = temporaryFolder();
    const followed = await open(out);
    for (let i = 0; i < 5; i++) followed.take('a', people(now() + i, 0, [1, 4, 3]), SIZE);
    await followed.close();
    const state = JSON.parse(readFileSync(join(out, 'site', 'people.json'), 'utf8'));
    expect(Object.keys(state)).toEqual(['time', 'lastId', 'people']);
    expect(Object.keys(state.people[0])).toEqual(['id', 'mean', 'covariance', 'unseen']);
  });

  it('knows a person from the floor again in a camera that does not see it, and back', async () => {
    const events: SitePersonEvent[] = [];
    const followed = await open(temporaryFolder(), events);
    await followed.compareBy(NUMBERS);
    const start = now() - 100;
    const see = (from: number, to: number, place: 'floor' | 'far', id: number, value: number) => {
      for (let time = start + from; time < start + to; time += 0.25)
        for (const [name, left, at] of [
          ['a', 0, 'floor'],
          ['b', 2, 'floor'],
          ['far', 0, 'far'],
        ] as const)
          followed.take(
            name,
            people(time, left, ...(at === place ? [[id, 4, 3] as const] : [])),
            SIZE,
            wearing({ [id]: value }),
          );
    };
    see(0, 8, 'floor', 1, 5);
    see(20, 28, 'far', 1, 5);
    see(30, 38, 'far', 2, 9);
    see(50, 58, 'floor', 2, 5);
    await followed.close();
    expect([1, 2].map((id) => followed.personOf('a', id))).toEqual([1, 1]);
    expect([1, 2].map((id) => followed.personOf('far', id))).toEqual([1, 2]);
    expect(events.at(-1)).toMatchObject({ camera: 'b', id: 2, person: 1 });
  });

  it('remembers what people look like over a kill, for as long as it is asked to', async () => {
    const out = temporaryFolder();
    const file = join(out, 'site', 'appearance.json');
    const killed = await open(out);
    await killed.compareBy(NUMBERS);
    const see = (followed: SitePeople, seconds: number, ...worn: number[]) => {
      const start = now() - seconds;
      const ids = [...worn.keys()].map((i) => [i + 1, i + 1, 3] as const);
      for (let i = 0; i < 20; i++)
        followed.take('far', people(start + i / 4, 0, ...ids), SIZE, wearing({ ...[0, ...worn] }));
    };
    see(killed, 20, 5, 7);
    await killed.close(); // completes the file, as it is every few seconds
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('"camera":"far"');
    const again = await open(out);
    await again.compareBy(NUMBERS);
    see(again, 6, 7, 5, 9);
    expect([1, 2, 3].map((id) => again.personOf('far', id))).toEqual([2, 1, 3]);
    await again.close();
    const short = await open(out, [], 1);
    await sleep(1000);
    await short.compareBy(NUMBERS);
    expect(JSON.parse(readFileSync(file, 'utf8')).people).toEqual([]);
    await short.close();
    const off = await open(out, [], 0);
    await off.compareBy(NUMBERS);
    see(off, 6, 5);
    await off.close();
    expect(existsSync(file)).toBe(false);
    expect(off.personOf('far', 1)).toBe(4);
  });

  it('forgets a person who is to be forgotten', async () => {
    const out = temporaryFolder();
    const file = join(out, 'site', 'appearance.json');
    const followed = await open(out);
    await followed.compareBy(NUMBERS);
    const start = now() - 20;
    for (let i = 0; i < 20; i++)
      followed.take('far', people(start + i / 4, 0, [1, 1, 3], [2, 2, 3]), SIZE, wearing({ 1: 5, 2: 7 }));
    await followed.close();
    const ids = () => JSON.parse(readFileSync(file, 'utf8')).people.map(({ id }: { id: number }) => id);
    const count = await forgetRemembered(file, 1, true);
    expect([count > 0, ids()]).toEqual([true, [1, 2]]);
    expect(await forgetRemembered(file, 1, false)).toBe(count);
    expect([ids(), statSync(file).mode & 0o777]).toEqual([[2], 0o600]);
    await expect(forgetRemembered(file, 1, false)).rejects.toThrow('holds no embeddings of a person 1');
    writeFileSync(file, '{');
    await expect(forgetRemembered(file, 2, false)).rejects.toThrow('delete it; then nothing is remembered');
  });

  it('forgets what another network has embedded, and goes on where the file is damaged', async () => {
    const out = temporaryFolder();
    const file = join(out, 'site', 'appearance.json');
    for (const text of [JSON.stringify({ time: 0, model: 'b', people: [] }), '{"people":']) {
      const followed = await open(out);
      writeFileSync(file, text);
      await followed.compareBy(NUMBERS);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ model: NUMBERS.sha256, people: [] });
      await followed.compareBy(undefined);
      expect(existsSync(file)).toBe(false);
      await followed.close();
    }
  });

  it('never has one person at once in two cameras that do not see one place', async () => {
    const tracks = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 4 }),
        x: fc.integer({ min: 3, max: 7 }),
        value: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 3, selector: ({ id }) => id },
    );
    const step = fc.record({
      place: fc.constantFrom('floor', 'far', 'shop'),
      passed: fc.constantFrom(0.1, 0.5, 1, 2, 20),
      seen: fc.tuple(tracks, tracks),
      again: fc.integer({ min: 1, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const shops = { ...site(), cameras: [...site().cameras, { name: 'shop', zones: {}, lines: {} }] };
        const followed = await SitePeople.open({ site: shops, out: temporaryFolder(), log: SILENT, onEvent() {} });
        try {
          await followed.compareBy(NUMBERS);
          const latest = new Map<string, { time: number; people: () => (number | undefined)[] }>();
          let time = now();
          for (const { place, passed, seen, again } of steps)
            for (let i = 0; i < again; i++) {
              time += passed;
              const cameras = place === 'floor' ? ['a', 'b'] : [place];
              for (const [c, camera] of cameras.entries()) {
                const worn = Object.fromEntries(seen[c].map(({ id, value }) => [id, value]));
                const view = people(time, 2 * c, ...seen[c].map(({ id, x }) => [id, x, 1 + id] as const));
                followed.take(camera, view, SIZE, wearing(worn));
              }
              const there = () =>
                cameras.flatMap((camera, c) => seen[c].map(({ id }) => followed.personOf(camera, id)));
              latest.set(place, { time, people: there });
              const now = [...latest.values()].filter((sight) => time - sight.time <= 5);
              const each = now.flatMap((sight) => [...new Set(sight.people())].filter((one) => one !== undefined));
              expect(new Set(each).size).toBe(each.length);
            }
        } finally {
          await followed.close();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('refuses a calibration in degrees', async () => {
    const degrees = site();
    Object.assign(degrees.cameras[0].calibration!, { unit: 'degrees' });
    const opening = SitePeople.open({ site: degrees, out: temporaryFolder(), log: SILENT, onEvent() {} });
    await expect(opening).rejects.toThrow('camera "a": the floor of a site is in metres');
  });
});

describe('PersonMap', () => {
  const take = (map: PersonMap, time: number, ids: number[], who: number[]) =>
    map.take('a', time, Int32Array.from(ids), Int32Array.from(who));

  it('revises within 30 seconds, once it is sure', () => {
    const map = new PersonMap();
    expect(take(map, 0, [1], [7])).toEqual([{ camera: 'a', id: 1, person: 7 }]);
    expect(take(map, 5, [1], [8])).toEqual([]);
    expect(take(map, 5.5, [1], [7])).toEqual([]);
    expect(take(map, 6, [1], [8])).toEqual([]);
    expect(take(map, 7, [1], [8])).toEqual([{ camera: 'a', id: 1, person: 8, was: 7 }]);
    expect(take(map, 40, [1], [7])).toEqual([]);
    expect(take(map, 42, [1], [7])).toEqual([]);
    expect(map.personOf('a', 1)).toBe(8);
  });

  it('has no person at two places of a picture, whatever it is given', () => {
    const step = fc.tuple(
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 5, maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const map = new PersonMap();
        let time = 0;
        for (const [dt, ids, who] of steps) {
          time += dt;
          take(map, time, ids, who.slice(0, ids.length));
          const people = ids.map((id) => map.personOf('a', id)).filter((person) => person !== undefined);
          expect(new Set(people).size).toBe(people.length);
        }
      }),
    );
  });
});
