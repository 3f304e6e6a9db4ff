import { describe, expect, it } from 'vitest';
import { Canvas } from '../../src/annotation/canvas.ts';
import { Font } from '../../src/annotation/font.ts';
import { GLYPH_ROWS } from '../../src/annotation/typeface.ts';
import { picture, planes } from './picture.ts';

/** Text as a picture of characters: # where it is inked, + where partly. */
function shown(text: string, scale: number): string {
  const font = new Font(scale);
  const [width, height] = [font.width(text), 9 * scale];
  const pixels = picture(width, height, 0);
  const canvas = new Canvas(width, height);
  canvas.begin(pixels);
  font.draw(canvas, text, 0, 0);
  canvas.paint({ y: 255, u: 128, v: 128 });
  const [y] = planes(pixels, width, height);
  return y.map((row) => row.map((value) => (value > 200 ? '#' : value > 100 ? '+' : '.')).join('')).join('\n');
}

describe('text', () => {
  it('is the typeface, pixel by pixel, at scale 1', () => {
    const golden = `
.###..........#......#.............
#...#........##.....##.............
#...#...#.....#....#.#.........####
#...#.........#...#..#........#...#
#...#.........#...#####.......#...#
#...#.........#......#........#...#
.###....#....###.....#.........####
..................................#
...............................###.`;
    expect(shown('0:14 g', 1)).toBe(golden.trim());
  });

  it('has smooth diagonals and round ends when it is larger', () => {
    expect(shown('7', 4)).toMatchInlineSnapshot(`
      ".##################.
      ####################
      ####################
      .###################
      ................####
      ................####
      ...............#####
      ..............#####.
      .............#####..
      ............#####...
      ...........#####....
      ..........#####.....
      .........#####......
      ........#####.......
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      ........####........
      .........##.........
      ....................
      ....................
      ....................
      ....................
      ....................
      ....................
      ....................
      ...................."
    `);
  });

  it('has every character of the typeface in five columns and nine rows', () => {
    const all = GLYPH_ROWS.map(({ characters }) => characters).join('');
    expect(new Set(all).size).toBe(all.length);
    for (const character of 'ABCXYZabcxyz0123456789.,:-+/#%') expect(all).toContain(character);
    for (const { characters, rows } of GLYPH_ROWS) {
      const lines = rows.trim().split('\n');
      expect(lines).toHaveLength(9);
      for (const line of lines) expect(line.trim()).toMatch(new RegExp(`^([.#]{5} ?){${characters.length}}$`));
    }
    // The figure 0 and the letter O share their shape, as on most typewriters.
    const shapes = new Set([...all].map((character) => shown(character, 1)));
    expect(shapes.size).toBe(all.length - 1);
  });

  it('shows a character that it does not know as a dash, and measures its width', () => {
    expect(shown('é', 2)).toBe(shown('-', 2));
    const font = new Font(3);
    expect([font.width(''), font.width('1'), font.width('12'), font.capHeight]).toEqual([0, 15, 33, 21]);
  });
});
