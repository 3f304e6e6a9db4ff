import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime, stamp, wallTime } from '../../src/live/clock.ts';
import { ElapsedTime, FrameClock, now } from '../../src/video/camera/clock.ts';

describe('FrameClock', () => {
  it('keeps the distances that the camera gives, whatever the delays', () => {
    const clock = new FrameClock();
    const delays = [0.02, 0.3, 0.05, 0.02, 0.4];
    const times = delays.map((delay, i) => clock.timeOf(7 + i / 10, 100 + i / 10 + delay));
    times.forEach((time, i) => {
      expect(time).toBeCloseTo(100.02 + i / 10, 9);
    });
  });

  it('gives no frame a later time than it came at, also where the decoder gives all it has at the end', () => {
    const clock = new FrameClock();
    for (let i = 0; i < 50; i++) clock.timeOf(i / 10, 0.3 + i / 10);
    expect([5, 5.1].map((timestamp, i) => clock.timeOf(timestamp, 5.21 + i / 100))).toEqual([5.21, 5.22]);
  });

  it('is right again at once when the stream was late for a while', () => {
    const clock = new FrameClock();
    for (let i = 0; i < 600; i++) {
      const taken = i / 10;
      // from 20 s on by 2 s; what is held back at 32 s comes at 34 s, all at once
      const came = i < 200 ? taken : i < 320 ? taken + 2 : Math.max(taken, 34);
      const arrival = came + 0.05 + i * 1e-6;
      const error = clock.timeOf(taken, arrival) - taken;
      expect(taken + error).toBeLessThanOrEqual(arrival + 1e-9);
      if (i < 200 || i > 340) expect(error).toBeCloseTo(0.05, 2);
      else expect(error).toBeGreaterThan(0.049);
    }
  });

  it('takes the arrivals where timestamps stand still or go back', () => {
    const clock = new FrameClock();
    const stamps = [5, 5.1, 5.1, 5.1, 3, 3.1];
    const times = stamps.map((timestamp, i) => clock.timeOf(timestamp, 10 + i / 10));
    times.forEach((time, i) => {
      expect(time).toBeCloseTo(10 + i / 10, 9);
    });
  });

  it.each([0.5, 0.8, 0.97, 1.04, 1.2, 2])(
    'takes the arrivals where timestamps run %d times as fast as time',
    (pace) => {
      const clock = new FrameClock();
      const lateness: number[] = [];
      for (let i = 0; i < 1000; i++) {
        const arrival = 100 + i / 10;
        lateness.push(arrival - clock.timeOf((i / 10) * pace, arrival));
        if (i < 200) continue;
        expect(lateness.at(-1)).toBeCloseTo(0, 3);
        expect(clock.offPace).toBe(true);
      }
      expect(Math.min(...lateness)).toBeGreaterThan(-1e-3);
    },
  );

  it('keeps to timestamps of the right pace, however the network delays them', () => {
    const clock = new FrameClock();
    let random = 1;
    for (let i = 0; i < 5000; i++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      clock.timeOf(i / 10, 100 + i / 10 + 0.3 * (random / 2 ** 32) ** 2);
      expect(clock.offPace).toBe(false);
    }
  });

  it('forgets in a while that frames were less delayed', () => {
    const clock = new FrameClock();
    clock.timeOf(0, 0.2);
    let time = 0;
    for (let i = 1; i < 100; i++) time = clock.timeOf(i / 10, 0.32 + i / 10);
    expect(time).toBeCloseTo(0.32 + 9.9, 9);
  });

  it.each([0.9999, 1.0001])('follows a clock that is wrong by a part of %d', (pace) => {
    const clock = new FrameClock();
    let late = 0;
    for (let i = 0; i < 36_000; i++) late = clock.timeOf((i / 10) * pace, i / 10) - i / 10;
    expect(Math.abs(late)).toBeLessThan(0.001);
  });

  it('starts anew when the timestamps do', () => {
    const clock = new FrameClock();
    clock.timeOf(500, 10);
    expect(clock.timeOf(0, 10.5)).toBeCloseTo(10.5, 9);
    expect(clock.timeOf(0.1, 10.6)).toBeCloseTo(10.6, 9);
  });

  it('takes the arrival where there is no timestamp', () => {
    expect(new FrameClock().timeOf(Number.NaN, 3)).toBe(3);
  });

  it('always goes forward, also from one connection to the next', () => {
    const frames = fc.array(
      fc.tuple(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), fc.double({ min: 0, max: 2, noNaN: true })),
    );
    fc.assert(
      fc.property(frames, fc.double({ min: 0, max: 100, noNaN: true }), (list, before) => {
        const clock = new FrameClock(before);
        let last = before;
        let arrival = 0;
        for (const [timestamp, step] of list) {
          arrival += step;
          const time = clock.timeOf(timestamp ?? Number.NaN, arrival);
          expect(time).toBeGreaterThan(last);
          expect(time).toBeLessThanOrEqual(Math.max(arrival, last + 1e-5));
          last = time;
        }
      }),
    );
  });
});

describe('times of day', () => {
  it('are those of the system clock', () => {
    const before = Date.now();
    const times = [1000 * wallTime(now()), 1000 * wallTime(now() - 60) + 60_000, Date.parse(isoTime(now()))];
    const after = Date.now();
    for (const time of times) {
      expect(time).toBeGreaterThan(before - 10);
      expect(time).toBeLessThan(after + 10);
    }
    expect(stamp(Date.UTC(2026, 10, 24, 13, 59, 1) / 1000 + 0.9)).toBe('20261124T135901Z');
  });
});

describe('ElapsedTime', () => {
  /** What it makes of timestamps and arrivals. */
  const elapsed = (...frames: readonly (readonly [timestamp: number, arrival: number])[]) => {
    const time = new ElapsedTime();
    return frames.map(([timestamp, arrival]) => time.next(timestamp, arrival));
  };

  it('counts by the timestamps, whenever frames arrive', () => {
    expect(elapsed([0, 50.2], [0.1, 50.9], [0.2, 50.91])).toEqual([0, 0.1, 0.2]);
    expect(elapsed([812.5, 50], [812.54, 50.01], [812.58, 50.3])).toEqual([0, 0.04, 0.08]);
  });

  it.each([
    ['jump ahead', 900],
    ['start anew', 0],
    ['are missing', Number.NaN],
  ])('counts by the arrivals where timestamps %s', (_, timestamp) => {
    expect(elapsed([10, 50], [10.1, 50.2], [timestamp, 53.2], [timestamp + 0.1, 53.3])).toEqual([0, 0.1, 3.1, 3.2]);
  });

  it('always rises', () => {
    expect(elapsed([10, 50], [10, 50], [9.9, 50])).toEqual([0, 0.001, 0.002]);
  });

  it('goes on over another connection, by the time that passed', () => {
    const time = new ElapsedTime();
    expect(time.next(10, 50)).toBe(0);
    time.reconnected();
    expect(time.next(10.04, 56)).toBe(6);
    expect(time.next(10.08, 56.3)).toBe(6.04);
  });
});
