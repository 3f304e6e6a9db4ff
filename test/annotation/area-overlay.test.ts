import { describe, expect, it } from 'vitest';
import { ZoneCounter } from '../../src/analytics/zone-counter.ts';
import { Annotator } from '../../src/annotation/index.ts';
import { frame } from '../trajectories/frames.ts';

const [width, height] = [640, 480];
const areas = {
  zones: [{ name: 'hall', outline: Float64Array.of(100, 100, 500, 100, 500, 400, 100, 400), anchor: 'feet' }],
  lines: [{ name: 'door', outline: Float64Array.of(300, 450, 300, 150), anchor: 'feet' }],
  picture: { width, height },
} as const;
const picture = () => new Uint8Array((width * height * 3) / 2).fill(128);

/** The luma of a picture drawn of no person at this time after one walked from the left to the right, or not. */
function drawn(walker: boolean, time = 20): Uint8Array {
  const annotator = new Annotator({ width, height, areas, trailSeconds: 0 });
  for (let i = 0; i <= 40; i++)
    annotator.draw(picture(), frame(i, i / 10, walker ? [[1, 160 + 6 * i, 200, 40, 100, 0.9, true]] : []));
  const pixels = picture();
  annotator.draw(pixels, frame(200, time, []));
  return pixels.subarray(0, width * height);
}

const differs = (a: Uint8Array, b: Uint8Array, left: number, top: number, w: number, h: number) => {
  let count = 0;
  for (let y = top; y < top + h; y++)
    for (let x = left; x < left + w; x++) if (a[y * width + x] !== b[y * width + x]) count++;
  return count;
};

describe('zones and lines on the annotated video', () => {
  it('are outlined, a line with an arrow to its right', () => {
    const pixels = drawn(false);
    const at = (x: number, y: number) => pixels[y * width + x];
    for (const [x, y] of [
      [480, 100],
      [500, 250],
      [250, 399],
      [100, 250],
      [300, 400],
      [306, 300],
    ])
      expect(at(x, y), `${x}, ${y}`).toBeGreaterThan(150);
    expect([at(292, 300), at(200, 200), at(400, 200)]).toEqual([128, 128, 128]);
  });

  it('show the counts of the moment', () => {
    const [before, after] = [drawn(false), drawn(true)];
    // the labels stand at the first corner of the zone and the first point of the line
    expect(differs(before, after, 100, 100, 300, 30)).toBeGreaterThan(10);
    expect(differs(before, after, 300, 445, 300, 35)).toBeGreaterThan(10);
    // elsewhere there is nothing of the walker left, but in the caption
    expect(differs(before, after, 0, 130, width, 310)).toBe(0);
    expect(differs(drawn(true), drawn(true), 0, 0, width, height)).toBe(0);
  });

  it('show what another counter counts, where not all frames are drawn', () => {
    const counter = new ZoneCounter(areas);
    for (let i = 0; i <= 40; i++) counter.update(frame(i, i / 10, [[1, 160 + 6 * i, 200, 40, 100, 0.9, true]]));
    const last = frame(200, 20, []);
    counter.update(last);
    const pixels = picture();
    new Annotator({ width, height, areas: counter, trailSeconds: 0 }).draw(pixels, last);
    // below the caption, which says how many it has drawn
    expect(differs(pixels, drawn(true), 0, 30, width, height - 30)).toBe(0);
    expect(counter.lines).toEqual([{ name: 'door', in: 1, out: 0 }]);
  });

  it('has ignore areas hatched, with their names', () => {
    const ignore = [{ name: 'screen', outline: Float64Array.of(100, 100, 300, 100, 300, 300, 100, 300) }];
    const draw = (more: object) => {
      const pixels = picture();
      new Annotator({ width, height, ...more }).draw(pixels, frame(0, 0, []));
      return pixels.subarray(0, width * height);
    };
    const named = (name: string) =>
      draw({ areas: { zones: [], lines: [], ignore: [{ ...ignore[0], name, anchor: 'centre' }] } });
    const [without, hatched] = [draw({}), named('screen')];
    // lines of 2 pixels at 24 pixels from each other, and the outline
    const inside = differs(without, hatched, 130, 130, 160, 160) / 160 ** 2;
    expect(inside).toBeGreaterThan(0.05);
    expect(inside).toBeLessThan(0.25);
    for (const [x, y] of [
      [200, 299],
      [299, 200],
      [100, 200],
    ])
      expect(hatched[y * width + x], `${x}, ${y}`).toBeGreaterThan(150);
    // each line of pixels through it meets the hatching, none beside it does
    for (let y = 130; y < 290; y += 10) expect(differs(without, hatched, 105, y, 190, 1)).toBeGreaterThan(3);
    expect(differs(without, hatched, 304, 0, width - 304, height)).toBe(0);
    expect(differs(without, hatched, 0, 304, width, height - 304)).toBe(0);
    expect(differs(hatched, named('mirror'), 100, 100, 200, 20)).toBeGreaterThan(10);
  });

  it('have labels that keep away from each other and from the caption, and let heads show through', () => {
    const zone = (name: string) => ({
      name,
      outline: Float64Array.of(0, 0, 300, 0, 300, 200, 0, 200),
      anchor: 'feet' as const,
    });
    const draw = (names: string[], boxes: Parameters<typeof frame>[2] = []) => {
      const pixels = picture();
      const same = { zones: names.map(zone), lines: [], picture: { width, height } };
      new Annotator({ width, height, areas: same, trailSeconds: 0, label: [] }).draw(pixels, frame(0, 0, boxes));
      return pixels.subarray(0, width * height);
    };
    const dark = (luma: Uint8Array, left: number, top: number, w: number, h: number) => {
      let count = 0;
      for (let y = top; y < top + h; y++) for (let x = left; x < left + w; x++) if (luma[y * width + x] < 70) count++;
      return count / (w * h);
    };
    // the caption is at the first corner: the labels stand at others, one inside of the zone and one outside
    const both = draw(['one', 'two']);
    const labels = [dark(both, 305, 3, 90, 8), dark(both, 305, 180, 60, 8), dark(both, 150, 3, 140, 8)];
    expect(labels.filter((part) => part > 0.3)).toHaveLength(2);
    const [free, over] = [draw(['one']), draw(['one'], [[1, 300, -4, 60, 90, 0.9, true]])];
    expect(dark(free, 310, 3, 40, 10)).toBeGreaterThan(0.3);
    expect(dark(over, 310, 3, 40, 10)).toBeLessThan(0.1);
  });

  it('leave the picture as it is where there are none', () => {
    const draw = (more: object) => {
      const pixels = picture();
      new Annotator({ width, height, ...more }).draw(pixels, frame(0, 0, [[1, 10, 20, 30, 60, 0.9, true]]));
      return pixels;
    };
    expect(Buffer.compare(draw({ areas: { zones: [], lines: [] } }), draw({}))).toBe(0);
  });
});
