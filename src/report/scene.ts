import { html } from 'hono/html';
import type { Area, Areas } from '../analytics/index.ts';
import { oklchOf } from '../annotation/colours.ts';
import { heatPicture } from './heat-picture.ts';
import type { PersonRecord } from './person-record.ts';
import type { ReportData } from './report-data.ts';

type Markup = ReturnType<typeof html>;
type Shown = ReportData['shown'];

/** The colour of a person, as in the annotated video. */
export function colour(id: number): string {
  const [lightness, chroma, hue] = oklchOf(id);
  return `oklch(${lightness} ${chroma} ${hue.toFixed(1)})`;
}

/** A picture as an address of its own. */
export function dataUrl(type: 'image/jpeg' | 'image/png', bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}

/** The paths over the frame, and the heat map over the same. The paths have ids, so that the table can show them again. */
export async function scenes({ shown, pictures, people, heat, areas }: ReportData): Promise<Awaited<Markup>> {
  const { width, height } = shown;
  const view = `0 0 ${width} ${height}`;
  const frame = pictures
    ? html`<image id="frame" href="${dataUrl('image/jpeg', pictures.frame)}" width="${width}" height="${height}"/>`
    : html`<rect id="frame" width="${width}" height="${height}" fill="#39424e"/>`;
  const over = overlay(areas, shown);
  return html`<section class="scenes">
<figure><figcaption>Paths of the feet</figcaption>
<svg viewBox="${view}" role="img" aria-label="The paths that people took">${frame}<g id="paths">${people.map((person) => path(person, shown))}</g>${over}</svg></figure>
<figure><figcaption>Presence: where people were, and for how long</figcaption>
<svg viewBox="${view}" role="img" aria-label="Heat map of presence"><use href="#frame" class="faded"/>
<image href="${dataUrl('image/png', await heatPicture(heat))}" width="${width}" height="${height}" preserveAspectRatio="none"/>${over}</svg></figure>
</section>`;
}

/** The way of a person. Points far beyond the picture lie a picture beyond it. */
function path({ id, path }: PersonRecord, { width, height, stretch }: Shown): Markup {
  const within = (value: number, size: number) => Math.min(2 * size, Math.max(-size, Math.round(value)));
  const placed = path.map((value, k) => (k % 2 === 0 ? within(value * stretch, width) : within(value, height)));
  const points = placed.length > 2 ? placed : [...placed, ...placed]; // a dot
  return html`<path class="path" id="p${id}" d="M${points.join(' ')}" stroke="${colour(id)}"><title>${id}</title></path>`;
}

/** Zones, lines and ignore areas over a picture. */
export function overlay({ zones, lines, ignore = [] }: Areas, { width, stretch }: Shown): Markup {
  const size = width / 45;
  const placed = ({ outline }: Area) => outline.map((value, k) => (k % 2 === 0 ? value * stretch : value));
  const polygon = (area: Area, text: string, kind: string) =>
    html`<polygon class="${kind}" points="${[...placed(area)].join(' ')}"/>${label(text, placed(area), size)}`;
  return html`<g class="areas" font-size="${size}">${ignore.map((area) => polygon(area, `${area.name}: ignored`, 'ignored'))}${zones.map(
    (area) => polygon(area, area.name, 'zone'),
  )}${lines.map((area) => {
    const { name } = area;
    const outline = placed(area);
    const [ax, ay, bx, by] = outline;
    const scale = (1.5 * size) / Math.hypot(bx - ax, by - ay);
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    const tip = [x - (by - ay) * scale, y + (bx - ax) * scale];
    return html`<line x1="${ax}" y1="${ay}" x2="${bx}" y2="${by}"/><line class="way" x1="${x}" y1="${y}" x2="${tip[0]}" y2="${tip[1]}" marker-end="url(#tip)"/>${label(name, outline, size)}`;
  })}</g>`;
}

/** What `overlay` refers to: the tip of an arrow; the filling of ignore areas, diagonals upwards to the right as on the annotated video. */
export function definitions({ width }: Shown): Markup {
  const step = width / 70;
  return html`<svg class="hidden"><defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0L10 5L0 10z"/></marker><pattern id="hatch" patternUnits="userSpaceOnUse" width="${step}" height="${step}" patternTransform="rotate(45)"><rect width="${step / 6}" height="${step}"/></pattern></defs></svg>`;
}

function label(name: string, [x, y]: Float64Array, size: number): Markup {
  return html`<text x="${x + size / 3}" y="${Math.max(size, y - size / 3)}">${name}</text>`;
}
