import { html } from 'hono/html';
import { people as counted } from '../../core/text.ts';
import {
  type ChartData,
  cards,
  histogram,
  type Markup,
  mostAtOnce,
  noticeList,
  occupancyChart,
  pageOf,
  sortable,
} from '../../report/page-parts.ts';
import { colour, dataUrl } from '../../report/scene.ts';
import { length, Times } from '../../report/time.ts';
import { cameraColours, WHOLE } from './camera-colours.ts';
import { cameraGraph } from './camera-graph.ts';
import type { Crops } from './crops.ts';
import type { PathPart } from './floor-path.ts';
import { type FloorPicture, floorPlan } from './floor-plan.ts';
import { lengthOf, type SiteData, type SitePerson } from './site-data.ts';
import { timeLine } from './time-line.ts';
import { camerasInOrder, seenByBoth, timesSeen, type WalksBetween, walksBetween } from './walks.ts';

/** Ways that have a histogram, at most: the busiest. */
const MOST_HISTOGRAMS = 6;
/** Names of cameras in the head, at most. */
const MOST_NAMES = 8;
const DAY = 86_400;

/** The report of a site as HTML. */
export function renderSitePage(data: SiteData, crops: Crops, picture: FloorPicture | undefined): Promise<string> {
  const { run, cameras, people, begin, end, notices } = data;
  const times = new Times(run.startedAt, end - begin >= DAY);
  const colours = cameraColours(cameras.length);
  const paths = new Map(people.map((person) => [person, person.path.parts()]));
  const walks = walksBetween(run.people);
  const plan = floorPlan(data, paths, picture, colours);
  const body = html`<header><h1>${cameras.length === 1 ? 'A site of one camera' : `A site of ${cameras.length} cameras`}</h1><p>${about(data, times)}</p>
${anonymized(data)}</header>
${summary(data)}${plan?.markup ?? graph(data, walks, colours)}${timeLine(data, times, colours)}
<section><h2>People seen at a time</h2><div class="chart" id="occupancy"></div></section>
${walkingTimes(walks)}${table(data, paths, crops, times, colours, plan?.view)}${noticeList([...run.notices, ...notices], 'site.json')}
<footer>Made by ${run.generator}. Times are ${times.start === undefined ? 'from the start of the videos' : times.zone}.</footer>`;
  return pageOf(
    `${cameras.map(({ name }) => name).join(', ')}: ${counted(run.people.length)}`,
    body,
    charts(data, walks, times, colours),
  );
}

function about({ cameras, begin, end }: SiteData, times: Times): string {
  const names = cameras.map(({ name }) => name);
  const more = names.length - MOST_NAMES;
  return [
    ...(times.start === undefined ? [] : [`${times.day(begin)} to ${times.day(end)} ${times.zone}`]),
    length(end - begin),
    names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : ''),
  ].join(' · ');
}

/** Says of which cameras no pictures are shown. */
function anonymized({ cameras }: SiteData): Markup | undefined {
  const hidden = cameras.filter(({ header }) => header?.anonymized).map(({ name }) => name);
  if (hidden.length === 0) return undefined;
  const text =
    hidden.length === cameras.length
      ? 'The runs of all cameras are anonymised: no picture of their videos is shown.'
      : `The runs of these cameras are anonymised, and no picture of their videos is shown: ${hidden.join(', ')}.`;
  return html`<p class="note">${text}</p>`;
}

function summary({ run: { people, cameras } }: SiteData): Markup {
  const over = people.filter(({ tracklets }) => new Set(tracklets.map(({ camera }) => camera)).size > 1);
  return cards([
    [people.length === 1 ? 'person' : 'people', String(people.length)],
    ['seen by more than one camera', String(over.length)],
    ['tracklets', String(people.reduce((sum, { tracklets }) => sum + tracklets.length, 0))],
    [cameras.length === 1 ? 'camera' : 'cameras', String(cameras.length)],
    ['seen at a time, at most', String(mostAtOnce(staysOf(people)))],
  ]);
}

/** When people are seen by any camera. */
function staysOf(people: SiteData['run']['people']) {
  return people.flatMap((person) => timesSeen(person).map((stretch) => ({ id: person.id, ...stretch })));
}

