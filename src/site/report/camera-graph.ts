import { html } from 'hono/html';
import type { Markup } from '../../report/page-parts.ts';
import type { SeenByBoth, WalksBetween } from './walks.ts';

/** Ways that are drawn, at most. */
const MOST_WAYS = 40;
/** Radius of a camera, and how far ways end from it. */
const NODE = 26;
const GAP = 5;
/** Distance between neighbours on the circle, its least radius, and the room around it. */
const APART = 130;
const LEAST_RADIUS = 130;
const [ROOM_X, ROOM_Y] = [80, 60];
/** How far the two directions of a way keep apart, and how wide the busiest is. */
const BEND = 34;
const WIDEST = 7;
/** Letters of a name that have room. */
const LETTERS = 20;

type Point = readonly [x: number, y: number];

/**
 * The cameras on a circle, each with the number of people it saw, and the ways between them with theirs.
 *
 * @param cameras with the number of people and a colour each
 */
export function cameraGraph(
  cameras: readonly { readonly name: string; readonly people: number; readonly colour: string }[],
  walks: readonly WalksBetween[],
  both: readonly SeenByBoth[],
): Markup {
  const n = cameras.length;
  const radius = n < 2 ? 0 : Math.max(LEAST_RADIUS, (APART * n) / (2 * Math.PI));
  const places = cameras.map((_, i): Point => {
    const turn = (2 * Math.PI * i) / n + firstTurn(n);
    return [radius * Math.cos(turn), radius * Math.sin(turn)];
  });
  const placeOf = (name: string) => places[cameras.findIndex((camera) => camera.name === name)];
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs) - ROOM_X, Math.min(...ys) - ROOM_Y];
  const [width, height] = [Math.max(...xs) + ROOM_X - left, Math.max(...ys) + ROOM_Y - top];
  const shown = walks.slice(0, MOST_WAYS);
  const most = Math.max(1, ...shown.map(({ people }) => people));
  const view = [left, top, width, height].map(Math.round).join(' ');
  const caption = `People seen by each camera, and how many went from one to another${shown.length < walks.length ? ` (the ${MOST_WAYS} busiest ways)` : ''}${both.length > 0 ? '; dotted: seen by both at once' : ''}.`;
  return html`<section><figure><figcaption>${caption}</figcaption><div class="wide">
<svg class="graph" viewBox="${view}" style="max-width:${Math.round(width * 1.4)}px" role="img" aria-label="Graph of the cameras and the ways between them">
<defs><marker id="arrow" viewBox="0 0 10 10" refX="8" refY="5" markerUnits="userSpaceOnUse" markerWidth="11" markerHeight="11" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>
${both.map(({ cameras: [a, b], people }) => together(placeOf(a), placeOf(b), people, `${a} and ${b}`))}
${shown.map(({ from, to, people }) => way(placeOf(from), placeOf(to), people, most, `${from} to ${to}`))}
${cameras.map(({ name, people, colour }, i) => {
  const [x, y] = places[i];
  const below = y > -1 ? NODE + 18 : -NODE - 8;
  const short = name.length > LETTERS ? `${name.slice(0, LETTERS - 1)}…` : name;
  return html`<g><title>${name}</title><circle cx="${fixed(x)}" cy="${fixed(y)}" r="${NODE}" fill="${colour}"/><text class="count" x="${fixed(x)}" y="${fixed(y + 6)}">${people}</text><text x="${fixed(x)}" y="${fixed(y + below)}">${short}</text></g>`;
})}</svg></div></figure></section>`;
}

/** Where the first of n cameras stands: two side by side, and more so that none is at a side, where a name would lie on ways. */
function firstTurn(n: number): number {
  if (n === 2) return -Math.PI;
  return -Math.PI / 2 - (n % 4 === 0 ? Math.PI / n : 0);
}

/** A bent arrow from one camera to another, with the number of people on its outer side. */
function way([x0, y0]: Point, [x1, y1]: Point, people: number, most: number, title: string): Markup {
  const distance = Math.hypot(x1 - x0, y1 - y0);
  const [ux, uy] = [(x1 - x0) / distance, (y1 - y0) / distance];
  const middle = [(x0 + x1) / 2 + uy * BEND, (y0 + y1) / 2 - ux * BEND]; // to the left of the way
  const towards = ([x, y]: Point): [number, number] => {
    const [dx, dy] = [middle[0] - x, middle[1] - y];
    const part = (NODE + GAP) / Math.hypot(dx, dy);
    return [x + part * dx, y + part * dy];
  };
  const [from, to] = [towards([x0, y0]), towards([x1, y1])];
  const label = [(x0 + x1) / 2 + uy * BEND * 1.05, (y0 + y1) / 2 - ux * BEND * 1.05];
  const stroke = 1.5 + ((WIDEST - 1.5) * people) / most;
  return html`<g><title>${title}: ${people}</title><path class="arrow" d="M${from.map(fixed).join(' ')}Q${middle.map(fixed).join(' ')} ${to.map(fixed).join(' ')}" stroke-width="${stroke.toFixed(1)}" marker-end="url(#arrow)"/><text x="${fixed(label[0])}" y="${fixed(label[1] + 5)}">${people}</text></g>`;
}

function together([x0, y0]: Point, [x1, y1]: Point, people: number, title: string): Markup {
  return html`<g><title>${title}, at once: ${people}</title><line x1="${fixed(x0)}" y1="${fixed(y0)}" x2="${fixed(x1)}" y2="${fixed(y1)}"/><text x="${fixed((x0 + x1) / 2)}" y="${fixed((y0 + y1) / 2 + 5)}">${people}</text></g>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
