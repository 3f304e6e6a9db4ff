import { html } from 'hono/html';
import { dwellOf } from '../../analytics/index.ts';
import type { Notice } from '../../core/notices.ts';
import { version } from '../../core/version.ts';
import { cards, type Markup, noticeList, pageOf } from '../page-parts.ts';
import { length } from '../time.ts';
import { areDaysShown, chartsOf, daysShown, dwellShown, MOST_SERIES, WEEKDAYS } from './charts.ts';
import type { DaysData } from './days-data.ts';
import { type Figures, type Hour, mostAtOnce, ratesOf } from './figures.ts';

/** Rows of the table of peaks. */
const PEAKS = 10;
/** Cameras that have columns of their own there, at most. */
const MOST_COLUMNS = 6;

/** The report over days as HTML. */
export async function renderDays(data: DaysData, notices: readonly Notice[]): Promise<string> {
  const { cameras, all, zone } = data;
  const hours = all.hours();
  const { visits } = ratesOf(hours);
  const place = cameras.length === 1 ? cameras[0].name : `${cameras.length} cameras`;
  const title = `${visits} ${visits === 1 ? 'visit' : 'visits'} at ${place}`;
  const one = (id: string, heading: string) =>
    html`<section><h2>${heading}</h2><div class="chart" id="${id}"></div></section>`;
  const byDay = areDaysShown(all);
  const partly = 'An hour that is recorded in part counts as long as it is recorded.';
  const body = html`<header><h1>${title}</h1><p>${about(data, hours)}</p>
<p class="note">A visit is a stay in the picture. A person who comes again under the same id is one of the people, with one more visit. Who comes again in another recording or at another camera is counted as another person.</p></header>
${summary(data)}
${one('visits', 'Visits an hour')}${one('present', 'People in the picture, on average')}
<section><h2>${byDay ? 'Day against day' : 'Weekday against weekday'}</h2><p class="note">Visits an hour by the time of the day. ${partly}</p><div class="chart" id="days"></div>
<div class="charts">${daysShown(data).map(({ name }, i) => html`<figure><figcaption>${name}</figcaption><div class="chart" id="days${i}"></div></figure>`)}</div></section>
${heatMaps(data)}${peaks(data, hours)}${cameraTable(data)}${dayTable(data, hours)}${lines(data)}${zones(data)}
${noticeList([...notices], 'what is printed')}
<footer>Made by twintrack ${version}. Times are those of ${zone.name}.</footer>`;
  return pageOf(title, body, chartsOf(data));
}

function about({ zone, sources, all, cameras }: DaysData, hours: readonly Hour[]): string {
  const days = [...new Set(hours.map(({ day }) => day))];
  return [
    days.length === 1 ? days[0] : `${days[0]} to ${days[days.length - 1]}`,
    zone.name,
    ...(cameras.length > 1 ? [cameras.map(({ name }) => name).join(', ')] : []),
    `${sources} recordings`,
    `${ratesOf(all.hours()).hours.toFixed(1)} hours of video`,
  ].join(' · ');
}

function summary(data: DaysData): Markup {
  const { visits, rate, present } = ratesOf(data.all.hours());
  const most = data.all.most();
  const busiest = busiestOf(data.all);
  return cards([
    ['visits', String(visits)],
    ['people', String(data.all.people)],
    ['visits an hour of video', number(rate)],
    ['in a picture on average', number(present, 2)],
    ...(most ? [[`at most at once, ${dayAndTime(data, most.at)}`, String(most.people)] as const] : []),
    ...(busiest
      ? [[`visits in the busiest hour, ${busiest.day} ${hourText(busiest)}`, String(busiest.visits)] as const]
      : []),
  ]);
}

/** Visits an hour by the day of the week and the hour. */
function heatMaps({ all, cameras }: DaysData): Markup {
  const shown = cameras.length === 1 ? cameras : [all, ...cameras.slice(0, MOST_SERIES)];
  return html`<section><h2>Weekday and hour</h2><p class="note">Visits an hour of video; · where nothing was recorded.</p>${shown.map(heatMap)}</section>`;
}

