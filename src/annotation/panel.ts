import type { ZoneCounter } from '../analytics/zone-counter.ts';
import type { Canvas } from './canvas.ts';
import type { Chips } from './chips.ts';
import { BLACK, WHITE } from './colours.ts';

/** Opacity of what lies under captions and panels. */
export const GROUND_OPACITY = 0.65;

/** Counts in the upper right corner: a line of text and a number each. */
export class Panel {
  readonly #chips: Chips;
  readonly #counter: ZoneCounter | undefined;
  #texts: string[] = [];
  #numbers: string[] = [];
  #width = 0;

  constructor(chips: Chips, counter: ZoneCounter | undefined) {
    this.#chips = chips;
    this.#counter = counter;
  }

  /** Width and height in pixels of what is drawn next. */
  get size(): [width: number, height: number] {
    return [this.#width, this.#texts.length * this.#chips.height];
  }

  /**
   * Takes the counts of the next frame.
   *
   * @param now people in the frame
   * @param soFar people so far, where all were seen
   */
  update(now: number, soFar: number | undefined): void {
    this.#texts = [];
    this.#numbers = [];
    const row = (text: string, count: number) => {
      this.#texts.push(text);
      this.#numbers.push(String(count));
    };
    row('People now', now);
    if (soFar !== undefined) row('People so far', soFar);
    for (const { name, inside, people } of this.#counter?.zones ?? []) {
      row(`${name}: now`, inside);
      row(`${name}: people so far`, people);
    }
    for (const { name, in: inward, out } of this.#counter?.lines ?? []) {
      row(`${name}: in`, inward);
      row(`${name}: out`, out);
    }
    const widest = (texts: string[]) => Math.max(...texts.map((text) => this.#chips.width(text)));
    this.#width = widest(this.#texts) + widest(this.#numbers);
  }

  /** Draws it with its upper left corner at (left, top). */
  draw(canvas: Canvas, left: number, top: number): void {
    const chips = this.#chips;
    const [width, height] = this.size;
    chips.drawGround(canvas, left, top, left + width, top + height, BLACK, GROUND_OPACITY);
    for (const [k, text] of this.#texts.entries()) {
      const y = top + k * chips.height;
      const number = this.#numbers[k];
      chips.drawText(canvas, text, left, y, WHITE);
      chips.drawText(canvas, number, left + width - chips.width(number), y, WHITE);
    }
  }
}
