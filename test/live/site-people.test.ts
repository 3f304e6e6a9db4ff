import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import { readFloorRows } from '../../src/evaluation/floor-file.ts';
import { SILENT } from '../../src/live/monitoring/log.ts';
import type { SitePersonEvent } from '../../src/live/outputs/events.ts';
import { PersonMap } from '../../src/live/site/person-map.ts';
import { SitePeople } from '../../src/live/site/site-people.ts';
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

async function open(out: string, events: SitePersonEvent[] = []): Promise<SitePeople> {
  return await SitePeople.open({ site: site(), out, log: SILENT, onEvent: (event) => events.push(event) });
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
    }
    await followed.close();
    const person = followed.personOf('a', 5);
    expect(person).toBeDefined();
    expect(followed.personOf('b', 9)).toBe(person);
    expect(followed.personOf('a', 6)).not.toBe(person);
    expect(followed.personOf('far', 1)).toBeUndefined();
    expect(events.map(({ event, camera, id }) => `${event} ${camera} ${id}`).sort()).toEqual([
      'person a 5',
      'person a 6',
      'person b 9',
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

  it('keeps nothing of how people are seen', async () => {
    const out = temporaryFolder();
    const followed = await open(out);
    for (let i = 0; i < 5; i++) followed.take('a', people(now() + i, 0, [1, 4, 3]), SIZE);
    await followed.close();
    const state = JSON.parse(readFileSync(join(out, 'site', 'people.json'), 'utf8'));
    expect(Object.keys(state)).toEqual(['time', 'lastId', 'people']);
    expect(Object.keys(state.people[0])).toEqual(['id', 'mean', 'covariance', 'unseen']);
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
