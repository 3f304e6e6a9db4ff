import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { html, raw } from 'hono/html';
import { occupancyOf, type Stay } from '../analytics/index.ts';
import type { TrajectoriesFooter } from '../trajectories/index.ts';
import type { Times } from './time.ts';

export type Markup = ReturnType<typeof html>;

/** Bytes of thumbnails in all, at most: a report is to stay below 5 MB. */
export const THUMBNAIL_BYTES = 2_500_000;
/** Colours of what a chart shows, in order. */
export const COLOURS = ['#1769aa', '#d9572b', '#2c8a4b', '#8a4fa8', '#b58900', '#c0397b', '#3aa6a6', '#6b7280'];

/** Intervals of the occupancy chart, at most. */
const MOST_BINS = 400;
/** Bars of a histogram, at most one more. */
const BARS = 20;
/** Kinds of notices that are listed, at most. */
const MOST_NOTICES = 10;

type Notices = NonNullable<TrajectoriesFooter['notices']>;

/** What the charts are drawn from; see page/page.js. */
export interface ChartData {
  /** Whether times are of the clock on the wall: seconds since 1970. */
  readonly clock: boolean;
  readonly occupancy?: OccupancyChart;
  readonly lines: readonly { start: number; end: number; in: number[]; out: number[] }[];
  readonly dwell: readonly (Histogram & { readonly colour: string })[];
  /** The zone of the clock, for the charts below: its clocks may be changed in between. */
  readonly zone?: string;
  readonly series?: readonly SeriesChart[];
}

/** Values by the hour: over the whole time, or over the hours of a day. */
export interface SeriesChart {
  /** The element that it is drawn in. */
  readonly id: string;
  /** Seconds since 1970, or hours of a day. */
  readonly x: { readonly times: readonly number[] } | { readonly hours: readonly number[] };
  /** Values of each x; null where nothing is known. */
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
    readonly colour: string;
  }[];
}

interface OccupancyChart {
  readonly times: number[];
  readonly series: { name: string; values: number[]; colour: string }[];
}

interface Histogram {
  readonly seconds: number[];
  readonly counts: number[];
  readonly step: number;
}

/** A page as HTML: nothing is fetched from elsewhere, all of it can be read without scripts but the charts. */
export async function pageOf(title: string, body: Markup, charts: ChartData): Promise<string> {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title>
<style>${asset('uplot/dist/uPlot.min.css')}${own('page.css')}</style></head><body>
${body}
<script type="application/json" id="data">${raw(JSON.stringify(charts).replace(/</g, '\\u003c'))}</script>
<script>${asset('uplot/dist/uPlot.iife.min.js')}</script><script>${own('page.js')}</script></body></html>
`;
  return String(await page);
}

/** A file of the page. They are read as they are, so that no build step stands between. */
export function own(name: string): Markup {
  return raw(readFileSync(new URL(`../../src/report/page/${name}`, import.meta.url), 'utf8'));
}

function asset(name: string): Markup {
  return raw(readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8'));
}

/** Numbers, large, with what they are. */
export function cards(shown: readonly (readonly [name: string, value: string])[]): Markup {
  return html`<section class="cards">${shown.map(([name, value]) => html`<div><b>${value}</b><span>${name}</span></div>`)}</section>`;
}

/** A head of a column that sorts by `data-v` of its cells. */
export function sortable(name: string, kind: string): Markup {
  return html`<th class="${kind}" data-sort><button>${name}</button>`;
}

/** What was wrong or doubtful: of each kind the first, and how many more there are. @param all where all of them are */
export function noticeList(notices: Notices, all: string): Markup | undefined {
  if (notices.length === 0) return undefined;
  const kinds = new Map<string, Notices>();
  for (const notice of notices) kinds.set(notice.code, [...(kinds.get(notice.code) ?? []), notice]);
  const rows = [...kinds.values()].slice(0, MOST_NOTICES).map(([{ message, frame }, ...others]) => {
    const rest = others.length > 0 ? `, and ${others.length} more of this kind` : '';
    return html`<li>${message}${frame === undefined ? '' : ` (frame ${frame})`}${rest}`;
  });
  const left = kinds.size - rows.length;
  return html`<section><h2>What was noticed</h2><ul class="notices">${rows}${left > 0 && html`<li>${left} more kinds: see ${all}`}</ul></section>`;
}

/** How many stays there were at the same time, at most. */
export function mostAtOnce(stays: readonly Stay[]): number {
  const changes = stays.flatMap(({ start, end }) => [
    [start, 1],
    [end, -1],
  ]);
  let [now, most] = [0, 0];
  for (const [, change] of changes.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

/**
 * The people present over time.
 *
 * @param shown what is drawn, with the stays of people in seconds; the first is the whole
 * @param begin, end first and last time in seconds
 */
export function occupancyChart(
  shown: readonly { readonly name: string; readonly visits: readonly Stay[]; readonly colour: string }[],
  begin: number,
  end: number,
  times: Times,
): OccupancyChart {
  const span = Math.max(end - begin, 1e-3);
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(span)));
  const origin = (times.start ?? 0) / 1000 + begin;
  const fromBegin = ({ id, start, end: last }: Stay) => ({ id, start: start - begin, end: last - begin });
  return {
    times: hundredths(Float64Array.from({ length: bins }, (_, i) => origin + ((i + 0.5) * span) / bins)),
    series: shown.map(({ name, visits, colour }) => ({
      name,
      values: hundredths(occupancyOf(visits.map(fromBegin), span, bins)),
      colour,
    })),
  };
}

/** Numbers as a chart needs them. */
export function hundredths(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => Math.round(100 * value) / 100);
}

/** Lengths of time in equal steps: the middle of each in seconds, and how many fall into it. */
export function histogram(lengths: readonly number[]): Histogram {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const step = roundUp(Math.max(longest, 1) / BARS);
  const counts = new Array<number>(Math.floor(longest / step) + 1).fill(0);
  for (const length of lengths) counts[Math.floor(length / step)]++;
  return { seconds: counts.map((_, i) => (i + 0.5) * step), counts, step };
}

/** The next of 1, 2, 5, 10, 20 … (and their fractions). */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((digit) => digit * power >= value - 1e-9) ?? 10) * power;
}