function heatMap(figures: Figures): Markup {
  const hours = figures.hours();
  const rates = WEEKDAYS.map((_, k) =>
    Array.from(
      { length: 24 },
      (_, h) => ratesOf(hours.filter(({ weekday, hour }) => weekday === k && hour === h)).rate,
    ),
  );
  const most = Math.max(1e-9, ...rates.flat().map((rate) => rate ?? 0));
  const cell = (rate: number | undefined) =>
    rate === undefined
      ? html`<td data-v="">·`
      : html`<td style="--part:${(rate / most).toFixed(2)}" data-v="${rate.toFixed(2)}">${rate < 10 && rate > 0 ? rate.toFixed(1) : rate.toFixed(0)}`;
  return html`<div class="wide"><table class="matrix hours" data-csv="weekdays-${figures.name}"><caption>${figures.name}</caption><thead><tr><th>${rates[0].map((_, hour) => html`<th>${String(hour).padStart(2, '0')}`)}</tr></thead>
<tbody>${rates.map((row, k) => row.some((rate) => rate !== undefined) && html`<tr><th>${WEEKDAYS[k].slice(0, 3)}${row.map(cell)}</tr>`)}</tbody></table></div>`;
}

function peaks({ cameras }: DaysData, hours: readonly Hour[]): Markup {
  const busiest = [...hours].sort((a, b) => b.visits - a.visits || a.start - b.start).slice(0, PEAKS);
  const columns = columnsOf(cameras);
  const own = columns.map((camera) => new Map(camera.hours().map(({ start, visits }) => [start, visits])));
  const rows = busiest
    .filter(({ visits }) => visits > 0)
    .map(
      (hour) =>
        html`<tr><td>${dayText(hour)}<td class="n">${hourText(hour)}<td class="n">${hour.visits}${own.map((visits) => html`<td class="n">${visits.get(hour.start) ?? 0}`)}<td class="n">${number(ratesOf([hour]).present, 2)}</tr>`,
    );
  return html`<section><h2>Peak times</h2><div class="wide"><table data-csv="peaks"><thead><tr><th>day<th class="n">hour<th class="n">visits${columns.map(({ name }) => html`<th class="n">${name}`)}<th class="n">present</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function cameraTable(data: DaysData): Markup {
  const row = (figures: Figures) => {
    const { hours, visits, rate, present } = ratesOf(figures.hours());
    const [most, busiest] = [figures.most(), busiestOf(figures)];
    return html`<tr><td>${figures.name}<td class="n">${hours.toFixed(1)}<td class="n">${visits}<td class="n">${figures.people}<td class="n">${number(rate)}<td class="n">${number(present, 2)}<td class="n">${most?.people ?? 0}<td class="n late">${most && dayAndTime(data, most.at)}<td class="n late">${busiest && `${busiest.day} ${hourText(busiest)}`}<td class="n late">${busiest?.visits}</tr>`;
  };
  const { cameras, all } = data;
  return html`<section><h2>Cameras</h2><div class="wide"><table data-csv="cameras"><thead><tr><th>camera<th class="n">hours<th class="n">visits<th class="n">people<th class="n">visits/h<th class="n">present<th class="n">at once<th class="n late">when<th class="n late">busiest hour<th class="n late">its visits</tr></thead>
<tbody>${cameras.map(row)}</tbody>${cameras.length > 1 && html`<tfoot>${row(all)}</tfoot>`}</table></div></section>`;
}

/** The cameras that have a column of their own. */
function columnsOf(cameras: readonly Figures[]): readonly Figures[] {
  return cameras.length > 1 && cameras.length <= MOST_COLUMNS ? cameras : [];
}

function dayTable({ all, cameras }: DaysData, hours: readonly Hour[]): Markup {
  const columns = columnsOf(cameras);
  const visitsOn = (camera: Figures, day: string) => ratesOf(camera.hours().filter((hour) => hour.day === day)).visits;
  const rows = [...new Set(hours.map(({ day }) => day))].map((day) => {
    const own = hours.filter((hour) => hour.day === day);
    const { hours: recorded, visits, rate, present } = ratesOf(own);
    const busiest = own.reduce((a, b) => (b.visits > a.visits ? b : a));
    return html`<tr><td>${dayText(own[0])}<td class="n">${recorded.toFixed(1)}<td class="n">${visits}${columns.map((camera) => html`<td class="n">${visitsOn(camera, day)}`)}<td class="n">${all.peopleOn(day)}<td class="n">${number(rate)}<td class="n">${number(present, 2)}<td class="n">${busiest.visits > 0 && hourText(busiest)}<td class="n">${busiest.visits}</tr>`;
  });
  return html`<section><h2>Days</h2><div class="wide"><table data-csv="days"><thead><tr><th>day<th class="n">hours<th class="n">visits${columns.map(({ name }) => html`<th class="n">${name}`)}<th class="n">people<th class="n">visits/h<th class="n">present<th class="n">busiest hour<th class="n">its visits</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function lines({ lines, cameras }: DaysData): Markup | undefined {
  if (lines.length === 0) return undefined;
  const several = cameras.length > 1;
  const rows = lines.map(
    (line) =>
      html`<tr>${several && html`<td>${line.camera}`}<td>${line.name}<td class="n">${line.in.length}<td class="n">${line.out.length}<td class="n">${line.in.length - line.out.length}</tr>`,
  );
  return html`<section><h2>Lines</h2><div class="wide"><table data-csv="lines"><thead><tr>${several && html`<th>camera`}<th>line<th class="n">in<th class="n">out<th class="n">balance</tr></thead><tbody>${rows}</tbody></table></div>
<div class="charts">${lines.slice(0, MOST_SERIES).map(({ camera, name }, i) => html`<figure><figcaption>${several ? `${camera}: ${name}` : name}, passes an hour</figcaption><div class="chart" id="passes${i}"></div></figure>`)}</div></section>`;
}

function zones(data: DaysData): Markup {
  const several = data.cameras.length > 1;
  const rows = data.zones.map(({ camera, name, people, stays }) => {
    const own = Array.from({ length: stays.length / 2 }, (_, i) => ({
      id: 0,
      start: stays[2 * i] / 1000,
      end: stays[2 * i + 1] / 1000,
    }));
    const dwell = dwellOf(own);
    return html`<tr>${several && html`<td>${camera}`}<td>${name}<td class="n">${dwell.visits}<td class="n">${people.size}<td class="n">${length(dwell.mean)}<td class="n">${length(dwell.median)}<td class="n">${length(dwell.longest)}<td class="n">${mostAtOnce(stays)?.people ?? 0}</tr>`;
  });
  return html`<section><h2>${rows.length > 0 ? 'Zones' : 'Time seen'}</h2>${
    rows.length > 0 &&
    html`<div class="wide"><table data-csv="zones"><thead><tr>${several && html`<th>camera`}<th>zone<th class="n">visits<th class="n">people<th class="n">mean stay<th class="n">median<th class="n">longest<th class="n">at once</tr></thead><tbody>${rows}</tbody></table></div>`
  }
<div class="charts">${dwellShown(data).map(({ name }, i) => html`<figure><figcaption>${name}: how long people stayed</figcaption><div class="chart" id="dwell${i}"></div></figure>`)}</div></section>`;
}

function busiestOf(figures: Figures): Hour | undefined {
  const hours = figures.hours().filter(({ visits }) => visits > 0);
  return hours.length > 0 ? hours.reduce((a, b) => (b.visits > a.visits ? b : a)) : undefined;
}

function number(value: number | undefined, digits = 1): string {
  return value === undefined ? '' : value.toFixed(digits);
}

function hourText({ hour }: Hour): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function dayText({ weekday, day }: Hour): string {
  return `${WEEKDAYS[weekday].slice(0, 3)} ${day}`;
}

function dayAndTime({ zone }: DaysData, time: number): string {
  return zone.wall(time).toISOString().slice(0, 16).replace('T', ' ');
}
