/**
 * Requirements of live cameras, over a long time: `npx tsx bench/live.ts SCENARIO [option]`, with the packages of `.ci/packages`.
 * The tests run the same, short. Prints the figures as JSON.
 *
 *     reconnect [--kills 50] [--freezes 20]    a camera that is killed and that freezes
 *     slow [--seconds 300]                     a detector three times slower than the camera
 *     killed [--kills 20]                      kill -9 of the command at random moments
 *     outage [--times 5] [--detector FILE]     a second without the camera: which ids stay
 *     share [--seconds 30] [--fps 15] [--detector FILE]   four cameras against a single one
 *     soak [--minutes 30] [--detector FILE]    everything at once, to find memory that grows; prints a sample a line on standard error
 *     days [--days 30] [--step 2]          simulated days of all that is kept over time, with a frame every so many seconds; run it with
 *                                          node --expose-gc --import tsx
 */
import { parseArgs } from 'node:util';
import { type Day, simulateDays } from '../test/live/days.ts';
import { endAll } from '../test/live/rig.ts';
import { killed, outage, reconnect, share, slow } from '../test/live/scenarios.ts';
import { soak } from '../test/live/soak.ts';
import { trendOf } from '../test/live/trend.ts';

const number = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text));
const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: text,
    freezes: text,
    seconds: text,
    times: text,
    fps: text,
    minutes: text,
    detector: text,
    days: text,
    step: text,
  },
});
const { kills, freezes, seconds, times, fps, minutes, detector } = values;

const scenarios: Record<string, () => Promise<unknown>> = {
  reconnect: async () => {
    const { afterKill, afterFreeze, ...rest } = await reconnect(number(kills, 50), number(freezes, 20));
    return { afterKill: spread(afterKill), afterFreeze: spread(afterFreeze), ...rest };
  },
  slow: async () => {
    const { medians, latest, memory, ...rest } = await slow(number(seconds, 300));
    const parts = (values: readonly number[]) =>
      [0, 1, 2, 3, 4].map((k) => spread(values.slice((k * values.length) / 5, ((k + 1) * values.length) / 5)).median);
    return { ...rest, medians: parts(medians), latency95: parts(latest), memory: parts(memory) };
  },
  killed: () => killed(number(kills, 20), [0.2, 6]),
  outage: async () => {
    const figures = [];
    for (let k = 0; k < number(times, 5); k++) figures.push(await outage(detector));
    return figures;
  },
  share: () => share(number(seconds, 30), number(fps, 15), detector),
  days: async () => {
    process.env.TZ = 'Europe/Berlin'; // summer time ends on 25 October
    const start = Date.UTC(2026, 9, 10);
    const settings = { start, days: number(values.days, 30), step: number(values.step, 2) };
    let complete = 0;
    const onDay = (day: Day) => {
      complete += day.files.length;
      process.stderr.write(`${JSON.stringify({ ...day, files: undefined })}\n`);
    };
    const { days, ...rest } = await simulateDays({ ...settings, onDay });
    const perDay = (pick: (day: (typeof days)[number]) => number) =>
      trendOf(
        days.slice(Math.floor(days.length / 5)).map((day) => [day.day, pick(day)] as const),
        1,
      );
    return {
      ...{ ...rest, complete },
      ...{ heap: perDay(({ heap }) => heap), external: perDay(({ external }) => external) },
      ...{ rss: perDay(({ rss }) => rss), disk: perDay(({ disk }) => disk), handles: perDay(({ handles }) => handles) },
    };
  },
  soak: () => {
    const more = ['--set', 'detection.inputPixels=60000', ...(detector ? ['--detector', detector] : [])];
    return soak(number(minutes, 30), { more, onSample: (line) => process.stderr.write(`${JSON.stringify(line)}\n`) });
  },
};

/** Least, median and greatest. */
function spread(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  return { least: sorted[0], median: sorted[sorted.length >> 1], most: sorted[sorted.length - 1] };
}

const scenario = scenarios[positionals[0]];
if (!scenario) throw new Error(`name a scenario: ${Object.keys(scenarios).join(', ')}`);
try {
  process.stdout.write(`${JSON.stringify(await scenario(), null, 1)}\n`);
} finally {
  await endAll();
}
