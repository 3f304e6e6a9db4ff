import type { Canvas, Mask } from './canvas.ts';
import { GLYPH_ROWS } from './typeface.ts';

const COLUMNS = 5;
const ROWS = 9;
/** Rows of a capital letter. */
const CAPITAL_ROWS = 7;

/**
 * Text in a size of `scale` pixels a cell: capitals are 7 × scale high. The cells of a character are the joints of a pen
 * stroke of one cell's width with round ends, so that large text is smooth; at scale 1 a cell is a pixel.
 */
export class Font {
  readonly scale: number;
  /** Height of capitals and figures in pixels. */
  readonly capHeight: number;
  private readonly glyphs = new Map<string, Mask>();

  constructor(scale: number) {
    this.scale = scale;
    this.capHeight = CAPITAL_ROWS * scale;
  }

  /** Width of a text in pixels. */
  width(text: string): number {
    return text.length === 0 ? 0 : (text.length * (COLUMNS + 1) - 1) * this.scale;
  }

  /** Covers the text, with the top left of its first capital at (left, top). Characters it does not know show as a dash. */
  draw(canvas: Pick<Canvas, 'stamp'>, text: string, left: number, top: number): void {
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== ' ') canvas.stamp(this.glyph(text[i]), left + i * (COLUMNS + 1) * this.scale, top);
    }
  }

  private glyph(character: string): Mask {
    let mask = this.glyphs.get(character);
    if (!mask) {
      mask = rasterize(cells(character) ?? cells('-')!, this.scale);
      this.glyphs.set(character, mask);
    }
    return mask;
  }
}

/** The cells of a character, row by row, true where it is inked; undefined for a character that is not in the typeface. */
function cells(character: string): boolean[] | undefined {
  const block = GLYPH_ROWS.find(({ characters }) => characters.includes(character));
  if (!block) return undefined;
  const from = block.characters.indexOf(character) * (COLUMNS + 1);
  const rows = block.rows.trim().split('\n');
  return rows.flatMap((row) => [...row.trim().slice(from, from + COLUMNS)].map((cell) => cell === '#'));
}

/** Distance of each pixel's centre to the nearest stroke, turned into coverage. */
function rasterize(inked: boolean[], scale: number): Mask {
  const strokes = strokesOf(inked);
  const width = COLUMNS * scale;
  const height = ROWS * scale;
  const coverage = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const px = (x + 0.5) / scale - 0.5;
      const py = (y + 0.5) / scale - 0.5;
      let nearest = Number.POSITIVE_INFINITY;
      for (const [x0, y0, x1, y1] of strokes) {
        const length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2;
        const along = length2 > 0 ? ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / length2 : 0;
        const t = Math.min(1, Math.max(0, along));
        nearest = Math.min(nearest, Math.hypot(px - x0 - t * (x1 - x0), py - y0 - t * (y1 - y0)));
      }
      coverage[y * width + x] = Math.round(255 * Math.min(1, Math.max(0, 0.5 + (0.5 - nearest) * scale)));
    }
  }
  return { width, height, coverage };
}

/** Joins neighbouring cells, diagonal ones only where no straight way leads round the corner; a lone cell is a point. */
function strokesOf(inked: boolean[]): [x0: number, y0: number, x1: number, y1: number][] {
  const at = (x: number, y: number) => x >= 0 && x < COLUMNS && y < ROWS && inked[y * COLUMNS + x];
  const strokes: [number, number, number, number][] = [];
  for (let y = 0; y < ROWS; y++) {
    for (let x = 0; x < COLUMNS; x++) {
      if (!at(x, y)) continue;
      strokes.push([x, y, x, y]);
      if (at(x + 1, y)) strokes.push([x, y, x + 1, y]);
      if (at(x, y + 1)) strokes.push([x, y, x, y + 1]);
      for (const dx of [-1, 1]) {
        if (at(x + dx, y + 1) && !at(x + dx, y) && !at(x, y + 1)) strokes.push([x, y, x + dx, y + 1]);
      }
    }
  }
  return strokes;
}
