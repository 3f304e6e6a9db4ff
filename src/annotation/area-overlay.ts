import { type Outline, sidesOf } from '../analytics/polygon.ts';
import type { ZoneCounter } from '../analytics/zone-counter.ts';
import { people } from '../core/text.ts';
import type { Canvas } from './canvas.ts';
import type { Chips } from './chips.ts';
import { BLACK, type Colour, WHITE } from './colours.ts';
import type { LabelLayout } from './label-layout.ts';
import { GROUND_OPACITY } from './panel.ts';

/** sRGB amber. */
const AMBER: Colour = { y: 176, u: 42, v: 155 };
/** A light grey. */
const GREY: Colour = { y: 190, u: 128, v: 128 };
/** Opacity of what lies under a label while it is over a head. */
const FAINT = 0.2;
/** Coverage of the lines, of 255. */
const COVERAGE = 210;

type Line = ReturnType<typeof sidesOf>[number];

/**
 * Draws zones and lines with what was counted at them so far: how many are in a zone, how many crossed a line each way. An arrow shows
 * which way across a line is `in`. Ignore areas are hatched.
 */
export class AreaOverlay {
  readonly #counter: ZoneCounter;
  readonly #stroke: number;
  /** Outlines and hatching of the ignore areas. */
  readonly #hatched: readonly Line[];
  readonly #isCounted: boolean;
  /** Where the label of each area stands, see `placeOf`. */
  readonly #places: number[] = [];
  #labels: { readonly text: string; readonly left: number; readonly top: number; readonly colour: Colour }[] = [];

  /**
   * @param counter is kept up to date by whom it belongs to
   * @param stroke width of lines in pixels
   * @param isCounted whether the labels have counts besides the names
   */
  constructor(counter: ZoneCounter, stroke: number, isCounted: boolean) {
    this.#counter = counter;
    this.#isCounted = isCounted;
    this.#stroke = stroke;
    const { ignore = [] } = counter.areas;
    this.#hatched = ignore.flatMap(({ outline }) => [...sidesOf(outline), ...hatching(outline, 12 * stroke)]);
  }

  /** Draws the outlines. */
  drawOutlines(canvas: Canvas): void {
    const { zones, lines } = this.#counter.areas;
    for (const line of this.#hatched) canvas.line(...line, this.#stroke / 2, COVERAGE);
    canvas.paint(GREY);
    for (const { outline } of zones)
      for (const side of sidesOf(outline)) canvas.line(...side, this.#stroke / 2, COVERAGE);
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

  /** Writes the names and counts anew, and finds places for them where they cover no label and no caption, if there are some. */
  layLabels(canvas: Canvas, chips: Chips, layout: LabelLayout): void {
    const { areas, zones, lines } = this.#counter;
    this.#labels = [];
    const add = (text: string, outline: Float64Array, colour: Colour) => {
      const width = chips.width(text);
      const row = this.#labels.length;
      const placeAt = (place: number) => placeOf(place, outline, width, chips.height, canvas);
      const isFree = (place: number) => layout.isFree(...placeAt(place), width);
      if (!isFree(this.#places[row] ?? 0)) {
        const free = Array.from({ length: 2 * outline.length }, (_, place) => place).find(isFree);
        this.#places[row] = free ?? 0;
      }
      const [left, top] = placeAt(this.#places[row] ?? 0);
      this.#labels.push({ text, left, top, colour });
      layout.block(left, top, left + width, top + chips.height);
    };
    const counts = (text: string) => (this.#isCounted ? `: ${text}` : '');
    for (const [i, { name, inside, people: visitors }] of zones.entries())
      add(`${name}${counts(`${inside} now, ${people(visitors)} so far`)}`, areas.zones[i].outline, WHITE);
    for (const [i, { name, in: inward, out }] of lines.entries())
      add(`${name}${counts(`${inward} in, ${out} out`)}`, areas.lines[i].outline, AMBER);
    for (const { name, outline } of areas.ignore ?? []) add(`${name}: ignored`, outline, GREY);
  }

  /** Draws the labels laid last; a head shows through. */
  drawLabels(canvas: Canvas, chips: Chips, layout: LabelLayout): void {
    for (const { text, left, top, colour } of this.#labels) {
      const opacity = layout.isOverHead(left, top, chips.width(text)) ? FAINT : GROUND_OPACITY;
      chips.draw(canvas, text, left, top, colour, BLACK, opacity);
    }
  }
}

/**
 * Upper left corner of a label of an area in the picture: at a corner of the outline, below or above it, to its right or left. There are four
 * places a corner.
 */
function placeOf(
  place: number,
  outline: Float64Array,
  width: number,
  height: number,
  canvas: Canvas,
): [left: number, top: number] {
  const corner = place >> 2;
  const x = outline[2 * corner] - (place & 2 ? width : 0);
  const y = outline[2 * corner + 1] - (place & 1 ? height : 0);
  return [
    Math.round(Math.max(0, Math.min(x, canvas.width - width))),
    Math.round(Math.max(0, Math.min(y, canvas.height - height))),
  ];
}

/** The parts within the polygon of diagonals, upwards to the right, so many pixels apart. */
function hatching(outline: Outline, distance: number): Line[] {
  const sums = sidesOf(outline).map(([x, y]) => x + y);
  const lines: Line[] = [];
  const step = distance * Math.SQRT2;
  // x + y is the same all along a diagonal
  for (let sum = (Math.floor(Math.min(...sums) / step) + 0.5) * step; sum < Math.max(...sums); sum += step) {
    const across = sidesOf(outline).flatMap(([x0, y0, x1, y1]) => {
      const [from, to] = [x0 + y0 - sum, x1 + y1 - sum];
      return from > 0 === to > 0 ? [] : [x0 + ((x1 - x0) * from) / (from - to)];
    });
    across.sort((a, b) => a - b);
    for (let i = 0; i + 1 < across.length; i += 2)
      lines.push([across[i], sum - across[i], across[i + 1], sum - across[i + 1]]);
  }
  return lines;
}
