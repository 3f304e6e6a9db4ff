import { html } from 'hono/html';
import { apply } from '../../analytics/homography.ts';
import type { GroundPlane, PictureSize } from '../../analytics/index.ts';
import { type Markup, roundUp } from '../../report/page-parts.ts';
import { colour, dataUrl } from '../../report/scene.ts';
import { areaSeen, type Bounds, boundsOf } from './floor-area.ts';
import type { PathPart } from './floor-path.ts';
import { type Side, sideOf } from './side.ts';
import type { ReportCamera, SiteData, SitePerson } from './site-data.ts';

/** Units of a plan that is drawn, along its longer side. */
const UNITS = 1000;
/** Lines of the grid along the longer side, about. */
const GRID_LINES = 12;
/** Points of a path, at most about. */
const PATH_POINTS = 60;
/** Pixels that a label takes on a phone: a line, a letter and the room beside the name; and the width of the plan there. */
const [LINE, LETTER, BESIDE] = [20, 7, 12];
const PHONE = 350;
/** Longer labels are cut, in percent of the width of the plan. */
const LONGEST_LABEL = 28;

/** A picture of the floor. */
export interface FloorPicture {
  readonly jpeg: Buffer;
  /** Of the picture that is calibrated, in its pixels. */
  readonly size: PictureSize;
  readonly ground: GroundPlane;
}

/** How metres become places of the plan. */
interface Scale {
  readonly size: PictureSize;
  readonly bounds: Bounds;
  place(x: number, y: number): [x: number, y: number];
}

/** A plan of the floor with the paths of people. */
export interface FloorPlan {
  readonly markup: Markup;
  /** viewBox of the paths, which have the ids `p` and that of the person. */
  readonly view: string;
}

/** Cameras that show the floor. */
type OnFloor = ReportCamera & { readonly ground: GroundPlane };

/**
 * The floor from above: the areas that cameras see and the paths of people, over a picture of it where there is one. Undefined where no
 * camera is calibrated.
 *
 * @param colours of the cameras
 */
export function floorPlan(
  { cameras, people, run }: SiteData,
  paths: ReadonlyMap<SitePerson, readonly PathPart[]>,
  picture: FloorPicture | undefined,
  colours: readonly string[],
): FloorPlan | undefined {
  const seeing = cameras.filter((camera): camera is OnFloor => camera.ground !== undefined);
  if (seeing.length === 0) return undefined;
  const places = [...paths.values()].flatMap((parts) => parts.flatMap(({ feet }) => [...feet]));
  const points = run.cameras.flatMap(({ name, calibration }) =>
    seeing.some((camera) => camera.name === name) ? calibration!.points.flatMap(({ ground }) => ground) : [],
  );
  const bounds = boundsOf(places, points);
  const scale = picture ? onPicture(picture, bounds) : drawn(bounds, seenFromBelow(seeing[0].ground));
  const { width, height } = scale.size;
  const view = `0 0 ${width} ${height}`;
  const step = roundUp(Math.max(bounds.right - bounds.left, bounds.high - bounds.low) / GRID_LINES);
  const background = picture
    ? html`<image href="${dataUrl('image/jpeg', picture.jpeg)}" width="${width}" height="${height}"/><rect class="veil" width="${width}" height="${height}"/>`
    : html`<rect class="floor" width="${width}" height="${height}"/><path class="grid" d="${grid(scale, step)}"/>`;
  const areas = seeing.map((camera) => ({
    camera,
    colour: colours[cameras.indexOf(camera)],
    ...areaOf(camera, scale),
  }));
  const caption = [
    'Paths of people on the floor, from above; dashed where no camera sees them',
    ...(picture ? [] : [`a square of the grid is ${step} m wide`]),
  ];
  const markup = html`<section><figure><figcaption>${caption.join('; ')}.</figcaption>
<div class="plan" style="aspect-ratio:${width}/${height};width:min(100%,${((75 * width) / height).toFixed(1)}vh)"><svg viewBox="${view}" role="img" aria-label="Plan of the floor with the paths that people took">${background}
${areas.map(({ outline, colour }) => outline.length > 0 && html`<polygon class="seen" points="${outline.join(' ')}" style="--colour:${colour}"/>`)}
<g id="paths">${people.map((person) => path(person, paths.get(person) ?? [], scale))}</g></svg>
${labelled(areas, scale.size).map(({ name, colour, side, x, y }) => html`<span class="${side}" style="left:${x.toFixed(1)}%;top:${y.toFixed(1)}%;--colour:${colour}">${name}</span>`)}</div></figure></section>`;
  return { markup, view };
}

/** Places in pixels of the picture. What it shows is its bounds, where all of it is on the floor. */
function onPicture({ size, ground }: FloorPicture, around: Bounds): Scale {
  const { width, height } = size;
  const corners = [
    ground.toGround(0, 0),
    ground.toGround(width, 0),
    ground.toGround(width, height),
    ground.toGround(0, height),
  ];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const whole = { left: Math.min(...xs), right: Math.max(...xs), low: Math.min(...ys), high: Math.max(...ys) };
  const bounds = Object.values(whole).every(Number.isFinite) ? whole : around;
  return { size, bounds, place: (x, y) => rounded(ground.toImage(x, y)) };
}

