import { describe, expect, it } from 'vitest';
import { IgnoreFilter, resolveAreas } from '../../src/analytics/index.ts';
import { parametersSchema } from '../../src/engine/parameters.ts';

const size = { width: 640, height: 480 };
const rectangle = (left: number, top: number, right: number, bottom: number) =>
  [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as [number, number][];
const poster = rectangle(100, 100, 200, 300);

/** Boxes of x, y, w, h with the scores 0.1, 0.2 and so on. */
const found = (...boxes: readonly (readonly [number, number, number, number])[]) => ({
  length: boxes.length,
  boxes: Float64Array.from(boxes.flat()),
  scores: Float32Array.from(boxes, (_, i) => (i + 1) / 10),
});

describe('detections in ignore areas', () => {
  it('are left out where the centre of the box lies in one, and counted by area', () => {
    const filter = new IgnoreFilter(
      resolveAreas({ ignore: { poster: { points: poster }, screen: { points: rectangle(400, 0, 640, 100) } } }, size),
    );
    const kept = filter.keep(
      found(
        [140, 120, 40, 200], // centre 160, 220; its feet are below the poster
        [180, 250, 40, 120], // centre 200, 310: below
        [130, 0, 40, 300], // centre 150, 150
        [80, 150, 38, 100], // centre 99, 200: to the left
        [600, -60, 60, 120], // centre 630, 0, on the edge of the picture
      ),
    );
    expect(kept.length).toBe(2);
    expect([...kept.boxes]).toEqual([180, 250, 40, 120, 80, 150, 38, 100]);
    expect([...kept.scores]).toEqual([Math.fround(0.2), Math.fround(0.4)]);
    expect([...(kept.ignored ?? [])]).toEqual([140, 120, 40, 200, 130, 0, 40, 300, 600, -60, 60, 120]);
    expect(kept).not.toHaveProperty('embeddings');
    expect(filter.counts).toEqual([
      { name: 'poster', ignored: 2 },
      { name: 'screen', ignored: 1 },
    ]);
    filter.keep(found([140, 120, 40, 200]));
    expect(filter.counts[0].ignored).toBe(3);
  });

  it('go by the feet where the area says so', () => {
    const filter = new IgnoreFilter(resolveAreas({ ignore: { yard: { points: poster, anchor: 'feet' } } }, size));
    const kept = filter.keep(found([140, 120, 40, 200], [140, 90, 40, 200])); // feet at 320 and 290
    expect([...kept.boxes]).toEqual([140, 120, 40, 200]);
  });

  it('leave the others their embeddings', () => {
    const filter = new IgnoreFilter(resolveAreas({ ignore: { poster: { points: poster } } }, size));
    const embeddings = Float32Array.of(1, 2, 3, 4, 5, 6);
    const boxes = [
      [0, 0, 10, 20],
      [140, 120, 40, 200],
      [300, 0, 10, 20],
    ] as const;
    expect([...(filter.keep({ ...found(...boxes), embeddings }).embeddings ?? [])]).toEqual([1, 2, 5, 6]);
  });

  it('are as they were where there is no area, or none in it', () => {
    const detections = found([0, 0, 10, 20]);
    expect(new IgnoreFilter(resolveAreas({}, size)).keep(detections)).toBe(detections);
    expect(new IgnoreFilter(resolveAreas({ ignore: { poster: { points: poster } } }, size)).keep(detections)).toBe(
      detections,
    );
  });

  it('count at the first of two areas that overlap', () => {
    const filter = new IgnoreFilter(resolveAreas({ ignore: { a: { points: poster }, b: { points: poster } } }, size));
    filter.keep(found([140, 120, 40, 200]));
    expect(filter.counts.map(({ ignored }) => ignored)).toEqual([1, 0]);
  });
});

describe('ignore areas', () => {
  it('are given as zones are, with the centre as anchor', () => {
    const points = rectangle(0.1, 0.2, 0.2, 0.5);
    const { ignore } = parametersSchema.parse({ ignore: { poster: { points, unit: 'ratio' } } });
    expect(ignore.poster.anchor).toBe('centre');
    const [area] = resolveAreas({ ignore }, size).ignore ?? [];
    expect([area.name, area.anchor, ...area.outline]).toEqual(['poster', 'centre', 64, 96, 128, 96, 128, 240, 64, 240]);
  });

  it('are refused as zones are', () => {
    const points = rectangle(600, 0, 700, 100);
    expect(() => resolveAreas({ ignore: { poster: { points } } }, size)).toThrow(
      'ignore.poster.points: point 2 (700, 0) lies outside the picture of 640 × 480 pixels; give points of the source picture',
    );
    const ratio = { poster: { points: rectangle(0, 0, 1, 1), unit: 'ratio' as const } };
    expect(() => resolveAreas({ ignore: ratio })).toThrow(
      'ignore.poster.points: are ratios of a picture whose size is not known; give them in pixels',
    );
  });
});
