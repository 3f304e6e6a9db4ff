import { type ChartData, COLOURS, histogram, hundredths, type SeriesChart } from '../page-parts.ts';
import type { DaysData } from './days-data.ts';
import { type Figures, HOUR, type Hour, hourStart, ratesOf } from './figures.ts';

/** Lines of a chart, and charts of a kind, at most: more cannot be told apart. */
export const MOST_SERIES = 8;
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** What a line of a chart is of. */
interface Line {
  readonly name: string;
  readonly hours: readonly Hour[];
}

/** What the charts of the page are drawn from. */
export function chartsOf(data: DaysData): ChartData {
  const shown = shownFigures(data);
  return {
    clock: true,
    zone: data.zone.name,
    lines: [],
    dwell: dwellShown(data).map(({ seconds }, i) => ({ ...histogram(seconds), colour: COLOURS[i % COLOURS.length] })),
    series: [
      overTime('visits', shown, data.all, ({ visits, recorded }) => (recorded > 0 || visits > 0 ? visits : null)),
      overTime('present', shown, data.all, (hour) => ratesOf([hour]).present ?? null),
      overDay('days', linesOfDays(data.all)),
      ...daysShown(data).map((figures, i) => overDay(`days${i}`, linesOfDays(figures))),
      ...passesOf(data),
    ],
  };
}

/** All cameras together, and the busiest ones, as many as can be told apart. */
function shownFigures({ all, cameras }: DaysData): Line[] {
  const lines = cameras.map((figures) => ({ name: figures.name, hours: figures.hours() }));
  if (lines.length === 1) return lines;
  const busiest = [...lines]
    .sort((a, b) => ratesOf(b.hours).visits - ratesOf(a.hours).visits)
    .slice(0, MOST_SERIES - 1);
  return [{ name: all.name, hours: all.hours() }, ...lines.filter((line) => busiest.includes(line))];
}

/** The cameras whose days have a chart of their own. */
export function daysShown({ cameras }: DaysData): Figures[] {
  return cameras.length > 1 ? cameras.slice(0, MOST_SERIES) : [];
}

/** Whether days are told apart; of many only the days of the week are. */
export function areDaysShown(figures: Figures): boolean {
  return new Set(figures.hours().map(({ day }) => day)).size <= MOST_SERIES;
}

function linesOfDays(figures: Figures): Line[] {
  const hours = figures.hours();
  if (!areDaysShown(figures))
    return WEEKDAYS.map((name, k) => ({ name, hours: hours.filter(({ weekday }) => weekday === k) }));
  const days = [...new Set(hours.map(({ day }) => day))];
  return days.map((day) => {
    const own = hours.filter((hour) => hour.day === day);
    return { name: `${WEEKDAYS[own[0].weekday].slice(0, 3)} ${day}`, hours: own };
  });
}

function overTime(id: string, lines: readonly Line[], all: Figures, value: (hour: Hour) => number | null): SeriesChart {
  const starts = withGaps(all.hours().map(({ start }) => start));
  return {
    id,
    x: { times: starts.map((start) => start / 1000) },
    series: lines.map(({ name, hours }, i) => {
      const own = new Map(hours.map((hour) => [hour.start, value(hour)]));
      return {
        name,
        values: rounded(starts.map((start) => own.get(start) ?? null)),
        colour: COLOURS[i % COLOURS.length],
      };
    }),
  };
}

/** Visits an hour by the hour of the day: an hour that comes twice or not at all, or is recorded in part, counts as long as it is. */
function overDay(id: string, lines: readonly Line[]): SeriesChart {
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  return {
    id,
    x: { hours },
    series: lines.map(({ name, hours: own }, i) => ({
      name,
      values: rounded(hours.map((hour) => ratesOf(own.filter((one) => one.hour === hour)).rate ?? null)),
      colour: COLOURS[i % COLOURS.length],
    })),
  };
}

function passesOf({ lines, cameras, zone }: DaysData): SeriesChart[] {
  return lines.slice(0, MOST_SERIES).map((line, i) => {
    const hours = cameras.find(({ name }) => name === line.camera)?.hours() ?? [];
    const recorded = hours.filter((hour) => hour.recorded > 0).map(({ start }) => start);
    const starts = withGaps(recorded);
    const count = (times: readonly number[]) => {
      const counts = new Map<number, number>(recorded.map((start) => [start, 0]));
      for (const time of times) {
        const start = hourStart(zone, time);
        counts.set(start, (counts.get(start) ?? 0) + 1);
      }
      return starts.map((start) => counts.get(start) ?? null);
    };
    return {
      id: `passes${i}`,
      x: { times: starts.map((start) => start / 1000) },
      series: [
        { name: 'in', values: count(line.in), colour: COLOURS[0] },
        { name: 'out', values: count(line.out), colour: COLOURS[1] },
      ],
    };
  });
}

/** The lengths of stays that have a chart: in the picture, and in zones. */
export function dwellShown({
  all,
  zones,
  cameras,
}: DaysData): { readonly name: string; readonly seconds: readonly number[] }[] {
  const named = (camera: string, name: string) => (cameras.length > 1 ? `${camera}: ${name}` : name);
  const own = zones.map(({ camera, name, stays }) => ({
    name: named(camera, name),
    seconds: stays.flatMap((time, i) => (i % 2 === 1 ? [(time - stays[i - 1]) / 1000] : [])),
  }));
  return [{ name: 'in the picture', seconds: all.lengths() }, ...own.slice(0, MOST_SERIES - 1)];
}

function rounded(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null ? null : hundredths([value])[0]));
}

/** Hours in order, with one more where others are missing, in which a line breaks off. */
function withGaps(starts: readonly number[]): number[] {
  return starts.flatMap((start, i) =>
    i > 0 && start - starts[i - 1] > HOUR ? [starts[i - 1] + HOUR, start] : [start],
  );
}