function graph(
  { run: { people, cameras } }: SiteData,
  walks: readonly WalksBetween[],
  colours: readonly string[],
): Markup {
  const seen = (name: string) =>
    people.filter(({ tracklets }) => tracklets.some(({ camera }) => camera === name)).length;
  return cameraGraph(
    cameras.map(({ name }, i) => ({ name, people: seen(name), colour: colours[i] })),
    walks,
    seenByBoth(
      people,
      cameras.map(({ name }) => name),
    ),
  );
}

function walkingTimes(walks: readonly WalksBetween[]): Markup | undefined {
  if (walks.length === 0) return undefined;
  const rows = walks.map(({ from, to, people, seconds }) => {
    const [median, least, most] = [seconds[seconds.length >> 1], seconds[0], seconds[seconds.length - 1]];
    return html`<tr><td>${from}<td>${to}<td class="n">${people}<td class="n">${seconds.length}<td class="n">${length(median)}<td class="n">${length(least)}<td class="n">${length(most)}</tr>`;
  });
  return html`<section><h2>Walking times</h2><p class="note">From the last sight of a person by one camera to the first by another, where none sees them in between.</p>
<div class="wide"><table><thead><tr><th>from<th>to<th class="n">people<th class="n">walks<th class="n">median<th class="n">least<th class="n">most</tr></thead><tbody>${rows}</tbody></table></div>
<div class="charts">${walks.slice(0, MOST_HISTOGRAMS).map(({ from, to }, i) => html`<figure><figcaption>${from} to ${to}: walks by their time</figcaption><div class="chart" id="dwell${i}"></div></figure>`)}</div></section>`;
}

/** @param view viewBox of the plan that the paths are on */
function table(
  { run, people, cameras }: SiteData,
  paths: ReadonlyMap<SitePerson, readonly PathPart[]>,
  crops: Crops,
  times: Times,
  colours: readonly string[],
  view: string | undefined,
): Markup {
  const pictured = crops.size > 0;
  const row = (person: SitePerson) => {
    const { id, from, to, seconds } = person;
    const way = lengthOf(paths.get(person)!);
    const images = [...(crops.get(person) ?? [])].map(([camera, jpeg]) => {
      const { name } = camera;
      const style = `border-color:${colours[cameras.indexOf(camera)]}`;
      return html`<img src="${dataUrl('image/jpeg', jpeg)}" width="32" height="64" alt="${name}" title="${name}" style="${style}">`;
    });
    return html`<tr data-id="${id}"><td data-v="${id}"><i style="background:${colour(id)}"></i>${id}${pictured && html`<td><div class="crops">${images}</div>`}<td class="n" data-v="${from}">${times.at(from)}<td class="n late" data-v="${to}">${times.at(to)}<td class="n" data-v="${seconds}">${length(seconds)}<td class="events">${camerasInOrder(person).join(' → ')}${
      view !== undefined &&
      html`<td class="n" data-v="${way ?? -1}">${way === undefined ? '' : `${way.toFixed(1)} m`}<td class="late"><svg class="mini" viewBox="${view}"><use href="#p${id}"/></svg>`
    }</tr>
`;
  };
  const all = run.people.length;
  return html`<section><h2>People</h2>${all > people.length && html`<p class="note">The ${people.length} of ${all} who were seen longest.</p>`}
<div class="wide"><table id="people"><thead><tr>${sortable('id', '')}${pictured && html`<th>`}${sortable('first seen', 'n')}${sortable('last seen', 'n late')}${sortable('seen for', 'n')}<th>cameras${
    view !== undefined && html`${sortable('way', 'n')}<th class="late">path`
  }</tr></thead><tbody>${people.map(row)}</tbody></table></div></section>`;
}

function charts(
  { run: { people, cameras }, begin, end }: SiteData,
  walks: readonly WalksBetween[],
  times: Times,
  colours: readonly string[],
): ChartData {
  const seenBy = (name: string) =>
    people.flatMap(({ id, tracklets }) =>
      tracklets.filter(({ camera }) => camera === name).map(({ from, to }) => ({ id, start: from, end: to })),
    );
  const shown = [
    { name: 'by any camera', visits: staysOf(people), colour: WHOLE },
    ...cameras.map(({ name }, i) => ({ name, visits: seenBy(name), colour: colours[i] })),
  ];
  return {
    clock: times.start !== undefined,
    occupancy: occupancyChart(shown, begin, end, times),
    lines: [],
    dwell: walks.slice(0, MOST_HISTOGRAMS).map(({ seconds }) => ({ ...histogram(seconds), colour: WHOLE })),
  };
}
