import { HeatMap } from '../analytics/heat-map.ts';
import type { TrackedFrame } from '../core/tracked-frame.ts';
import { i420Layout } from '../video/i420.ts';
import { type Colour, fromOklch } from './colours.ts';

/** Cells across the picture, and how far one person's place spreads, in cells. */
const COLUMNS = 96;
const DEVIATION = 1.5;
/** The map is computed anew after so many seconds of video. */
const RENEW_SECONDS = 0.5;
/** A person counts for this long at most between two frames. */
const LONGEST_STEP = 1;
/** Steps from cold to hot, with the opacity of the hottest; the coldest are not seen. */
const LEVELS = 256;
const OPACITY = 0.5;

/** By level: the part of a sample that stays, of 256, and what is added to it, times 256. */
interface Blend {
  readonly stays: Uint16Array;
  readonly added: Uint16Array;
}

const COLOURS: readonly Colour[] = Array.from({ length: LEVELS }, (_, k) => {
  const heat = k / (LEVELS - 1);
  return fromOklch(0.6 + 0.2 * Math.sin(Math.PI * heat), 0.17, 265 - 240 * heat);
});
const part = (level: number) => Math.round(256 * OPACITY * Math.min(1, (2.5 * level) / LEVELS));
const STAYS = Uint16Array.from(COLOURS, (_, k) => 256 - part(k));
const blendOf = (plane: keyof Colour): Blend => ({
  stays: STAYS,
  added: Uint16Array.from(COLOURS, (colour, k) => part(k) * colour[plane] + 128),
});
const [Y, U, V] = [blendOf('y'), blendOf('u'), blendOf('v')];

/** Colours the picture by how long people have stood at each place so far: blue for a short time, red for the longest. */
export class HeatOverlay {
  readonly #map: HeatMap;
  readonly #width: number;
  readonly #height: number;
  /** Rows × columns: levels. */
  #levels: Float64Array;
  #time = Number.NaN;
  #renewed = Number.NaN;
  constructor(width: number, height: number) {
    this.#map = new HeatMap({ width, height }, COLUMNS);
    this.#width = width;
    this.#height = height;
    this.#levels = new Float64Array(this.#map.seconds.length);
  }

  /** Takes the people of the next frame. */
  update({ boxes, length, time }: TrackedFrame): void {
    const seconds = time - this.#time;
    this.#time = time;
    if (seconds > 0)
      for (let i = 0; i < length; i++)
        this.#map.addPlace(
          boxes[4 * i] + boxes[4 * i + 2] / 2,
          boxes[4 * i + 1] + boxes[4 * i + 3],
          Math.min(LONGEST_STEP, seconds),
        );
    if (Math.abs(time - this.#renewed) < RENEW_SECONDS) return;
    this.#renewed = time;
    const smooth = this.#map.smoothed(DEVIATION);
    const most = smooth.reduce((a, b) => Math.max(a, b), 0);
    // the root shows ways that people walk besides places where they stand
    this.#levels = smooth.map((value) => (most > 0 ? (LEVELS - 1) * Math.sqrt(value / most) : 0));
  }

  /** Draws the map on an I420 picture. */
  draw(pixels: Uint8Array): void {
    const { chromaWidth, chromaHeight, u, v } = i420Layout(this.#width, this.#height);
    this.#blend(pixels, 0, this.#width, this.#height, Y);
    this.#blend(pixels, u, chromaWidth, chromaHeight, U);
    this.#blend(pixels, v, chromaWidth, chromaHeight, V);
  }

  /** Blends the map into the plane that starts at `plane`. */
  #blend(pixels: Uint8Array, plane: number, width: number, height: number, { stays, added }: Blend): void {
    const line = new Float64Array(COLUMNS + 2);
    const step = COLUMNS / width;
    for (let y = 0; y < height; y++) {
      this.#row(line, ((y + 0.5) / height) * this.#map.rows - 0.5);
      // from the middle of a cell to that of the next
      for (let c = 0; c <= COLUMNS; c++) {
        const [from, rise] = [line[c], line[c + 1] - line[c]];
        if (from < 1 && from + rise < 1) continue;
        const first = Math.max(0, Math.ceil((c - 0.5) / step - 0.5));
        const end = plane + y * width + Math.min(width, Math.ceil((c + 0.5) / step - 0.5));
        let level = from + rise * ((first + 0.5) * step - c + 0.5);
        for (let at = plane + y * width + first; at < end; at++) {
          const k = level | 0;
          pixels[at] = (pixels[at] * stays[k] + added[k]) >> 8;
          level += rise * step;
        }
      }
    }
  }

  /** Sets the levels of the cells at a place between two rows of them; the first and the last stand twice. */
  #row(line: Float64Array, place: number): void {
    const { rows } = this.#map;
    const upper = Math.max(0, Math.min(rows - 1, Math.floor(place)));
    const lower = Math.min(rows - 1, upper + 1);
    const down = Math.max(0, place - upper);
    for (let c = 0; c < COLUMNS; c++) {
      const [a, b] = [this.#levels[upper * COLUMNS + c], this.#levels[lower * COLUMNS + c]];
      line[c + 1] = a + down * (b - a);
    }
    line[0] = line[1];
    line[COLUMNS + 1] = line[COLUMNS];
  }
}
