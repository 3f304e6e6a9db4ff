import { describe, expect, it } from 'vitest';
import { Canvas } from '../../src/annotation/canvas.ts';
import { Font } from '../../src/annotation/font.ts';
import { rasterize } from '../../src/annotation/rasterize.ts';
import { outlinesOf, UNITS } from '../../src/annotation/typeface.ts';
import { picture, planes } from './picture.ts';

/** Text as a picture of characters: # where it is inked, + where partly. */
function shown(text: string, size: number): string {
  const font = new Font(size);
  const [width, height] = [Math.max(1, font.width(text)), font.lineHeight];
  const pixels = picture(width, height, 0);
  const canvas = new Canvas(width, height);
  canvas.begin(pixels);
  font.draw(canvas, text, 0, (height - font.capHeight) / 2);
  canvas.paint({ y: 255, u: 128, v: 128 });
  const [y] = planes(pixels, width, height);
  return y.map((row) => row.map((value) => (value > 170 ? '#' : value > 60 ? '+' : '.')).join('')).join('\n');
}

const code = (character: string) => character.codePointAt(0)!;
/** Pixels that are inside the outlines of a character, in parts. */
function inkOf(character: string, size: number): number {
  return rasterize(outlinesOf(code(character)), size, 0).coverage.reduce((sum, value) => sum + value / 255, 0);
}

describe('text', () => {
  it('is filled smoothly, with letters that end at whole pixels', () => {
    expect(shown('Süd 7', 14)).toMatchInlineSnapshot(`
      "......................................
      ......................................
      ......................................
      ......................................
      ..........+..+.........++.............
      .+####+...#+.#+.......+#+....+######+.
      .##+.++...............+#+.....++++##..
      .##......#+...#+..+###+#+.........##..
      .##+.....#+...#+..##++##+........+#+..
      ..###+...#+...#+.+#+..+#+........##...
      ...+##+..#+...#+.+#+..+#+.......+#+...
      .....##..#+..+#+.+#+..+#+.......##....
      .....##..#+..+#+.+#+..+#+.......#+....
      +#+++##..##++##+..##++##+......+#.....
      .#####...+###+#+..+###+#+......##.....
      ......................................
      ......................................
      ......................................
      ......................................
      ......................................"
    `);
  });

  it('has the scripts that names use', () => {
    const square = outlinesOf(code('□'));
    const alphabets =
      'ABCXYZ abcxyz 0123456789 .,:;!?()[]/+-#%&@*"\' ÄÖÜäöüßÅÆØåæøÉÈÊÇÑéèêçñŁłŚśŽžČčŐőİı ĀāĒē Ṅṇ Ạạ Ữữ';
    const others = 'ЖЁЇЄґабвгдеёжзийклмнопрстуфхцчшщъыьэюя ΑΒΓΔΩάέήίόύώαβγδεζηθικλμνξοπρστυφχψως €£ – — “” … · № ° ²';
    const east =
      '入口出口北京東京駅南玄関大厅停车场繁體龜鬱 あいうえおがぱんアイウカメラー 서울역입구출구 、。「」１２Ａ';
    for (const character of alphabets + others + east) {
      const outlines = outlinesOf(code(character));
      expect(outlines.advance, character).toBeGreaterThan(0);
      if (character === ' ') continue;
      expect(outlines, character).not.toEqual(square);
      expect(inkOf(character, 32), character).toBeGreaterThan(2);
    }
    for (const missing of ['ع', 'ต', '😀', '\u{2a6d6}']) expect(outlinesOf(code(missing)), missing).toEqual(square);
  });

  it('has a shape of its own for each letter', () => {
    for (const size of [12, 14, 26]) {
      const letters = [
        ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
        ...'БДЖЗИЛФЦЧШЩЫЭЮЯ入口人出日目',
      ];
      expect(new Set(letters.map((letter) => shown(letter, size))).size).toBe(letters.length);
    }
  });

  it('covers the same part of the em in every size, wherever the pen is', () => {
    for (const character of '8ß入驛한') {
      const part = inkOf(character, UNITS) / UNITS ** 2;
      for (const size of [13, 26, 51]) expect(inkOf(character, size) / size ** 2).toBeCloseTo(part, 1);
      const outlines = outlinesOf(code(character));
      const [a, b] = [0, 0.75].map((shift) => rasterize(outlines, 20, shift).coverage.reduce((sum, c) => sum + c, 0));
      expect(Math.abs(a - b) / a).toBeLessThan(0.01);
    }
  });

  it('is the same with accents joined to their letters or not, and with characters that have no shape', () => {
    expect(shown('Su\u0308d', 14)).toBe(shown('Süd', 14));
    expect(shown('S\u200büd\ufe0f\n', 14)).toBe(shown('Süd', 14));
    expect(new Font(14).width('')).toBe(0);
  });

  it('has figures of one width, so that a clock stands still', () => {
    const font = new Font(26);
    expect(new Set([...'0123456789'].map((figure) => font.width(figure.repeat(10)))).size).toBe(1);
  });
});
