import type { ZoneCounter } from '../analytics/zone-counter.ts';
import type { Canvas } from './canvas.ts';
import { BLACK, type Colour, WHITE } from './colours.ts';
import type { Font } from './font.ts';

/** sRGB amber. */
const AMBER: Colour = { y: 176, u: 42, v: 155 };
/** Coverage of the lines, of 255. */
const COVERAGE = 210;

/**
 * Draws zones and lines with what was counted at them so far: how many are in a zone, how many crossed a line each way. An arrow shows
 * which way across a line is `in`.
 */
export class AreaOverlay {
  readonly #counter: ZoneCounter;
  readonly #stroke: number;

  /**
   * @param counter is kept up to date by whom it belongs to
   * @param stroke width of lines in pixels
   */
  constructor(counter: ZoneCounter, stroke: number) {
    this.#counter = counter;
    this.#stroke = stroke;
  }

  /** Draws the outlines. */
  drawOutlines(canvas: Canvas): void {
    const { zones, lines } = this.#counter.areas;
    for (const { outline } of zones) {
      const n = outline.length;
      for (let i = 0; i < n; i += 2)
        canvas.line(outline[i], outline[i + 1], outline[(i + 2) % n], outline[(i + 3) % n], this.#stroke / 2, COVERAGE);
    }
    canvas.paint(WHITE);
    for (const { outline } of lines) {
      const [ax, ay, bx, by] = outline;
      canvas.line(ax, ay, bx, by, this.#stroke, COVERAGE);
      const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
      // to the right of the way from its first point to its second
      const scale = (8 * this.#stroke) / Math.hypot(bx - ax, by - ay);
      const [right, down] = [-(by - ay) * scale, (bx - ax) * scale];
      const [tipX, tipY] = [x + right, y + down];
      canvas.line(x, y, tipX, tipY, this.#stroke / 2, COVERAGE);
      for (const side of [-1, 1]) {
        const [backX, backY] = [tipX - 0.4 * right - 0.3 * side * down, tipY - 0.4 * down + 0.3 * side * right];
        canvas.line(tipX, tipY, backX, backY, this.#stroke / 2, COVERAGE);
      }
    }
    canvas.paint(AMBER);
  }

  /** Draws the names and counts, a zone's at its first corner, a line's at its first point. */
  drawLabels(canvas: Canvas, font: Font): void {
    const { areas, zones, lines } = this.#counter;
    for (const [i, { name, inside, entered }] of zones.entries())
      label(canvas, font, `${name}: ${inside} now, ${entered} so far`, areas.zones[i].outline, WHITE);
    for (const [i, { name, in: inward, out }] of lines.entries())
      label(canvas, font, `${name}: ${inward} in, ${out} out`, areas.lines[i].outline, AMBER);
  }
}

/** A line of text at the first point of an outline, moved into the picture. */
function label(canvas: Canvas, font: Font, text: string, [x, y]: Float64Array, colour: Colour): void {
  const margin = 2 * font.scale;
  const width = font.width(text) + 2 * margin;
  const height = font.capHeight + 2 * margin + font.scale;
  const left = Math.round(Math.max(0, Math.min(x, canvas.width - width)));
  const top = Math.round(Math.max(0, Math.min(y, canvas.height - height)));
  canvas.rectangle(left, top, left + width, top + height, BLACK, 0.6);
  font.draw(canvas, text, left + margin, top + margin);
  canvas.paint(colour);
}
