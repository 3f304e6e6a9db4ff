import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateRange, Timeline, type TimelineOptions } from '../../src/video/timeline.ts';

/** The times of timestamps, and what happened to them. */
function timesOf(timestamps: readonly number[], options: Partial<TimelineOptions> = {}) {
  const timeline = new Timeline({ frameRate: 10, container: 'mpegts', ...options });
  return { times: timestamps.map((timestamp) => timeline.next(timestamp)), timeline };
}

/** `count` timestamps from a start on, a tenth of a second apart. */
function run(start: number, count: number, interval = 0.1): number[] {
  return Array.from({ length: count }, (_, i) => start + i * interval);
}

function expectTimes(times: readonly number[], expected: readonly number[]): void {
  expect(times.length).toBe(expected.length);
  times.forEach((time, i) => {
    expect(time).toBeCloseTo(expected[i], 9);
  });
}

const WRAP = 2 ** 33 / 90_000;

describe('times are the timestamps', () => {
  it.each<[string, number[], Partial<TimelineOptions>]>([
    ['of a constant rate', run(0, 20), {}],
    ['that start late', run(0.4, 20), {}],
    ['ten seconds apart where one frame in ten seconds is stated', run(0, 20, 10), { frameRate: 0.1 }],
    ['of a time-lapse whose container does not say its rate', run(0, 20, 10), { frameRate: 25 }],
    ['of one frame in two hours', run(0, 20, 7200), { frameRate: 1 / 7200 }],
    ['with a pause of minutes', [...run(0, 20), ...run(600, 20)], {}],
    [
      'with a pause of hours, as the container says',
      [...run(0, 20), ...run(7200, 20)],
      { container: 'matroska,webm', duration: 7202 },
    ],
    [
      'with a pause past a duration that was said too short by a bit',
      [...run(0, 20), ...run(2.9, 20)],
      { container: 'flv', duration: 2 },
    ],
    ['that swing', [0, 0.05, 0.2, 0.21, 0.5, 0.9, 0.95], {}],
  ])('%s', (_, timestamps, options) => {
    const { times, timeline } = timesOf(timestamps, options);
    expectTimes(times, timestamps);
    expect([timeline.restarts, timeline.jumps, timeline.repeats, timeline.missing]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
  });
});

describe('times go on one interval later', () => {
  it.each<[string, 'restarts' | 'jumps', number[], number, Partial<TimelineOptions>]>([
    ['where the clock starts again at 0', 'restarts', [...run(0, 20), ...run(0, 20)], 20, {}],
    ['at another time', 'restarts', [...run(100, 20), ...run(50, 20)], 20, {}],
    ['before the start', 'restarts', [...run(0, 20), ...run(-95, 20)], 20, {}],
    ['after few frames', 'restarts', [...run(0, 9), ...run(0, 20)], 9, {}],
    ['after few frames of a time-lapse', 'restarts', [...run(0, 10, 10), ...run(0, 10, 10)], 10, { frameRate: 0.1 }],
    [
      'ahead of the stated duration',
      'jumps',
      [...run(0, 20), ...run(94, 20)],
      20,
      { container: 'matroska,webm', duration: 2 },
    ],
    ['ahead by hours', 'jumps', [...run(0, 20), ...run(7200, 20)], 20, {}],
    ['ahead by hours that an estimate covers', 'jumps', [...run(0, 20), ...run(7200, 20)], 20, { duration: 7202 }],
    ['back to before a wrap', 'jumps', [...run(100, 20), ...run(WRAP, 20)], 20, {}],
    ['at a first frame hours after the sound', 'jumps', run(50_000, 20), 0, {}],
  ])('%s', (_, kind, timestamps, frame, options) => {
    const interval = timestamps[1] - timestamps[0];
    const { times, timeline } = timesOf(timestamps, options);
    const first = frame === 0 ? 0 : timestamps[0];
    expectTimes(times, run(first, timestamps.length, interval));
    expect(timeline[kind]).toMatchObject({ count: 1, frame });
    expect(timeline[kind]!.time).toBeCloseTo(times[frame], 9);
  });

  it('each time, and the notice counts', () => {
    const { times, timeline } = timesOf([...run(0, 20), ...run(0, 20), ...run(0, 20)]);
    expectTimes(times, run(0, 60));
    expect(timeline.restarts).toMatchObject({ count: 2, frame: 20 });
  });

  it('in the measured rate, where the stated one is of something else', () => {
    const { times } = timesOf([...run(0, 20, 0.5), ...run(0, 20, 0.5)], { frameRate: 25 });
    expectTimes(times, run(0, 40, 0.5));
  });

  it('in the stated rate, where timestamps are rounded to milliseconds', () => {
    const rounded = run(0, 31, 1 / 30).map((time) => Math.round(1000 * time) / 1000);
    const { times } = timesOf([...rounded, ...rounded, ...rounded], { frameRate: 30 });
    times.forEach((time, i) => {
      expect(Math.abs(time - i / 30)).toBeLessThan(0.001);
    });
  });

  it('at the first frame of another recording, whatever its timestamp', () => {
    const timeline = new Timeline({ frameRate: 10, container: 'matroska,webm' });
    for (const timestamp of run(0, 5)) timeline.next(timestamp);
    timeline.restart();
    expectTimes(
      run(7, 3).map((timestamp) => timeline.next(timestamp)),
      run(0.5, 3),
    );
    expect(timeline.restarts).toMatchObject({ count: 1, frame: 5 });
  });
});

it.each([2 ** 33 / 90_000, 2 ** 32 / 90_000, 2 ** 32 / 1000, 2 ** 31 / 1000, 2 ** 24 / 1000])(
  'a clock that is full after %d s goes on, twice',
  (full) => {
    const timestamps = [...run(full - 1, 10), ...run(0, 10), ...run(full - 1, 10), ...run(0, 10)];
    const { times, timeline } = timesOf(timestamps.slice(10), {});
    expectTimes(times.slice(0, 10), run(0, 10));
    expect(timeline.restarts).toBeUndefined();
    expectTimes(times.slice(20), run(times[19] + 0.1, 10));
  },
);

it('timestamps that repeat or are a little back are a millisecond after the one before', () => {
  const { times, timeline } = timesOf([...run(0, 10), 0.9, 0.7, 1, 1.1]);
  expectTimes(times, [...run(0, 10), 0.901, 0.902, 1, 1.1]);
  expect(timeline.repeats).toMatchObject({ count: 2, frame: 10 });
  expect(timeline.restarts).toBeUndefined();
});

it('frames out of order by the most that decoders wait for start nothing again', () => {
  const { timeline } = timesOf([...run(5, 20), 6, 5.95, 7.1, 6.2, 8]);
  expect(timeline.restarts).toBeUndefined();
});

it('frames without timestamp are an interval after the one before', () => {
  const { times, timeline } = timesOf([Number.NaN, 0.1, Number.NaN, 0.3]);
  expectTimes(times, [0, 0.1, 0.2, 0.3]);
  expect(timeline.missing).toBe(2);
});

it('counted times are those of the rate', () => {
  expectTimes(timesOf([0, 7, 3, Number.NaN], { counted: true }).times, [0, 0.1, 0.2, 0.3]);
});

it('the first time is 0 where there are no timestamps', () => {
  expectTimes(timesOf(run(0.2, 5), { untimed: true }).times, run(0, 5));
});

it('a first timestamp below 0 is the start', () => {
  expectTimes(timesOf(run(-0.2, 5)).times, run(0, 5));
});

it('a pause is kept and counted', () => {
  const { timeline } = timesOf([...run(0, 20), ...run(60, 20), ...run(70, 5)]);
  expect(timeline.gaps).toMatchObject({ count: 2, frame: 20, time: 60 });
  expect(timeline.gaps!.total).toBeCloseTo(58.1 + 8.1, 6);
});

it('times rise from 0 on, whatever the timestamps', () => {
  const timestamp = fc.oneof(
    fc.integer({ min: -1e9, max: 1e9 }).map((ticks) => ticks / 1000),
    fc.constant(Number.NaN),
    fc.integer({ min: 0, max: 30 }),
  );
  fc.assert(
    fc.property(
      fc.array(timestamp, { maxLength: 60 }),
      fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
      (timestamps, duration) => {
        const { times } = timesOf(timestamps, { duration, container: 'matroska,webm' });
        times.forEach((time, i) => {
          expect(time).toBeGreaterThanOrEqual(0);
          if (i > 0) expect(time).toBeGreaterThan(times[i - 1]);
        });
      },
    ),
  );
});

describe('the range of rates', () => {
  const rangeOf = (intervals: readonly number[]) => {
    const range = new RateRange();
    for (const interval of intervals) range.add(interval);
    return range.varies;
  };

  it.each<[string, number[]]>([
    ['a constant rate', Array(100).fill(0.04)],
    ['60 per second in whole milliseconds', Array.from({ length: 99 }, (_, i) => (i % 3 === 0 ? 0.016 : 0.017))],
    ['a frame lost now and then', Array.from({ length: 100 }, (_, i) => (i % 30 === 0 ? 0.08 : 0.04))],
    ['few frames', [0.1, 1, 0.1, 1]],
  ])('does not vary for %s', (_, intervals) => {
    expect(rangeOf(intervals)).toBeUndefined();
  });

  it('is that of most frames', () => {
    const { from, to } = rangeOf(Array.from({ length: 100 }, (_, i) => (i < 30 ? 0.1 : 0.04)))!;
    expect(from / 10).toBeCloseTo(1, 1);
    expect(to / 25).toBeCloseTo(1, 1);
  });
});
