import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { letterboxFor, unletterbox } from '../../src/video/index.ts';

describe('letterboxFor', () => {
  test('scales a wide picture to the width and centres it', () => {
    expect(letterboxFor(768, 576, 512, 512)).toEqual({
      width: 512,
      height: 512,
      innerWidth: 512,
      innerHeight: 384,
      offsetX: 0,
      offsetY: 64,
    });
  });

  test('puts the padding right and below with topLeft', () => {
    const { innerWidth, innerHeight, offsetX, offsetY } = letterboxFor(100, 300, 416, 416, 'topLeft');
    expect([innerWidth, innerHeight, offsetX, offsetY]).toEqual([139, 416, 0, 0]);
  });

  test('enlarges a small picture, and keeps at least one pixel of a very long one', () => {
    expect(letterboxFor(1, 1, 64, 64).innerWidth).toBe(64);
    expect(letterboxFor(10_000, 3, 64, 64).innerHeight).toBe(1);
  });

  test('the scaled picture always lies inside the input and touches two of its sides', () => {
    const size = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        fc.constantFrom('centre' as const, 'topLeft' as const),
        (sw, sh, iw, ih, align) => {
          const box = letterboxFor(sw, sh, iw, ih, align);
          expect(box.innerWidth === iw || box.innerHeight === ih).toBe(true);
          expect(box.offsetX).toBeGreaterThanOrEqual(0);
          expect(box.offsetY).toBeGreaterThanOrEqual(0);
          expect(box.offsetX + box.innerWidth).toBeLessThanOrEqual(iw);
          expect(box.offsetY + box.innerHeight).toBeLessThanOrEqual(ih);
        },
      ),
    );
  });
});

describe('unletterbox', () => {
  test('maps the whole scaled picture back to the whole source', () => {
    const box = letterboxFor(1921, 1079, 416, 320);
    const boxes = new Float64Array([box.offsetX, box.offsetY, box.innerWidth, box.innerHeight]);
    expect(unletterbox(boxes, box, 1921, 1079)).toBe(boxes);
    expect([...boxes]).toEqual([0, 0, 1921, 1079]);
  });

  test('is the inverse of scaling and shifting', () => {
    const n = fc.double({ min: -100, max: 2000, noNaN: true });
    fc.assert(
      fc.property(n, n, n, n, (x, y, w, h) => {
        const box = letterboxFor(767, 577, 512, 512);
        const sx = box.innerWidth / 767;
        const sy = box.innerHeight / 577;
        const boxes = new Float64Array([x * sx + box.offsetX, y * sy + box.offsetY, w * sx, h * sy]);
        unletterbox(boxes, box, 767, 577);
        for (const [i, v] of [x, y, w, h].entries()) expect(boxes[i]).toBeCloseTo(v, 6);
      }),
    );
  });
});