/** @param mirrored whether the y axis goes down, as the floor is seen from above */
function drawn(bounds: Bounds, mirrored: boolean): Scale {
  const { left, right, low, high } = bounds;
  const scale = UNITS / Math.max(right - left, high - low);
  const size = { width: Math.round((right - left) * scale), height: Math.round((high - low) * scale) };
  return { size, bounds, place: (x, y) => rounded([(x - left) * scale, (mirrored ? y - low : high - y) * scale]) };
}

/** Whether x to the right and y up show the floor as from below: a camera, which sees it from above, has them the other way round. */
function seenFromBelow({ homography: [a, b, c, d, e, f, g, h, i] }: GroundPlane): boolean {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) > 0; // y goes down in the picture
}

function grid({ bounds: { left, right, low, high }, place }: Scale, step: number): string {
  const lines = (from: number, to: number) =>
    Array.from(
      { length: Math.floor(to / step) - Math.ceil(from / step) + 1 },
      (_, k) => (Math.ceil(from / step) + k) * step,
    );
  const line = (a: [number, number], b: [number, number]) => `M${a.join(' ')}L${b.join(' ')}`;
  return [
    ...lines(left, right).map((x) => line(place(x, low), place(x, high))),
    ...lines(low, high).map((y) => line(place(left, y), place(right, y))),
  ].join('');
}

/** What a camera sees as points of the plan, and where its name stands: at the lower edge of its picture, which is next to it. */
function areaOf({ ground, picture }: OnFloor, { bounds, place }: Scale) {
  if (!picture) return { outline: [], next: undefined };
  const floor = areaSeen(ground.homography, picture, bounds);
  const corners = Array.from({ length: floor.length / 2 }, (_, i) => place(floor[2 * i], floor[2 * i + 1]));
  const outline = corners.filter(([u]) => Number.isFinite(u)).flat();
  const [x, y] = apply(ground.homography, picture.width / 2, picture.height);
  const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
  const next = Number.isFinite(x + y)
    ? place(within(x, bounds.left, bounds.right), within(y, bounds.low, bounds.high))
    : undefined;
  return { outline, next };
}

/** Names of cameras with their places in percent of the plan, moved up where one would lie on another on a phone. */
function labelled(
  areas: readonly { camera: OnFloor; colour: string; outline: number[]; next: [number, number] | undefined }[],
  { width, height }: PictureSize,
) {
  const line = (100 * LINE * width) / (PHONE * height);
  const labels: { name: string; colour: string; side: Side; x: number; y: number; from: number; to: number }[] = [];
  for (const { camera, colour, outline, next } of areas) {
    if (outline.length === 0) continue;
    const { name } = camera;
    const [left, top] = next ?? [outline[0], outline[1]];
    const x = Math.min(100, Math.max(0, (100 * left) / width));
    const side = sideOf(x, LONGEST_LABEL / 2);
    const wide = Math.min(LONGEST_LABEL, (100 * (LETTER * name.length + BESIDE)) / PHONE);
    const from = x - { first: 0, middle: wide / 2, last: wide }[side];
    const to = from + wide;
    let y = Math.min(100 - line / 2, Math.max(line / 2, (100 * top) / height));
    const taken = () => labels.some((one) => one.from < to && from < one.to && Math.abs(one.y - y) < line * 0.99);
    while (y > line && taken()) y -= line;
    labels.push({ name, colour, side, x, y, from, to });
  }
  return labels;
}

/** The path of a person: what was seen as lines, and what was not as dashes. Points far beyond the plan lie a plan beyond it. */
function path({ id }: SitePerson, parts: readonly PathPart[], { place, size }: Scale): Markup {
  const within = (value: number, side: number) => Math.min(2 * side, Math.max(-side, value));
  const all = parts.reduce((sum, { times }) => sum + times.length, 0);
  const placed = parts.map(({ feet, times }) => {
    const points = Math.max(2, Math.round((PATH_POINTS * times.length) / Math.max(PATH_POINTS, all)));
    return thinned(feet, points).flatMap(([x, y]) => {
      const [u, v] = place(x, y);
      return Number.isFinite(u) ? [[within(u, size.width), within(v, size.height)]] : []; // a picture may have a horizon
    });
  });
  const lines = placed.filter((line) => line.length > 0);
  const seen = lines.map((line) => `M${(line.length > 1 ? line : [...line, ...line]).flat().join(' ')}`); // a dot
  const unseen = lines.slice(1).map((line, k) => `M${[lines[k][lines[k].length - 1], line[0]].flat().join(' ')}`);
  return html`<g class="path" id="p${id}" stroke="${colour(id)}"><title>${id}</title><path d="${seen.join('')}"/>${
    unseen.length > 0 && html`<path class="unseen" d="${unseen.join('')}"/>`
  }</g>`;
}

/** Points at even steps, with the first and the last. */
function thinned(feet: Float64Array, points: number): [number, number][] {
  const n = feet.length / 2;
  const kept = Math.min(n, points);
  return Array.from({ length: kept }, (_, k) => {
    const i = kept > 1 ? Math.round((k * (n - 1)) / (kept - 1)) : 0;
    return [feet[2 * i], feet[2 * i + 1]];
  });
}

function rounded([x, y]: [number, number]): [number, number] {
  return [Math.round(x), Math.round(y)];
}
