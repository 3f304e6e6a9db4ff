import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { type Detections, NO_DETECTIONS } from '../../src/core/detections.ts';
import { Following } from '../../src/live/camera/following.ts';
import { wallTime } from '../../src/live/clock.ts';
import type { LiveEvent } from '../../src/live/outputs/events.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { now } from '../../src/video/camera/clock.ts';

const size = { width: 640, height: 480 };
const areas = {
  // `in` is to the right
  lines: { door: { points: [[320, 480] as [number, number], [320, 0] as [number, number]] } },
  zones: { shop: { points: [[400, 0] as [number, number], [640, 0], [640, 480], [400, 480]] as [number, number][] } },
};

/** A person at x, as found. */
const at = (x: number): Detections => ({
  length: 1,
  boxes: Float64Array.of(x - 20, 300, 40, 100),
  scores: Float32Array.of(0.9),
});

function follow(settings: Parameters<typeof cameraParametersSchema.parse>[0] = areas, lastId = 100) {
  const events: LiveEvent[] = [];
  const following = new Following({
    camera: 'yard',
    video: size,
    parameters: cameraParametersSchema.parse(settings),
    models: {
      detector: { letterbox: () => undefined, detect: async () => NO_DETECTIONS },
      association: handSetScore,
    },
    lastId,
    onEvent: (event) => events.push(event),
  });
  const start = now();
  const begin = (time: number, pixels?: Uint8Array) => {
    const frame = { index: Math.round(10 * time), time: start + time, elapsed: time, ...size };
    const begun = pixels ? { ...frame, pixels } : frame;
    return { frame: begun, underWay: following.begin(begun) };
  };
  const take = (time: number, detections: Detections, pixels?: Uint8Array) => {
    const { frame, underWay } = begin(time, pixels);
    return following.take(underWay, frame, detections);
  };
  /** A person who walks 80 pixels a second, from x = 200 on. */
  const walk = (from: number, to: number) => {
    for (let time = from; time < to - 1e-9; time += 0.1) take(time, at(200 + 80 * time));
  };
  const about = (...kinds: string[]) => events.filter(({ event }) => kinds.includes(event));
  return { following, events, begin, take, walk, about, start };
}

