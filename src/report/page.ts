import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { html, raw } from 'hono/html';
import { dwellOf, occupancyOf, type Stay } from '../analytics/index.ts';
import { people as counted } from '../core/text.ts';
import type { PersonRecord } from './person-record.ts';
import type { ReportData } from './report-data.ts';
import { colour, dataUrl, scenes } from './scene.ts';
import { length, Times } from './time.ts';

type Markup = ReturnType<typeof html>;

/** Intervals of the occupancy chart, at most. */
const MOST_BINS = 400;
/** Bars of a dwell histogram, at most one more. */
const BARS = 20;
/** Kinds of notices that are listed, at most. */
const MOST_NOTICES = 10;
/** Bytes of thumbnails in all, at most: a report is to stay below 5 MB. */
const THUMBNAIL_BYTES = 2_500_000;

/** The report as HTML: nothing is fetched from elsewhere, all of it can be read without scripts but the charts. */
export async function renderPage(data: ReportData): Promise<string> {
  const { header, footer, result } = data;
  const times = new Times(header.source.startedAt);
  const count = result.people.length;
  const title = `${header.source.name}: ${counted(count)}`;
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title>
<style>${asset('uplot/dist/uPlot.min.css')}${own('page.css')}</style></head><body>
<svg class="hidden"><defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs></svg>
<header><h1>${header.source.name}</h1><p>${about(data)}</p>
${header.anonymized && html`<p class="note">The run is anonymised: no picture of its video is shown.</p>`}
${!footer.complete && html`<p class="warning">The run ended before its source did: ${footer.reason}</p>`}</header>
${summary(data)}${await scenes(data)}
<section><h2>People present</h2><div class="chart" id="occupancy"></div></section>
${lines(data)}${zones(data)}${journeys(data)}${people(data, times)}${notices(data)}
<footer>Made by ${header.generator ?? 'twintrack'}. Times are ${times.start === undefined ? 'from the start of the video' : 'UTC'}.</footer>
<script type="application/json" id="data">${raw(JSON.stringify(chartData(data, times)).replace(/</g, '\\u003c'))}</script>
<script>${asset('uplot/dist/uPlot.iife.min.js')}</script><script>${own('page.js')}</script></body></html>
`;
  return String(await page);
}

/** A file of the page. They are read as they are, so that no build step stands between. */
function own(name: string): Markup {
  return raw(readFileSync(new URL(`../../src/report/page/${name}`, import.meta.url), 'utf8'));
}

function asset(name: string): Markup {
  return raw(readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8'));
}

function about({ header, footer, picture, shown }: ReportData): string {
  const { startedAt, frameRate } = header.source;
  return [
    ...(startedAt === undefined ? [] : [`${new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`]),
    length(footer.summary.duration),
    `${footer.summary.frames} frames`,
    ...(frameRate === undefined ? [] : [`${Number(frameRate.toFixed(2))} frames/s`]),
    `${picture.width} × ${picture.height}${shown.stretch === 1 ? '' : `, shown as ${shown.width} × ${shown.height}`}`,
  ].join(' · ');
}

function summary({ result, footer, people }: ReportData): Markup {
  const { duration } = footer.summary;
  const present = result.people.reduce((sum, { start, end }) => sum + end - start, 0);
  const dwell = dwellOf(result.people);
  const speeds = people.flatMap(({ speed }) => (speed === undefined ? [] : [speed])).sort((a, b) => a - b);
  const cards: [string, string][] = [
    [result.people.length === 1 ? 'person' : 'people', String(result.people.length)],
    ['present on average', duration > 1e-3 ? (present / duration).toFixed(1) : '0'],
    ['present at most', String(mostAtOnce(result.people))],
    ['seen for, median', length(dwell.median)],
    ...(speeds.length > 0
      ? [['median speed', `${speeds[speeds.length >> 1].toFixed(2)} m/s`] as [string, string]]
      : []),
  ];
  return html`<section class="cards">${cards.map(([name, value]) => html`<div><b>${value}</b><span>${name}</span></div>`)}</section>`;
}

function mostAtOnce(stays: readonly Stay[]): number {
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

function lines({ result }: ReportData): Markup | undefined {
  if (result.lines.length === 0) return undefined;
  return html`<section><h2>Lines</h2><div class="wide"><table><thead><tr><th>line<th class="n">in<th class="n">out<th class="n">balance</tr></thead>
<tbody>${result.lines.map((line) => html`<tr><td>${line.name}<td class="n">${line.in}<td class="n">${line.out}<td class="n">${line.in - line.out}</tr>`)}</tbody></table></div>
<p class="note">The arrow on the picture shows which way is in. Each pass of a person counts once.</p>
<div class="charts">${result.lines.map(({ name }, i) => html`<figure><figcaption>${name}, passes so far</figcaption><div class="chart" id="line${i}"></div></figure>`)}</div></section>`;
}

function zones({ result }: ReportData): Markup {
  const rows = result.zones.map(({ name, people, visits }) => {
    const dwell = dwellOf(visits);
    return html`<tr><td>${name}<td class="n">${people}<td class="n">${dwell.visits}<td class="n">${length(dwell.mean)}<td class="n">${length(dwell.median)}<td class="n">${length(dwell.longest)}<td class="n">${mostAtOnce(visits)}</tr>`;
  });
  const charts = ['in the picture', ...result.zones.map(({ name }) => name)];
  return html`<section><h2>${rows.length > 0 ? 'Zones' : 'Time seen'}</h2>${
    rows.length > 0 &&
    html`<div class="wide"><table><thead><tr><th>zone<th class="n">people<th class="n">visits<th class="n">mean stay<th class="n">median<th class="n">longest<th class="n">at once</tr></thead><tbody>${rows}</tbody></table></div>`
  }
<div class="charts">${charts.map((name, i) => html`<figure><figcaption>${name}: how long people stayed</figcaption><div class="chart" id="dwell${i}"></div></figure>`)}</div></section>`;
}

function journeys({ result }: ReportData): Markup | undefined {
  if (result.zones.length < 2) return undefined;
  const names = result.zones.map(({ name }) => name);
  const count = (from: string, to: string) =>
    result.journeys.find((journey) => journey.from === from && journey.to === to)?.people ?? 0;
  const most = Math.max(1, ...result.journeys.map(({ people }) => people));
  const cell = (n: number) => html`<td class="n" style="--part:${(n / most).toFixed(2)}">${n || '·'}`;
  return html`<section><h2>From where to where</h2><p class="note">The first and the last zone that each person was in.</p>
<div class="wide"><table class="matrix"><thead><tr><th>from \\ to${names.map((name) => html`<th class="n">${name}`)}</tr></thead>
<tbody>${names.map((from) => html`<tr><th>${from}${names.map((to) => cell(count(from, to)))}</tr>`)}</tbody></table></div></section>`;
}

function people({ people, pictures, shown, result }: ReportData, times: Times): Markup {
  const measured = people.some(({ way }) => way !== undefined);
  const passed = result.lines.length + result.zones.length > 0;
  let budget = THUMBNAIL_BYTES;
  const thumbnail = (id: number): Markup | undefined => {
    const jpeg = pictures?.thumbnails.get(id);
    budget -= (jpeg?.length ?? 0) * (4 / 3);
    if (!jpeg || budget < 0) return undefined;
    return html`<img src="${dataUrl('image/jpeg', jpeg)}" width="32" height="64" alt="">`;
  };
  const row = (person: PersonRecord) => {
    const { id, start, end, zones, lines, way = 0, speed } = person;
    const seconds = end - start;
    return html`<tr data-id="${id}"><td data-v="${id}"><i style="background:${colour(id)}"></i>${id}${pictures && html`<td>${thumbnail(id)}`}<td class="n" data-v="${start}">${times.at(start)}<td class="n late" data-v="${end}">${times.at(end)}<td class="n" data-v="${seconds}">${length(seconds)}${
      measured &&
      html`<td class="n" data-v="${way}">${way.toFixed(1)} m<td class="n" data-v="${speed ?? -1}">${speed === undefined ? '' : `${speed.toFixed(2)} m/s`}`
    }${passed && html`<td class="events">${[zones.join(' → '), ...lines].filter(Boolean).join(', ')}`}<td><svg class="mini" viewBox="0 0 ${shown.width} ${shown.height}"><use href="#p${id}"/></svg></tr>
`;
  };
  const sorts = (name: string, kind: string) => html`<th class="${kind}" data-sort><button>${name}</button>`;
  const all = result.people.length;
  return html`<section><h2>People</h2>${all > people.length && html`<p class="note">The ${people.length} of ${all} who were seen longest.</p>`}
<div class="wide"><table id="people"><thead><tr>${sorts('id', '')}${pictures && html`<th>`}${sorts('first seen', 'n')}${sorts('last seen', 'n late')}${sorts('for', 'n')}${
    measured && html`${sorts('way', 'n')}${sorts('speed', 'n')}`
  }${passed && html`<th>zones and lines`}<th>path</tr></thead><tbody>${people.map(row)}</tbody></table></div></section>`;
}

/** What was wrong or doubtful: of each kind the first, and how many more there are. */
function notices({ notices }: ReportData): Markup | undefined {
  if (notices.length === 0) return undefined;
  const kinds = new Map<string, ReportData['notices']>();
  for (const notice of notices) kinds.set(notice.code, [...(kinds.get(notice.code) ?? []), notice]);
  const rows = [...kinds.values()].slice(0, MOST_NOTICES).map(([{ message, frame }, ...others]) => {
    const rest = others.length > 0 ? `, and ${others.length} more of this kind` : '';
    return html`<li>${message}${frame === undefined ? '' : ` (frame ${frame})`}${rest}`;
  });
  const left = kinds.size - rows.length;
  return html`<section><h2>What was noticed</h2><ul class="notices">${rows}${left > 0 && html`<li>${left} more kinds: see the trajectories file`}</ul></section>`;
}

/** What the charts are drawn from; see page/page.js. */
function chartData({ result, footer }: ReportData, times: Times) {
  const end = Math.max(footer.summary.duration, 1e-3);
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(end)));
  const origin = (times.start ?? 0) / 1000;
  const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Math.round(100 * value) / 100);
  const occupancy = [{ name: 'in the picture', visits: result.people }, ...result.zones];
  return {
    clock: times.start !== undefined,
    occupancy: {
      times: rounded(Float64Array.from({ length: bins }, (_, i) => origin + ((i + 0.5) * end) / bins)),
      series: occupancy.map(({ name, visits }) => ({ name, values: rounded(occupancyOf(visits, end, bins)) })),
    },
    lines: result.lines.map(({ crossings }) => ({
      end: origin + end,
      start: origin,
      in: rounded(crossings.filter(({ direction }) => direction === 'in').map(({ time }) => origin + time)),
      out: rounded(crossings.filter(({ direction }) => direction === 'out').map(({ time }) => origin + time)),
    })),
    dwell: occupancy.map(({ visits }) => histogram(visits)),
  };
}

/** Stays by length in equal steps: the middle of each in seconds, and how many fall into it. */
function histogram(stays: readonly Stay[]): { seconds: number[]; counts: number[]; step: number } {
  const { longest } = dwellOf(stays);
  const step = roundUp(Math.max(longest, 1) / BARS);
  const counts = new Array<number>(Math.floor(longest / step) + 1).fill(0);
  for (const { start, end } of stays) counts[Math.floor((end - start) / step)]++;
  return { seconds: counts.map((_, i) => (i + 0.5) * step), counts, step };
}

/** The next of 1, 2, 5, 10, 20 … (and their fractions). */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((digit) => digit * power >= value - 1e-9) ?? 10) * power;
}
