import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AreaEvent, eventReader, ZoneCounter } from '../../src/analytics/index.ts';
import type { TrackedFrame } from '../../src/tracking/index.ts';
import { inFrameOrder, Timeline, type Trajectory } from '../../src/trajectories/index.ts';
import { AREAS, FPS, LINE, person, walk, ZONE } from './paths.ts';

/** Crossings as "in 1.5", visits as "1.5–3.5". */
function shown(events: readonly AreaEvent[]): string[] {
  const at = (time: number) => String(Math.round(time * 1000) / 1000);
  return events.flatMap((event) => {
    if (event.type === 'crossed') return `${event.direction} ${at(event.time)}`;
    return event.type === 'left' ? `${at(event.time - event.dwell)}–${at(event.time)}` : [];
  });
}

const atLine = (...feet: [number, number, number][]) => shown(eventReader(LINE)(person(1, feet)));
const inZone = (...feet: [number, number, number][]) => shown(eventReader(ZONE)(person(1, feet)));

/** Frame by frame, as a camera would give them. */
function* frames(trajectories: readonly Trajectory[], seconds: number): Generator<TrackedFrame> {
  const timeline = new Timeline();
  for (let i = 0; i <= seconds * FPS; i++) timeline.add(i, i / FPS);
  for (const { frame } of inFrameOrder(trajectories, timeline)) yield frame;
}

describe('a line', () => {
  it('counts a pass to the right as in, to the left as out, at the time of the crossing', () => {
    expect(atLine(...walk([400, 400, 0], [600, 400, 2]))).toEqual(['in 1']);
    expect(atLine(...walk([575, 400, 0], [425, 400, 2]))).toEqual(['out 1']);
  });

  it('does not count who stands on it, and sways', () => {
    const stand = walk([495, 400, 0], [505, 400, 1], [495, 401, 2], [507, 399, 3], [494, 400, 4]);
    expect(atLine(...stand)).toEqual([]);
    const comesAndGoesBack = walk([400, 400, 0], [505, 400, 1], [495, 400, 2], [508, 400, 3], [400, 400, 4]);
    expect(atLine(...comesAndGoesBack)).toEqual([]);
  });

  it('counts who stood on it once, when they walk on', () => {
    const feet = walk([400, 400, 0], [500, 400, 1], [495, 400, 5], [505, 400, 9], [600, 400, 10]);
    expect(atLine(...feet)).toEqual(['in 7']);
  });

  it('counts every pass of a zig-zag beyond the band, and none of one within it', () => {
    const wide = walk([440, 300, 0], [560, 330, 1], [440, 360, 2], [560, 390, 3], [440, 420, 4], [560, 450, 5]);
    expect(atLine(...wide)).toEqual(['in 0.5', 'out 1.5', 'in 2.5', 'out 3.5', 'in 4.5']);
    const narrow = walk([440, 300, 0], [492, 310, 1], [508, 320, 2], [492, 330, 3], [508, 340, 4], [440, 350, 5]);
    expect(atLine(...narrow)).toEqual([]);
  });

  it('counts who leaves and returns each time', () => {
    const feet = walk([400, 400, 0], [600, 400, 2], [600, 500, 10], [400, 500, 12]);
    expect(atLine(...feet)).toEqual(['in 1', 'out 11']);
  });

  it('counts a fast diagonal pass between two frames', () => {
    expect(atLine([300, 250, 0], [700, 550, 0.1], [710, 560, 0.2], [720, 570, 0.5])).toEqual(['in 0.05']);
    // and if that was the last that was seen of them
    expect(atLine([300, 250, 0], [700, 550, 0.1])).toEqual(['in 0.05']);
  });

  it('counts two people who swap sides once each', () => {
    const counter = new ZoneCounter(LINE);
    const people = [person(1, walk([400, 400, 0], [600, 400, 2])), person(2, walk([600, 410, 0], [400, 410, 2]))];
    for (const frame of frames(people, 2)) counter.update(frame);
    counter.finish();
    expect(counter.lines).toEqual([{ name: 'door', in: 1, out: 1 }]);
  });

  it('does not count who passes its ends, or goes round one', () => {
    expect(atLine(...walk([400, 700, 0], [600, 700, 2]))).toEqual([]);
    expect(atLine(...walk([400, 400, 0], [400, 700, 1], [600, 700, 2], [600, 400, 3]))).toEqual([]);
    // through it, and back round its end, is one pass; and through it again is another
    const round = walk([400, 400, 0], [600, 400, 2], [600, 700, 4], [400, 700, 6], [400, 400, 8], [600, 400, 10]);
    expect(atLine(...round)).toEqual(['in 1', 'in 9']);
  });

  it('counts a lost and found person once, wherever they were lost', () => {
    const all = walk([400, 400, 0], [600, 400, 10]);
    for (let from = 0.5; from < 9; from += 0.5) {
      for (const gap of [0.5, 3, 8]) {
        const feet = all.filter(([, , time]) => time < from || time > from + gap);
        if (feet[feet.length - 1][2] < 9) continue;
        expect(atLine(...feet).length, `lost from ${from} for ${gap} s`).toBe(1);
      }
    }
  });

  it('does not count again who is found on the other side after being gone for long', () => {
    expect(atLine(...walk([400, 400, 0], [600, 400, 2]), ...walk([600, 400, 40], [700, 400, 41]))).toEqual(['in 1']);
    expect(atLine(...walk([400, 400, 0], [450, 400, 2]), ...walk([600, 400, 40], [700, 400, 41]))).toEqual([]);
  });

  it('does not count a box that jumps for a moment', () => {
    const feet = walk([450, 400, 0], [450, 440, 4]);
    feet[20] = [540, 400, 2];
    feet[21] = [545, 400, 2.1];
    expect(atLine(...feet)).toEqual([]);
  });

  it('takes the centre of the box where that is wanted', () => {
    const level = { name: 'level', outline: Float64Array.of(300, 400, 700, 400) };
    const feet = walk([500, 300, 0], [500, 500, 2]); // the centre is 50 higher
    const by = (anchor: 'feet' | 'centre') =>
      shown(eventReader({ zones: [], lines: [{ ...level, anchor }] })(person(1, feet)));
    expect([by('feet'), by('centre')]).toEqual([['in 1'], ['in 1.5']]);
  });
});

