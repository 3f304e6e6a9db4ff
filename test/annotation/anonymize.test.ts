import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blur, pixelate } from '../../src/annotation/anonymize.ts';
import { noise, picture, planes } from './picture.ts';

const mean = (values: number[]) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);

describe('pixelate', () => {
  it('a box of no width to speak of ends too', () => {
    const pixels = picture(4, 4);
    pixelate(pixels, 4, 4, Float64Array.of(0, 0, Number.MIN_VALUE, 4), 1, 0.1);
    expect(pixels).toHaveLength(24);
  });

  it('gives each block of an eighth of the width its mean, in all planes, and leaves the rest', () => {
    const [width, height] = [48, 40];
    const before = noise(picture(width, height).length);
    const after = before.slice();
    pixelate(after, width, height, Float64Array.of(8, 4, 32, 30), 1, 0);
    for (const [p, rows] of planes(after, width, height).entries()) {
      const old = planes(before, width, height)[p];
      const step = p === 0 ? 1 : 2;
      const [size, left, top, right, bottom] = [4, 8, 4, 40, 34].map((n) => n / step);
      for (const [y, row] of rows.entries()) {
        for (const [x, value] of row.entries()) {
          if (x < left || x >= right || y < top || y >= bottom) expect(value).toBe(old[y][x]);
          else {
            const x0 = x - ((x - left) % size);
            const y0 = y - ((y - top) % size);
            const block = old.slice(y0, Math.min(y0 + size, bottom)).flatMap((r) => r.slice(x0, x0 + size));
            expect(value).toBe(mean(block));
          }
        }
      }
    }
  });

  it('reaches beyond the box by the padding, outwards to even pixels', () => {
    const [width, height] = [60, 60];
    const before = noise(picture(width, height).length);
    const after = before.slice();
    pixelate(after, width, height, Float64Array.of(20.5, 20, 20, 20), 1, 0.1);
    const [old] = planes(before, width, height);
    const changed = planes(after, width, height)[0].map((row, y) => row.map((value, x) => value !== old[y][x]));
    const columns = changed[0].map((_, x) => changed.some((row) => row[x]));
    const rows = changed.map((row) => row.includes(true));
    // 20.5 − 2 = 18.5 → 18, 40.5 + 2 = 42.5 → 44; 18 and 42 in height.
    expect([columns.indexOf(true), columns.lastIndexOf(true) + 1]).toEqual([18, 44]);
    expect([rows.indexOf(true), rows.lastIndexOf(true) + 1]).toEqual([18, 42]);
  });

  it('leaves no more than eleven values across a person', () => {
    const [width, height] = [200, 100];
    const pixels = noise(picture(width, height).length);
    pixelate(pixels, width, height, Float64Array.of(11, 10, 96, 80), 1, 0.1);
    const row = [...pixels.subarray(50 * width + 2, 50 * width + 116)];
    expect(row.filter((value, x) => x > 0 && value !== row[x - 1]).length).toBeLessThan(11);
  });

  it.each([pixelate, blur])('never writes outside of the boxes, whatever they are', (hide) => {
    const edge = fc.oneof(
      fc.double({ min: -80, max: 80, noNaN: true }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 0),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        edge,
        edge,
        edge,
        edge,
        (...args) => {
          const [width, height, x, y, w, h] = args;
          const size = picture(width, height).length;
          const around = noise(size + 20);
          const before = around.slice();
          hide(around.subarray(10, 10 + size), width, height, Float64Array.of(x, y, w, h), 1, 0.1);
          expect(around.slice(0, 10)).toEqual(before.slice(0, 10));
          expect(around.slice(-10)).toEqual(before.slice(-10));
          const changed: number[] = []; // an assertion for each pixel takes seconds
          for (let at = 0; at < width * height; at++) {
            const [px, py] = [at % width, Math.floor(at / width)];
            const far =
              px + 1 < x - 0.1 * w - 1 || px > x + 1.1 * w + 2 || py + 1 < y - 0.1 * h - 1 || py > y + 1.1 * h + 2;
            if ((far || Number.isNaN(x + y + w + h)) && around[10 + at] !== before[10 + at]) changed.push(at);
          }
          expect(changed).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
