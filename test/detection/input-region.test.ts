import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputRegion, isWholeIn } from '../../src/detection/input-region.ts';
import { crop } from '../../src/inference/resize.js';
import { letterboxFor } from '../../src/video/letterbox.ts';

const SOURCE = { width: 896, height: 704 };
const LETTERBOX = letterboxFor(896, 704, 448, 352, 'topLeft'); // half as large

describe('the part of the input that shows a region', () => {
  it('has a margin of 48 pixels and begins and ends at multiples of 32', () => {
    const region = { left: 200, top: 300, width: 100, height: 120 }; // 100 to 150 and 150 to 210 of the input
    expect(inputRegion(region, SOURCE, LETTERBOX)).toEqual({ left: 32, top: 96, width: 192, height: 192 });
  });

  it('ends where the input does', () => {
    const corner = { left: 0, top: 600, width: 30, height: 104 };
    expect(inputRegion(corner, SOURCE, LETTERBOX)).toEqual({ left: 0, top: 224, width: 64, height: 128 });
  });

  it('is not a part where it is all of the input', () => {
    expect(inputRegion({ left: 40, top: 20, width: 830, height: 670 }, SOURCE, LETTERBOX)).toBeUndefined();
  });

  it('shows the region, wherever that is and however the picture is fitted', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 32, max: 4000 }),
        fc.integer({ min: 32, max: 4000 }),
        fc.constantFrom('centre' as const, 'topLeft' as const),
        part,
        part,
        (width, height, align, [x, w], [y, h]) => {
          const letterbox = letterboxFor(width, height, 448, 352, align);
          const region = {
            left: (x / 100) * width,
            top: (y / 100) * height,
            width: (Math.min(w, 100 - x) / 100) * width,
            height: (Math.min(h, 100 - y) / 100) * height,
          };
          const { left, top, ...size } = inputRegion(region, { width, height }, letterbox) ?? {
            ...{ left: 0, top: 0, width: 448, height: 352 },
          };
          const { innerWidth, innerHeight, offsetX, offsetY } = letterbox;
          const [scaleX, scaleY] = [innerWidth / width, innerHeight / height];
          expect(left).toBeLessThanOrEqual(offsetX + region.left * scaleX);
          expect(top).toBeLessThanOrEqual(offsetY + region.top * scaleY);
          expect(left + size.width).toBeGreaterThanOrEqual(offsetX + (region.left + region.width) * scaleX - 1e-9);
          expect(top + size.height).toBeGreaterThanOrEqual(offsetY + (region.top + region.height) * scaleY - 1e-9);
          for (const length of [left, top, size.width, size.height]) expect(length % 32).toBe(0);
          expect(Math.min(left, top, 448 - left - size.width, 352 - top - size.height)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

it('a person who reaches the edge of the part is not whole, except at that of the input', () => {
  const whole = isWholeIn({ left: 64, top: 0, width: 128, height: 160 }, { width: 192, height: 352 });
  const of = (...box: number[]) => whole(Float64Array.from(box), 0);
  expect(of(10, 10, 50, 100)).toBe(true);
  expect(of(0.5, 10, 50, 100)).toBe(false); // left
  expect(of(10, -3, 50, 100)).toBe(true); // the input begins there
  expect(of(90, 10, 40, 100)).toBe(true); // and ends there
  expect(of(10, 60, 50, 99.5)).toBe(false); // below
});

it('takes the bytes of the part, plane by plane', () => {
  const pixels = Uint8Array.from({ length: 3 * 12 }, (_, i) => i); // 4 × 3
  const out = new Uint8Array(3 * 4);
  crop(pixels, { width: 4, height: 3 }, { left: 1, top: 1, width: 2, height: 2 }, out);
  expect([...out]).toEqual([5, 6, 9, 10, 17, 18, 21, 22, 29, 30, 33, 34]);
});