describe('a zone', () => {
  it('gives the visits of a person, by the times of the crossings', () => {
    expect(inZone(...walk([200, 400, 0], [800, 400, 6]))).toEqual(['1–5']);
    const events = eventReader(ZONE)(person(7, walk([200, 400, 0], [800, 400, 6])));
    expect(events.map(({ type }) => type)).toEqual(['entered', 'left']);
    expect(events[1]).toMatchObject({ zone: 'square', id: 7, dwell: expect.closeTo(4, 6) });
  });

  it('counts from the first sight of who appears in it, to the last of who disappears in it', () => {
    expect(inZone(...walk([400, 400, 2], [600, 400, 7]))).toEqual(['2–7']);
    expect(inZone(...walk([400, 400, 2], [800, 400, 6]))).toEqual(['2–5']);
  });

  it('gives two visits of a person who leaves and returns', () => {
    expect(inZone(...walk([200, 400, 0], [800, 400, 6], [800, 450, 16], [500, 450, 19]))).toEqual(['1–5', '17–19']);
  });

  it('does not break a visit at the edge, nor make one of who walks along it', () => {
    const edge = walk([200, 400, 0], [310, 400, 1.1], [295, 400, 2], [305, 400, 3], [400, 400, 4], [400, 200, 6]);
    expect(inZone(...edge)).toEqual(['2.5–5']);
    expect(inZone(...walk([200, 301, 0], [800, 305, 6]))).toEqual([]);
  });

  it('keeps a visit through a gap, and ends it at the last sight before a long one', () => {
    const before = walk([400, 400, 0], [420, 400, 2]);
    expect(inZone(...before, ...walk([500, 400, 11.9], [520, 400, 13]))).toEqual(['0–13']);
    expect(inZone(...before, ...walk([500, 400, 12.1], [520, 400, 14]))).toEqual(['0–2', '12.1–14']);
  });

  it('can be small: the band shrinks with it', () => {
    const small = {
      name: 'mat',
      outline: Float64Array.of(490, 390, 506, 390, 506, 410, 490, 410),
      anchor: 'feet',
    } as const;
    const feet = walk([400, 400, 0], [498, 400, 1], [498, 400, 4], [400, 400, 5]);
    const [visit] = eventReader({ zones: [small], lines: [] })(person(1, feet)).filter(({ type }) => type === 'left');
    expect(visit).toMatchObject({ dwell: expect.closeTo(3.163, 2) });
  });

  it('reaches to the lower edge of the picture: boxes may reach further', () => {
    const floor = {
      name: 'floor',
      outline: Float64Array.of(0, 700, 1000, 700, 1000, 800, 0, 800),
      anchor: 'feet',
    } as const;
    const feet = walk([500, 650, 0], [500, 850, 4], [500, 850, 9]);
    const within = eventReader({ zones: [floor], lines: [], picture: { width: 1000, height: 800 } });
    const beyond = eventReader({ zones: [floor], lines: [] });
    expect([shown(within(person(1, feet))), shown(beyond(person(1, feet)))]).toEqual([['1–9'], ['1–3']]);
    expect(shown(within(person(1, walk([500, 850, 0], [510, 850, 3]))))).toEqual(['0–3']);
  });
});

const anyFeet = fc
  .array(
    fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 800 }), fc.integer({ min: 1, max: 40 })),
    {
      minLength: 2,
      maxLength: 12,
    },
  )
  .map((stops) => {
    let time = 0;
    const timed = stops.map(([x, y, tenths]): [number, number, number] => {
      time += tenths;
      return [x, y, time / FPS];
    });
    return walk(...timed);
  });
const anyPath = fc
  .tuple(anyFeet, fc.array(fc.tuple(fc.nat(500), fc.nat(150)), { maxLength: 3 }))
  .map(([feet, gaps]) =>
    feet.filter((_, i) => i === 0 || !gaps.some(([from, count]) => i >= from && i < from + count)),
  );

