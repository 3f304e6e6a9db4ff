import { type Canvas, cornerOf } from './canvas.ts';
import type { Colour } from './colours.ts';
import type { Font } from './font.ts';

/** A line of text on a rounded rectangle of one colour. */
export class Chips {
  readonly font: Font;
  /** Height of a chip in pixels. */
  readonly height: number;
  readonly #padding: number;
  readonly #corner: readonly number[];

  constructor(font: Font) {
    this.font = font;
    this.height = font.lineHeight;
    this.#padding = Math.ceil(0.35 * font.size);
    this.#corner = cornerOf(Math.round(0.25 * font.size));
  }

  /** Width in pixels of the chip of a text. */
  width(text: string): number {
    return this.font.width(text) + 2 * this.#padding;
  }

  /** Draws a chip with its upper left corner at (left, top), whole numbers. */
  draw(canvas: Canvas, text: string, left: number, top: number, ink: Colour, ground: Colour, opacity: number): void {
    this.drawGround(canvas, left, top, left + this.width(text), top + this.height, ground, opacity);
    this.drawText(canvas, text, left, top, ink);
  }

  /** Draws the rectangle of chips, of any size. */
  drawGround(
    canvas: Canvas,
    left: number,
    top: number,
    right: number,
    bottom: number,
    ground: Colour,
    opacity: number,
  ): void {
    canvas.rectangle(left, top, right, bottom, ground, opacity, this.#corner);
  }

  /** Draws the text of a chip alone. */
  drawText(canvas: Canvas, text: string, left: number, top: number, ink: Colour): void {
    const { font, height } = this;
    font.draw(canvas, text, left + this.#padding, top + (height - font.capHeight) / 2);
    canvas.paint(ink);
  }
}
