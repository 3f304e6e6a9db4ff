import { describe, expect, it } from 'vitest';
import { Canvas } from '../../src/annotation/canvas.ts';
import { picture, planes } from './picture.ts';

const INK = { y: 200, u: 28, v: 228 };

function drawn(width: number, height: number, draw: (canvas: Canvas) => void) {
  const pixels = picture(width, height);
  const canvas = new Canvas(width, height);
  canvas.begin(pixels);
  draw(canvas);
  return planes(pixels, width, height);
}

describe('rectangle', () => {
  it('paints exactly the pixels named, and chroma by the part covered', () => {
    const [y, u, v] = drawn(6, 4, (canvas) => canvas.rectangle(1, 1, 4, 3, INK));
    expect(y).toEqual([
      [100, 100, 100, 100, 100, 100],
      [100, 200, 200, 200, 100, 100],
      [100, 200, 200, 200, 100, 100],
      [100, 100, 100, 100, 100, 100],
    ]);
    // Columns 1..3 cover half of the first sample and all of the second; rows 1..2 half of each row of samples.
    expect(u).toEqual([
      [103, 78, 128],
      [103, 78, 128],
    ]);
    expect(v).toEqual([
      [153, 178, 128],
      [153, 178, 128],
    ]);
  });

  it('is a line when it is one pixel high, a point when one pixel large', () => {
    const [y, u] = drawn(4, 4, (canvas) => canvas.rectangle(0, 2, 4, 3, INK));
    expect(y.map((row) => row[0])).toEqual([100, 100, 200, 100]);
    expect(u).toEqual([
      [128, 128],
      [78, 78],
    ]);
    const [dot, dotU] = drawn(4, 4, (canvas) => canvas.rectangle(3, 3, 4, 4, INK));
    expect(dot.flat().filter((value) => value === 200)).toHaveLength(1);
    expect(dotU).toEqual([
      [128, 128],
      [128, 103],
    ]);
  });

  it('counts only the pixels there are at the end of odd rows and columns', () => {
    const [y, u, v] = drawn(3, 3, (canvas) => canvas.rectangle(2, 2, 3, 3, INK));
    expect(y[2]).toEqual([100, 100, 200]);
    expect(u).toEqual([
      [128, 128],
      [128, 28],
    ]);
    expect(v[1][1]).toBe(228);
    const [, edge] = drawn(3, 3, (canvas) => canvas.rectangle(0, 1, 3, 2, INK));
    expect(edge).toEqual([
      [78, 78],
      [128, 128],
    ]);
  });

  it('is clipped on every side, and nothing outside or empty', () => {
    const untouched = drawn(4, 4, () => {});
    const all = drawn(4, 4, (canvas) => canvas.rectangle(-5, -5, 9, 9, INK));
    expect(new Set(all[0].flat())).toEqual(new Set([200]));
    expect(new Set(all[1].flat())).toEqual(new Set([28]));
    for (const [l, t, r, b] of [
      [4, 0, 9, 4],
      [-9, 0, 0, 4],
      [0, 4, 4, 9],
      [0, -9, 4, 0],
      [2, 2, 2, 4],
      [3, 3, 1, 1],
    ]) {
      expect(drawn(4, 4, (canvas) => canvas.rectangle(l, t, r, b, INK))).toEqual(untouched);
    }
  });

  it('blends with opacity', () => {
    const [y, u, v] = drawn(2, 2, (canvas) => canvas.rectangle(0, 0, 2, 1, INK, 0.5));
    expect(y).toEqual([
      [150, 150],
      [100, 100],
    ]);
    expect([u, v]).toEqual([[[103]], [[153]]]);
  });
});

describe('line', () => {
  it('covers just one row of pixels when it runs through their centres with half a pixel of radius', () => {
    const [y, u] = drawn(6, 4, (canvas) => {
      canvas.line(0.5, 1.5, 5.5, 1.5, 0.5);
      canvas.paint(INK);
    });
    expect(y).toEqual([Array(6).fill(100), Array(6).fill(200), Array(6).fill(100), Array(6).fill(100)]);
    expect(u).toEqual([
      [78, 78, 78],
      [128, 128, 128],
    ]);
  });

  it('covers half of each of two rows when it runs between them', () => {
    const [y] = drawn(2, 4, (canvas) => {
      canvas.line(-9, 2, 9, 2, 0.5);
      canvas.paint(INK);
    });
    expect(y.map((row) => row[0])).toEqual([100, 150, 150, 100]);
  });

  it('does not cover a pixel twice where lines overlap', () => {
    const half = (canvas: Canvas) => canvas.line(0, 2, 4, 2, 1, 128);
    const once = drawn(4, 4, (canvas) => {
      half(canvas);
      canvas.paint(INK);
    });
    const twice = drawn(4, 4, (canvas) => {
      half(canvas);
      half(canvas);
      canvas.paint(INK);
    });
    expect(once[0][1][1]).toBe(150);
    expect(twice).toEqual(once);
  });

  it('is the same drawn from either end, also steep and partly outside', () => {
    for (const [x0, y0, x1, y1] of [
      [-3, -8, 9, 14],
      [5, -2, 5.3, 20],
      [1, 6, 11, 7],
      [4, 4, 4, 4],
    ]) {
      const [there, back] = [
        [x0, y0, x1, y1],
        [x1, y1, x0, y0],
      ].map(([a, b, c, d]) =>
        drawn(9, 7, (canvas) => {
          canvas.line(a, b, c, d, 1.3);
          canvas.paint(INK);
        }),
      );
      expect(there).toEqual(back);
      expect(there[0].flat()).toContain(200);
    }
  });
});

describe('stamp', () => {
  const mask = { width: 2, height: 2, coverage: Uint8Array.of(255, 0, 51, 255) };
  const stamped = (left: number, top: number) =>
    drawn(3, 3, (canvas) => {
      canvas.stamp(mask, left, top);
      canvas.paint(INK);
    })[0];

  it('lays the mask at its place, clipped', () => {
    expect(stamped(1, 1)).toEqual([
      [100, 100, 100],
      [100, 200, 100],
      [100, 120, 200],
    ]);
    expect(stamped(-1, -1)[0]).toEqual([200, 100, 100]);
    expect(stamped(2, 2)[2]).toEqual([100, 100, 200]);
    expect(stamped(5, -7).flat()).toEqual(Array(9).fill(100));
  });

  it('leaves nothing for the next paint', () => {
    const canvas = new Canvas(3, 3);
    canvas.begin(picture(3, 3));
    canvas.stamp(mask, 0, 0);
    canvas.paint(INK);
    const pixels = picture(3, 3);
    canvas.begin(pixels);
    canvas.paint(INK);
    expect(pixels).toEqual(picture(3, 3));
  });
});

it('refuses a picture of another size', () => {
  expect(() => new Canvas(5, 3).begin(picture(4, 4))).toThrow('a picture of 5 × 3 has 27 bytes as I420, not 24');
});
