import type { Canvas } from './canvas.ts';
import { type Glyph, rasterize } from './rasterize.ts';
import { CAPITAL, type Outlines, outlinesOf, UNITS } from './typeface.ts';

/** Places of the pen within a pixel that are told apart. */
const PHASES = 4;
/** Say how characters join or look, and have no shape. */
const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Variation_Selector}/gu;

/** A character in the size of its font. */
interface Character {
  readonly outlines: Outlines;
  /** Pixels to the next character. */
  readonly advance: number;
  /** By place of the pen within a pixel. */
  readonly glyphs: (Glyph | undefined)[];
}

/**
 * Text in one size, in Noto Sans: Latin, Greek and Cyrillic letters, Chinese characters, Kana, Hangul. A square stands for any other
 * character. A character is rasterized when it is first drawn.
 */
export class Font {
  /** Pixels of an em. */
  readonly size: number;
  /** Height of capitals and figures in pixels. */
  readonly capHeight: number;
  /** Height in pixels of a line with room for accents, descenders and Chinese characters; its capitals are in the middle. */
  readonly lineHeight: number;
  readonly #characters = new Map<number, Character>();

  /** @param size pixels of an em, whole */
  constructor(size: number) {
    this.size = size;
    this.capHeight = Math.max(1, Math.round((CAPITAL * size) / UNITS));
    this.lineHeight = this.capHeight + 2 * Math.ceil(0.3 * size);
  }

  /** Width of a text in pixels, rounded up. */
  width(text: string): number {
    let width = 0;
    for (const character of plain(text)) width += this.#character(character.codePointAt(0)!).advance;
    return Math.ceil(width);
  }

  /** Covers the text, with the upper left corner of its first capital at (left, top), whole numbers. */
  draw(canvas: Pick<Canvas, 'stamp'>, text: string, left: number, top: number): void {
    let x = 0;
    for (const character of plain(text)) {
      const known = this.#character(character.codePointAt(0)!);
      const place = Math.floor(x * PHASES + 0.5);
      const phase = place % PHASES;
      known.glyphs[phase] ??= rasterize(known.outlines, this.size, phase / PHASES);
      const glyph = known.glyphs[phase];
      const pen = (place - phase) / PHASES;
      canvas.stamp(glyph, left + pen + glyph.left, top + this.capHeight + glyph.top);
      x += known.advance;
    }
  }

  #character(code: number): Character {
    let known = this.#characters.get(code);
    if (!known) {
      const outlines = outlinesOf(code);
      known = { outlines, advance: (outlines.advance * this.size) / UNITS, glyphs: [] };
      this.#characters.set(code, known);
    }
    return known;
  }
}

/** A text with its accents joined to their letters, without what has no shape. */
function plain(text: string): string {
  return text.normalize().replace(INVISIBLE, '');
}
