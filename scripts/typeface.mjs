/**
 * Makes fonts/western.br and fonts/east-asian.br, the outlines that text on pictures is drawn with, from Noto Sans (SIL Open Font License
 * 1.1), on a grid of 256 units to the em. What it reads is installed where nothing else sees it:
 *
 *   npm install --prefix /tmp/noto fontkit@2.0.4 @fontsource/noto-sans@5.3.0 \
 *     @fontsource/noto-sans-sc@5.3.0 @fontsource/noto-sans-jp@5.3.0 @fontsource/noto-sans-kr@5.3.0
 *   node scripts/typeface.mjs /tmp/noto
 *
 * A file is compressed by brotli and holds, little-endian: the number of characters n; n code points, rising; n + 1 offsets into the records
 * (each of these a uint32); and the records. A record is the advance (uint16), the number of contours (uint8), and for each contour the number
 * of points (uint8), a bit a point that says whether it is on the curve, and the steps from point to point, x and y (int8, −128 stands before
 * an int16). Curves are quadratic, as in TrueType. The y axis points downwards, and 0 is the base line.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const UNITS = 256;
const WEIGHT = 600;
const fonts = resolve(process.argv[2]);
const fontkit = createRequire(join(fonts, 'index.js'))('fontkit');

/** The characters that an encoding has in these rows of 94 (EUC). @returns {number[]} */
function rows(/** @type {string} */ encoding, /** @type {number} */ from, /** @type {number} */ to) {
  const decoder = new TextDecoder(encoding);
  const found = [];
  for (let row = from; row <= to; row++)
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const text = decoder.decode(Uint8Array.of(row, cell));
      if ([...text].length === 1 && text !== '\ufffd') found.push(/** @type {number} */ (text.codePointAt(0)));
    }
  return found;
}

/** All code points of blocks. @returns {number[]} */
const blocks = (/** @type {[number, number][]} */ ...ranges) =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, k) => from + k));

/** Latin, Greek, Cyrillic, punctuation, arrows, currencies. */
const western = blocks(
  [0x20, 0x7e],
  [0xa0, 0x52f],
  [0x1e00, 0x1fff],
  [0x2010, 0x2044],
  [0x20a0, 0x2122],
  [0x25a1, 0x25a1],
);
/** The characters of GB 2312 and JIS X 0208, the commoner ones of Big5, Kana, full-width forms, and the commoner syllables of Korean. */
const han = [...rows('gbk', 0xb0, 0xf7), ...rows('euc-jp', 0xb0, 0xf4), ...rows('big5', 0xa4, 0xc6)];
const kana = blocks([0x3000, 0x30ff], [0xff01, 0xff9f]);
const hangul = rows('euc-kr', 0xb0, 0xc8);

/** The font of each code point, of all the files of a family. @returns {Map<number, any>} */
function open(/** @type {string} */ name) {
  const folder = join(fonts, 'node_modules/@fontsource', name, 'files');
  const found = new Map();
  for (const file of readdirSync(folder).filter((path) => path.endsWith(`-${WEIGHT}-normal.woff2`))) {
    const font = fontkit.openSync(join(folder, file));
    for (const code of font.characterSet) if (!found.has(code)) found.set(code, font);
  }
  return found;
}

/** A character as a record. */
function record(/** @type {any} */ font, /** @type {number} */ code) {
  const glyph = font.glyphForCodePoint(code);
  const scale = UNITS / font.unitsPerEm;
  const contours = contoursOf(glyph.path.commands, scale).filter((points) => points.length > 2);
  const bytes = [...uint16(Math.round(glyph.advanceWidth * scale)), contours.length];
  let [x, y] = [0, 0];
  for (const points of contours) {
    if (points.length > 255) throw new Error(`${String.fromCodePoint(code)}: a contour of ${points.length} points`);
    bytes.push(points.length);
    for (let k = 0; k < points.length; k += 8)
      bytes.push(points.slice(k, k + 8).reduce((bits, { on }, b) => bits | (Number(on) << b), 0));
    for (const point of points) {
      bytes.push(...step(point.x - x), ...step(point.y - y));
      [x, y] = [point.x, point.y];
    }
  }
  return Uint8Array.from(bytes);
}

/** The points of each contour on the grid, without those that coincide, or lie on the curve where TrueType implies it. */
function contoursOf(/** @type {{command: string, args: number[]}[]} */ commands, /** @type {number} */ scale) {
  /** @type {{x: number, y: number, on: boolean}[][]} */
  const contours = [];
  for (const { command, args } of commands) {
    if (command === 'bezierCurveTo') throw new Error('a cubic curve');
    if (command === 'moveTo') contours.push([]);
    for (let k = 0; k < args.length; k += 2)
      contours[contours.length - 1].push({ x: args[k] * scale, y: -args[k + 1] * scale, on: k + 2 === args.length });
  }
  return contours.map((points) => {
    const implied = (/** @type {number} */ k) => {
      const [before, { x, y, on }, after] = [
        points[k - 1] ?? points[points.length - 1],
        points[k],
        points[(k + 1) % points.length],
      ];
      return (
        on && !before.on && !after.on && Math.hypot(x - (before.x + after.x) / 2, y - (before.y + after.y) / 2) < 0.4
      );
    };
    const grid = points
      .filter((_, k) => !implied(k))
      .map(({ x, y, on }) => ({ x: Math.round(x), y: Math.round(y), on }));
    return grid.filter(({ x, y, on }, k) => {
      const before = grid.at(k - 1);
      return !(on && before?.on && before.x === x && before.y === y);
    });
  });
}

const uint16 = (/** @type {number} */ value) => [value & 255, (value >> 8) & 255];
const step = (/** @type {number} */ value) => (Math.abs(value) < 128 ? [value & 255] : [128, ...uint16(value)]);

/** Writes the outlines of these characters, each from the first family that has it. */
function write(/** @type {string} */ name, /** @type {[number[], Map<number, any>[]][]} */ ...parts) {
  const records = new Map();
  for (const [codes, from] of parts)
    for (const code of codes) {
      const font = from.find((family) => family.has(code))?.get(code);
      if (font && !records.has(code)) records.set(code, record(font, code));
    }
  const codes = [...records.keys()].sort((a, b) => a - b);
  const offsets = [0];
  for (const code of codes) offsets.push(offsets[offsets.length - 1] + records.get(code).length);
  const head = Uint32Array.from([codes.length, ...codes, ...offsets]);
  const all = Buffer.concat([new Uint8Array(head.buffer), ...codes.map((code) => records.get(code))]);
  const options = { params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: all.length } };
  const packed = brotliCompressSync(all, options);
  writeFileSync(join(import.meta.dirname, '../fonts', `${name}.br`), packed);
  console.log(`${name}: ${codes.length} characters, ${all.length} bytes, ${packed.length} compressed`);
}

const latin = open('noto-sans');
const [chinese, japanese, korean] = ['sc', 'jp', 'kr'].map((script) => open(`noto-sans-${script}`));
write('western', [western, [latin, chinese]]);
write('east-asian', [kana, [japanese, chinese]], [hangul, [korean]], [han, [chinese, japanese, korean]]);
