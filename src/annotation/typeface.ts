import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** Grid units of the outlines to the em, and the heights of capitals and of small letters such as x. */
export const UNITS = 256;
export const CAPITAL = 183;
export const SMALL = 139;

/** What stands for a character that is in no typeface: a square. */
const MISSING = 0x25a1;
/** Up to here are the scripts of the western typeface; later code points are more often in the other. */
const EAST_ASIAN_FROM = 0x2e80;

/** The closed outlines of a character in grid units: x from the pen, y downwards from the base line. Curves are quadratic, as in TrueType. */
export interface Outlines {
  readonly advance: number;
  /** Number of points of each contour, one after the other in the columns. */
  readonly contours: Uint8Array;
  readonly x: Int16Array;
  readonly y: Int16Array;
  /** 1 where a point is on the curve, 0 where it controls it. */
  readonly on: Uint8Array;
  /** Whether the character is of a script with letters, which stand on the base line. */
  readonly letter: boolean;
}

/** The outlines of a character; those of a square for one that is not there. */
export function outlinesOf(code: number): Outlines {
  const west = typeface('western');
  const east = () => typeface('east-asian');
  if (code >= EAST_ASIAN_FROM) return east().outlines(code) ?? west.outlines(code) ?? west.outlines(MISSING)!;
  return west.outlines(code) ?? east().outlines(code) ?? west.outlines(MISSING)!;
}

const opened = new Map<string, Typeface>();

/** A typeface of the package, read when it is first asked for. */
function typeface(name: 'western' | 'east-asian'): Typeface {
  let found = opened.get(name);
  if (!found) {
    const packed = readFileSync(new URL(`../../fonts/${name}.br`, import.meta.url));
    found = new Typeface(brotliDecompressSync(packed), name === 'western');
    opened.set(name, found);
  }
  return found;
}

/** Outlines by code point, in the format that scripts/typeface.mjs describes. */
class Typeface {
  readonly #bytes: Buffer;
  readonly #letters: boolean;
  readonly #count: number;

  constructor(bytes: Buffer, letters: boolean) {
    this.#bytes = bytes;
    this.#letters = letters;
    this.#count = bytes.readUInt32LE(0);
  }

  outlines(code: number): Outlines | undefined {
    const row = this.#find(code);
    return row < 0 ? undefined : this.#decode(row);
  }

  /** Row of a code point, by halving; −1 when it has none. */
  #find(code: number): number {
    let [from, to] = [0, this.#count - 1];
    while (from <= to) {
      const middle = (from + to) >> 1;
      const at = this.#bytes.readUInt32LE(4 + 4 * middle);
      if (at === code) return middle;
      if (at < code) from = middle + 1;
      else to = middle - 1;
    }
    return -1;
  }

  #decode(row: number): Outlines {
    const bytes = this.#bytes;
    let at = 4 + 4 * (2 * this.#count + 1) + bytes.readUInt32LE(4 + 4 * (this.#count + row));
    const advance = bytes.readUInt16LE(at);
    const contours = new Uint8Array(bytes[at + 2]);
    const x: number[] = [];
    const y: number[] = [];
    const on: number[] = [];
    at += 3;
    const step = () => {
      const value = bytes.readInt8(at++);
      if (value !== -128) return value;
      at += 2;
      return bytes.readInt16LE(at - 2);
    };
    let [left, top] = [0, 0];
    for (let c = 0; c < contours.length; c++) {
      const points = bytes[at++];
      contours[c] = points;
      for (let k = 0; k < points; k++) on.push((bytes[at + (k >> 3)] >> (k & 7)) & 1);
      at += (points + 7) >> 3;
      for (let k = 0; k < points; k++) {
        left += step();
        top += step();
        x.push(left);
        y.push(top);
      }
    }
    const columns = { x: Int16Array.from(x), y: Int16Array.from(y), on: Uint8Array.from(on) };
    return { advance, contours, ...columns, letter: this.#letters };
  }
}
