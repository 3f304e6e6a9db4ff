import { html } from 'hono/html';
import type { Markup } from '../../report/page-parts.ts';
import { colour } from '../../report/scene.ts';
import type { Times } from '../../report/time.ts';
import { sideOf } from './side.ts';
import type { SiteData } from './site-data.ts';
import { lanesOf } from './walks.ts';

/** Steps of the axis in seconds: whole minutes, hours and days. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
/** Marks on the axis, at most: so many have room on a phone. */
const MOST_MARKS = 5;
/** The same where marks have the day as well. */
const MOST_DAYS = 3;
/** Marks so near to an edge, in percent, have their text beside them, not centred. */
const NEAR_EDGE = 9;

/** A row for each person, with a bar for each tracklet in the colour of its camera; in sub-rows where several cameras see the person at once. */
export function timeLine({ run, people, begin, end }: SiteData, times: Times, colours: readonly string[]): Markup {
  const span = Math.max(end - begin, 1e-3);
  const percent = (seconds: number) => Number(((100 * seconds) / span).toFixed(2));
  const numbers = new Map(run.cameras.map(({ name }, i) => [name, i]));
  const rows = people.map(({ id, tracklets }) => {
    const lanes = lanesOf(tracklets);
    const count = Math.max(...lanes) + 1;
    const bars = tracklets.map(({ camera, from, to, confidence }, k) => {
      const sure = confidence === undefined ? '' : `, confidence ${confidence.toFixed(2)}`;
      const title = `${camera}, ${times.at(from)} to ${times.at(to)}${sure}`;
      const place = `left:${percent(from - begin)}%;width:${percent(to - from)}%`;
      const lane = count > 1 ? `;--lane:${lanes[k]}` : '';
      return html`<span class="c${numbers.get(camera)}" style="${place}${lane}" title="${title}"></span>`;
    });
    return html`<div class="row" data-id="${id}"><b><i style="background:${colour(id)}"></i>${id}</b><div${count > 1 && html` style="--lanes:${count}"`}>${bars}</div></div>
`;
  });
  const marks = marksOf(begin, span, (times.start ?? 0) / 1000, times.days ? MOST_DAYS : MOST_MARKS).map((time) => {
    const at = percent(time - begin);
    return html`<span class="${sideOf(at, NEAR_EDGE)}" style="left:${at}%">${times.days ? times.at(time).slice(0, -3) : times.at(time)}</span>`;
  });
  const classes = colours.map((one, i) => `.c${i}{background:${one}}`).join('');
  const all = run.people.length;
  return html`<section><h2>Who was where, and when</h2>${all > people.length && html`<p class="note">The ${people.length} of ${all} who were seen longest.</p>`}
<style>${classes}</style><p class="key">${run.cameras.map(({ name }, i) => html`<span><i class="c${i}"></i>${name}</span>`)}</p>
<div class="timeline" id="timeline"><div class="axis">${marks}</div>${rows}</div></section>`;
}

/** Moments of the axis in seconds: whole steps of the clock. */
function marksOf(begin: number, span: number, origin: number, most: number): number[] {
  const step = STEPS.find((seconds) => span / seconds <= most) ?? Math.ceil(span / most / 86400) * 86400;
  const first = Math.ceil((origin + begin) / step);
  const count = Math.floor((origin + begin + span) / step) - first + 1;
  return Array.from({ length: count }, (_, k) => (first + k) * step - origin);
}