describe('whatever the paths', () => {
  it('frame by frame and trajectory by trajectory give the same events', () => {
    fc.assert(
      fc.property(fc.array(anyPath, { minLength: 1, maxLength: 4 }), (paths) => {
        const people = paths.map((feet, k) => person(k + 1, feet));
        const counter = new ZoneCounter(AREAS);
        const live: AreaEvent[] = [];
        for (const frame of frames(people, 80)) live.push(...counter.update(frame));
        live.push(...counter.finish());
        const order = (a: AreaEvent, b: AreaEvent) =>
          a.id - b.id || a.time - b.time || JSON.stringify(a).localeCompare(JSON.stringify(b));
        expect(live.sort(order)).toEqual(people.flatMap(eventReader(AREAS)).sort(order));
      }),
      { numRuns: 200 },
    );
  });

  it('crossings of a line without ends take turns, and match the sides where the path began and ended', () => {
    const endless = { ...LINE, lines: [{ ...LINE.lines[0], outline: Float64Array.of(500, 1e6, 500, -1e6) }] };
    fc.assert(
      fc.property(anyFeet, (feet) => {
        const held = [
          ...feet,
          ...walk([...feet[feet.length - 1]], [feet[feet.length - 1][0], 0, feet[feet.length - 1][2] + 1]),
        ];
        const directions = shown(eventReader(endless)(person(1, held))).map((text) => text.split(' ')[0]);
        for (const [i, direction] of directions.entries()) expect(direction).not.toBe(directions[i - 1]);
        const decided = held.filter(([x]) => Math.abs(x - 500) > 10);
        fc.pre(decided.length > 0 && Math.abs(held[held.length - 1][0] - 500) > 10);
        const [first, last] = [decided[0][0], held[held.length - 1][0]].map((x) => Number(x > 500));
        const net = directions.reduce((sum, direction) => sum + (direction === 'in' ? 1 : -1), 0);
        expect(net).toBe(last - first);
      }),
      { numRuns: 300 },
    );
  });

  it('every entry has its exit, in order, and dwell times fit into the time seen', () => {
    fc.assert(
      fc.property(anyPath, (feet) => {
        const events = eventReader(ZONE)(person(1, feet));
        expect(events.length % 2).toBe(0);
        let last = Number.NEGATIVE_INFINITY;
        events.forEach((event, i) => {
          expect(event.type).toBe(i % 2 === 0 ? 'entered' : 'left');
          expect(event.time).toBeGreaterThanOrEqual(last);
          if (event.type === 'left') expect(event.dwell).toBeCloseTo(event.time - last, 9);
          last = event.time;
        });
        if (events.length > 0) {
          expect(events[0].time).toBeGreaterThanOrEqual(feet[0][2]);
          expect(last).toBeLessThanOrEqual(feet[feet.length - 1][2]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('ZoneCounter', () => {
  it('holds only who was seen lately', () => {
    const counter = new ZoneCounter(AREAS);
    const row = (id: number, time: number) => ({
      time,
      length: 1,
      ids: Int32Array.of(id),
      boxes: Float64Array.of(480, 300, 40, 100),
    });
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      counter.update(row(i, i / FPS));
      most = Math.max(most, counter.remembered);
    }
    expect(most).toBeLessThanOrEqual(10 * FPS + 2);
  });

  it('returns events as soon as they are certain, and counts the people of the moment', () => {
    const counter = new ZoneCounter(AREAS);
    const shown: string[] = [];
    for (const frame of frames([person(1, walk([203, 400, 0], [803, 400, 6]))], 20))
      for (const event of counter.update(frame)) {
        const { inside } = counter.zones[0];
        shown.push(`${event.type} ${event.time.toFixed(1)} by ${frame.time}, ${inside} inside`);
      }
    expect(shown).toEqual([
      'entered 1.0 by 1.4, 1 inside',
      'crossed 3.0 by 3.4, 1 inside',
      'left 5.0 by 5.4, 0 inside',
    ]);
    expect(counter.zones).toEqual([{ name: 'square', inside: 0, entered: 1, people: 1 }]);
    expect(counter.lines).toEqual([{ name: 'door', in: 1, out: 0 }]);
  });

  it('counts as inside who was seen there within two seconds', () => {
    const counter = new ZoneCounter(ZONE);
    const inside: number[] = [];
    for (const frame of frames([person(1, walk([400, 400, 0], [500, 400, 2]))], 6)) {
      counter.update(frame);
      if (frame.index % 10 === 5) inside.push(counter.zones[0].inside);
    }
    expect(inside).toEqual([1, 1, 1, 1, 0, 0]);
  });

  it('returns that a person who vanished left once they count as gone, with the time of the last sight', () => {
    const counter = new ZoneCounter(ZONE);
    const events: [number, AreaEvent][] = [];
    for (const frame of frames([person(1, walk([400, 400, 0], [500, 400, 2]))], 15))
      for (const event of counter.update(frame)) events.push([frame.time, event]);
    expect(events[1]).toEqual([12.1, { type: 'left', zone: 'square', id: 1, time: 2, dwell: 2 }]);
  });
});