describe('what people do at lines and zones', () => {
  it('leaves out and counts whoever is in an ignore area', async () => {
    const points = [
      [0, 300],
      [640, 300],
      [640, 400],
      [0, 400],
    ] as [number, number][];
    const detect = async () => at(200);
    const events: LiveEvent[] = [];
    const following = new Following({
      camera: 'yard',
      video: size,
      parameters: cameraParametersSchema.parse({ ignore: { screen: { points } } }),
      models: { detector: { letterbox: () => undefined, detect }, association: handSetScore },
      lastId: 0,
      onEvent: (event) => events.push(event),
    });
    for (let i = 0; i < 10; i++) {
      const frame = { index: i, time: now() + i / 10, elapsed: i / 10, ...size };
      const underWay = following.begin(frame);
      expect(following.take(underWay, frame, await underWay.detections).people.length).toBe(0);
    }
    expect(following.ignored).toEqual([{ name: 'screen', ignored: 10 }]);
    expect(following.counter.areas.ignore?.map(({ name }) => name)).toEqual(['screen']);
    expect(events).toEqual([]);
  });

  it('becomes events with camera, id and time of day, and counts', () => {
    const { following, walk, take, about, start } = follow();
    walk(0, 3.5);
    for (let time = 3.5; time < 14.5; time += 0.1) take(time, NO_DETECTIONS);
    const [crossed, entered, left] = about('crossed', 'entered', 'left');
    expect(crossed).toMatchObject({ event: 'crossed', camera: 'yard', id: 101, line: 'door', direction: 'in' });
    expect(entered).toMatchObject({ event: 'entered', camera: 'yard', id: 101, zone: 'shop' });
    expect(left).toMatchObject({ event: 'left', camera: 'yard', id: 101, zone: 'shop' });
    // they reach 320 after 1.5 s and 400 after 2.5 s, and are last seen after 3.4 s
    const seconds = (event: LiveEvent) => Date.parse(event.time) / 1000 - wallTime(start);
    expect(Math.abs(seconds(crossed) - 1.5)).toBeLessThan(0.15);
    expect(Math.abs(seconds(entered) - 2.5)).toBeLessThan(0.15);
    expect(Math.abs(seconds(left) - 3.4)).toBeLessThan(0.15);
    expect((left as { dwell?: number }).dwell).toBeCloseTo(0.9, 1);
    expect(following.counter.lines).toEqual([{ name: 'door', in: 1, out: 0 }]);
    expect(following.counter.zones).toEqual([{ name: 'shop', inside: 0, entered: 1, people: 1 }]);
    expect(following.counter.remembered).toBe(0);
    expect(about('started', 'ended').map(({ event }) => event)).toEqual(['started', 'ended']);
  });

  it('is counted once when the camera is offline meanwhile', () => {
    const { following, walk, about, start } = follow();
    walk(0, 1.2);
    for (let time = 1; time < 2.2; time += 0.5) expect(following.wait(start + time)).toBeUndefined();
    walk(2, 4);
    expect(about('crossed')).toMatchObject([{ id: 101, direction: 'in' }]);
    expect(about('entered')).toMatchObject([{ id: 101, zone: 'shop' }]);
    expect(about('started')).toHaveLength(1);
    expect(following.counter.lines[0]).toEqual({ name: 'door', in: 1, out: 0 });
  });

  it('ends when the camera stays offline: no person is remembered', () => {
    const { following, walk, about, start } = follow();
    walk(0, 3.5);
    expect(following.wait(start + 8)).toBeUndefined(); // people are awaited for 5 s
    const given = [];
    for (let time = 9; time < 30; time++) given.push(...(following.wait(start + time) ?? []));
    expect(given).toEqual([101]);
    expect(about('ended', 'left')).toMatchObject([
      { event: 'ended', id: 101 },
      { event: 'left', id: 101, zone: 'shop' },
    ]);
    expect(following.counter.zones[0].inside).toBe(0);
    expect(following.counter.remembered).toBe(0);
    expect(following.wait(start + 60)).toBeUndefined();
  });

  it('ends with the pictures', () => {
    const { following, walk, about } = follow();
    walk(0, 3.4);
    expect(following.end()).toEqual([101]);
    expect(about('left', 'ended').map(({ event }) => event)).toEqual(['left', 'ended']);
    expect(following.lastId).toBe(101);
    expect(following.end()).toEqual([]);
  });

  it('holds nothing of thousands who passed by', () => {
    const { following, take } = follow({ ...areas, live: { eventRate: 0 } });
    for (let k = 0; k < 400; k++) {
      for (let i = 0; i < 10; i++) take(30 * k + i / 10, at(200 + 20 * i));
      take(30 * k + 15, NO_DETECTIONS);
      expect(following.counter.remembered).toBe(0);
    }
    expect(following.lastId).toBe(500);
    expect(following.end()).toEqual([]);
  });

  it('is not looked for in pictures that do not hold it', () => {
    const outside = { lines: { door: { points: [[700, 0] as [number, number], [320, 0] as [number, number]] } } };
    expect(() => follow(outside)).toThrow(
      'lines.door.points: point 1 (700, 0) lies outside the picture of 640 × 480 pixels; give points of the source picture',
    );
  });
});

describe('a camera that moves', () => {
  /** A picture of blobs, seen from x, y. */
  const picture = (x: number, y: number) => {
    const pixels = new Uint8Array((size.width * size.height * 3) / 2).fill(128);
    for (let r = 0; r < size.height; r++)
      for (let c = 0; c < size.width; c++)
        pixels[r * size.width + c] =
          128 + 50 * Math.sin((c + x) / 31) * Math.cos((r + y) / 23) + 40 * Math.sin((c + x + 2 * (r + y)) / 57);
    return pixels;
  };

  it('is followed by the picture, also over a frame that was never taken', () => {
    const pan = 25; // pixels a frame: far more than a person walks
    const run = (withPictures: boolean) => {
      const { begin, take, about } = follow({});
      for (let i = 0; i < 15; i++) {
        const x = i < 5 ? 0 : pan * (i - 5);
        const pixels = withPictures ? picture(x, 0) : undefined;
        if (i === 8)
          begin(i / 10, pixels); // left out by the detector
        else take(i / 10, at(500 - x), pixels);
      }
      return about('started').length;
    };
    expect(run(true)).toBe(1);
    expect(run(false)).toBeGreaterThan(1);
  });

  it('is not measured when that is turned off', () => {
    const { begin } = follow({ tracking: { cameraMotion: false } });
    begin(0, picture(0, 0));
    expect(begin(0.1, picture(12, 6)).underWay.shift).toBeUndefined();
  });

  it('is measured to parts of a pixel of the picture', () => {
    const { begin } = follow();
    [0, 12, 24, 36].forEach((x, i) => {
      const { shift = [0, 0] } = begin(i / 10, picture(x, x / 2)).underWay;
      if (i > 0) expect(Math.hypot(shift[0] + 12, shift[1] + 6)).toBeLessThan(0.6); // it is measured in a small picture
    });
  });
});
