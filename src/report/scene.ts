import { html } from 'hono/html';
import type { Areas } from '../analytics/index.ts';
import { oklchOf } from '../annotation/colours.ts';
import { heatPicture } from './heat-picture.ts';
import type { PersonRecord } from './person-record.ts';
import type { ReportData } from './report-data.ts';

type Markup = ReturnType<typeof html>;

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
export async function scenes({ header, picture, pictures, people, heat, areas }: ReportData): Promise<Awaited<Markup>> {
  const { width, height } = picture;
  const view = shape(picture, header.source.sampleAspectRatio);
  const frame = pictures
    ? html`<image id="frame" href="${dataUrl('image/jpeg', pictures.frame)}" width="${width}" height="${height}" preserveAspectRatio="none"/>`
    : html`<rect id="frame" width="${width}" height="${height}" fill="#39424e"/>`;
  return html`<section class="scenes">
<figure><figcaption>Paths of the feet</figcaption>
<svg ${view} role="img" aria-label="The paths that people took">${frame}<g id="paths">${people.map(path)}</g>${overlay(areas, width)}</svg></figure>
<figure><figcaption>Presence: where people were, and for how long</figcaption>
<svg ${view} role="img" aria-label="Heat map of presence"><use href="#frame" class="faded"/>
<image href="${dataUrl('image/png', await heatPicture(heat))}" width="${width}" height="${height}" preserveAspectRatio="none"/>${overlay(areas, width)}</svg></figure>
</section>`;
}

/** The attributes of a drawing in the pixels of the picture, which is shown in the shape that its pixels have. */
export function shape({ width, height }: ReportData['picture'], sampleAspectRatio = 1): Markup {
  const shown = (width * sampleAspectRatio).toFixed(1);
  return html`viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" style="aspect-ratio:${shown}/${height}"`;
}

function path({ id, path }: PersonRecord): Markup {
  const points = path.length > 2 ? path : [...path, path[0], path[1]]; // a dot
  return html`<path class="path" id="p${id}" d="M${points.join(' ')}" stroke="${colour(id)}"><title>${id}</title></path>`;
}

function overlay({ zones, lines }: Areas, width: number): Markup {
  const size = width / 45;
  return html`<g class="areas" font-size="${size}">${zones.map(
    ({ name, outline }) => html`<polygon points="${[...outline].join(' ')}"/>${label(name, outline, size)}`,
  )}${lines.map(({ name, outline }) => {
    const [ax, ay, bx, by] = outline;
    const scale = (1.5 * size) / Math.hypot(bx - ax, by - ay);
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    const tip = [x - (by - ay) * scale, y + (bx - ax) * scale];
    return html`<line x1="${ax}" y1="${ay}" x2="${bx}" y2="${by}"/><line class="way" x1="${x}" y1="${y}" x2="${tip[0]}" y2="${tip[1]}" marker-end="url(#tip)"/>${label(name, outline, size)}`;
  })}</g>`;
}

function label(name: string, [x, y]: Float64Array, size: number): Markup {
  return html`<text x="${x + size / 3}" y="${Math.max(size, y - size / 3)}">${name}</text>`;
}
