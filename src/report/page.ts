import { html } from 'hono/html';
import { dwellOf } from '../analytics/index.ts';
import { people as counted } from '../core/text.ts';
import {
  type ChartData,
  COLOURS,
  cards,
  histogram,
  hundredths,
  type Markup,
  mostAtOnce,
  noticeList,
  occupancyChart,
  pageOf,
  sortable,
  THUMBNAIL_BYTES,
} from './page-parts.ts';
import type { PersonRecord } from './person-record.ts';
import type { ReportData } from './report-data.ts';
import { colour, dataUrl, definitions, scenes } from './scene.ts';
import { length, Times } from './time.ts';

/** The report of a run as HTML. */
export async function renderPage(data: ReportData): Promise<string> {
  const { header, footer, result } = data;
  const times = new Times(header.source.startedAt);
  const count = result.people.length;
  const title = `${header.source.name}: ${counted(count)}`;
  const body = html`${definitions(data.shown)}
<header><h1>${header.source.name}</h1><p>${about(data, times)}</p>
${header.anonymized && html`<p class="note">The run is anonymised: no picture of its video is shown.</p>`}
${!footer.complete && html`<p class="warning">The run ended before its source did: ${footer.reason}</p>`}</header>
${summary(data)}${await scenes(data)}
<section><h2>People present</h2><div class="chart" id="occupancy"></div></section>
${lines(data)}${zones(data)}${journeys(data)}${people(data, times)}${noticeList(data.notices, 'the trajectories file')}
<footer>Made by ${header.generator ?? 'twintrack'}. Times are ${times.start === undefined ? 'from the start of the video' : times.zone}.</footer>`;
  return pageOf(title, body, chartData(data, times));
}

function about({ header, footer, picture, shown }: ReportData, times: Times): string {
  const { frameRate } = header.source;
  return [
    ...(times.start === undefined ? [] : [`${times.day(0)} ${times.zone}`]),
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
  return cards([
    [result.people.length === 1 ? 'person' : 'people', String(result.people.length)],
    ['present on average', duration > 1e-3 ? (present / duration).toFixed(1) : '0'],
    ['present at most', String(mostAtOnce(result.people))],
    ['seen for, median', length(dwell.median)],
    ...(speeds.length > 0 ? [['median speed', `${speeds[speeds.length >> 1].toFixed(2)} m/s`] as const] : []),
  ]);
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
  const all = result.people.length;
  return html`<section><h2>People</h2>${all > people.length && html`<p class="note">The ${people.length} of ${all} who were seen longest.</p>`}
<div class="wide"><table id="people"><thead><tr>${sortable('id', '')}${pictures && html`<th>`}${sortable('first seen', 'n')}${sortable('last seen', 'n late')}${sortable('for', 'n')}${
    measured && html`${sortable('way', 'n')}${sortable('speed', 'n')}`
  }${passed && html`<th>zones and lines`}<th>path</tr></thead><tbody>${people.map(row)}</tbody></table></div></section>`;
}

function chartData({ result, footer }: ReportData, times: Times): ChartData {
  const { duration } = footer.summary;
  const origin = (times.start ?? 0) / 1000;
  const occupancy = [{ name: 'in the picture', visits: result.people }, ...result.zones].map((one, i) => ({
    ...one,
    colour: COLOURS[i % COLOURS.length],
  }));
  return {
    clock: times.start !== undefined,
    occupancy: occupancyChart(occupancy, 0, duration, times),
    lines: result.lines.map(({ crossings }) => ({
      end: origin + Math.max(duration, 1e-3),
      start: origin,
      in: hundredths(crossings.filter(({ direction }) => direction === 'in').map(({ time }) => origin + time)),
      out: hundredths(crossings.filter(({ direction }) => direction === 'out').map(({ time }) => origin + time)),
    })),
    dwell: occupancy.map(({ visits, colour }) => ({
      ...histogram(visits.map(({ start, end }) => end - start)),
      colour,
    })),
  };
}
