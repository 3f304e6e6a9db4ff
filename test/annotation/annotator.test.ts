import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZoneCounter } from '../../src/analytics/zone-counter.ts';
import { colourOf } from '../../src/annotation/colours.ts';
import { Annotator, type AnnotatorOptions } from '../../src/annotation/index.ts';
import { LabelText } from '../../src/annotation/label-text.ts';
import { Trails } from '../../src/annotation/trails.ts';
import { type TrackedFrame, toPeopleFrame } from '../../src/core/tracked-frame.ts';
import { noise, picture, planes } from './picture.ts';

function tracked(index: number, time: number, boxes: number[][], ids = boxes.map((_, i) => i + 1), detected = true) {
  return {
    index,
    time,
    length: boxes.length,
    ids: Int32Array.from(ids),
    boxes: Float64Array.from(boxes.flat()),
    scores: new Float32Array(boxes.length).fill(1),
    detected: new Uint8Array(boxes.length).fill(Number(detected)),
  } satisfies TrackedFrame;
}

/** Luma rows of a frame that was drawn on a dark picture. */
function luma(width: number, height: number, frames: TrackedFrame[], options = {}): number[][] {
  const annotator = new Annotator({ width, height, ...options });
  let pixels = picture(width, height, 50);
  for (const frame of frames) {
    pixels = picture(width, height, 50);
    annotator.draw(pixels, frame);
  }
  return planes(pixels, width, height)[0];
}

describe('boxes', () => {
  const box = [40, 60, 30, 50];

  it('are the same of plain objects as of columns', () => {
    const frame = tracked(3, 0.12, [box, [90, 20, 20, 70]], [7, 2], false);
    const drawn = [frame, toPeopleFrame(frame)].map((people) => {
      const pixels = picture(200, 200, 50);
      new Annotator({ width: 200, height: 200 }).draw(pixels, people);
      return pixels;
    });
    expect(drawn[1]).toEqual(drawn[0]);
  });

  it('are lines of the id’s colour just inside the edges', () => {
    const y = luma(200, 200, [tracked(0, 0, [box], [7])]);
    const colour = colourOf(7).y;
    for (let x = 40; x < 70; x++) expect([y[60][x], y[109][x]]).toEqual([colour, colour]);
    for (let row = 60; row < 110; row++) {
      expect([y[row][39], y[row][40], y[row][69], y[row][70]]).toEqual([50, colour, colour, 50]);
    }
    expect(y[110].slice(39, 71)).toEqual(Array(32).fill(50));
    for (let row = 61; row < 109; row++) expect(y[row].slice(41, 69)).toEqual(Array(28).fill(50));
  });

  it('are dashed where predicted', () => {
    const y = luma(200, 200, [tracked(0, 0, [box], [7], false)]);
    const dashes = y[109].slice(40, 70).map((value) => (value === 50 ? ' ' : '#'));
    expect(dashes.join('')).toBe('###   ###   ###   ###   ###  #');
  });

  it('of people in front lie over those behind', () => {
    const back = [40, 60, 40, 40];
    const front = [50, 70, 40, 60];
    const y = luma(200, 200, [tracked(0, 0, [front, back], [1, 2])], { trailSeconds: 0 });
    expect(y[99][50]).toBe(colourOf(1).y);
    expect(y[99][55]).toBe(colourOf(2).y);
  });

  it('have lines that grow with the picture', () => {
    for (const [height, stroke] of [
      [240, 1],
      [360, 2],
      [1080, 3],
      [2160, 6],
    ]) {
      const top = height / 2;
      const y = luma(height, height, [tracked(0, 0, [[10, top, 150, 100]], [7])]);
      expect(y.slice(top + 50).findIndex((row) => row[100] !== 50) + stroke).toBe(50);
    }
  });
});

describe('labels and caption', () => {
  const dark = (rows: number[][]) => rows.flat().filter((value) => value < 45).length;
  const of = (rows: number[][], left: number, top: number, right: number, bottom: number) =>
    rows.slice(top, bottom).map((row) => row.slice(left, right));

  it('put the id on top of the box, inside at the upper edge, within the picture at the sides', () => {
    const above = luma(200, 200, [tracked(0, 0, [[40, 60, 30, 50]])]);
    expect(above[50][40]).toBe(colourOf(1).y);
    expect(dark(of(above, 40, 43, 60, 60))).toBeGreaterThan(5); // the pixels of a 1
    const free = tracked(0, 0, [[397, 40, 30, 50]]);
    const inside = luma(400, 200, [free]);
    expect(dark(of(inside, 380, 20, 400, 40))).toBeGreaterThan(5);
    const none = luma(400, 200, [free], { label: [] });
    expect(dark(of(none, 380, 20, 400, 40))).toBe(0);
  });

  it('show what is asked for, as far as it is known', () => {
    const text = new LabelText(['id', 'name', 'score', 'dwell'], { names: (id) => (id === 4 ? '山田' : undefined) });
    const people = (index: number) =>
      tracked(
        index,
        index / 10,
        [
          [40, 60, 30, 50],
          [90, 60, 30, 50],
        ],
        [4, 5],
      );
    for (let i = 0; i <= 754; i++) text.update(people(i));
    expect([0, 1].map((i) => text.of(people(754), i))).toEqual(['4 · 山田 · 1.00 · 1:15', '5 · 1.00 · 1:15']);
    expect(new LabelText(['name', 'speed'], {}).of(people(0), 0)).toBe('');
  });

  it('show the speed on the ground, and the time in a zone', () => {
    const ground = { toGround: (x: number, y: number): [number, number] => [x / 50, y / 50] };
    const zones = [
      { name: 'hall', outline: Float64Array.of(100, 0, 400, 0, 400, 200, 100, 200), anchor: 'feet' as const },
    ];
    const counter = new ZoneCounter({ zones, lines: [], ignore: [], picture: { width: 400, height: 200 } });
    const text = new LabelText(['speed', 'dwell'], { ground, counter });
    const said = Array.from({ length: 60 }, (_, i) => {
      const people = tracked(i, i / 10, [[20 + 6 * i, 60, 20, 60]], [1]); // 1.2 m/s
      counter.update(people);
      text.update(people);
      return text.of(people, 0);
    });
    expect([said[2], said[10], said[59]]).toEqual(['', '1.2 m/s', '1.2 m/s · 0:04']);
  });

  it('are not drawn for people outside of the picture', () => {
    const without = luma(200, 200, [tracked(0, 0, [])]);
    const outside = luma(200, 200, [tracked(0, 0, [[300, 60, 30, 50]])]);
    expect(outside.slice(20)).toEqual(without.slice(20));
  });

  it('count people now and so far', () => {
    const one = tracked(5, 83.25, [[40, 60, 30, 50]], [4]);
    const again = [tracked(0, 0, [[40, 60, 30, 50]], [4]), one];
    const another = [tracked(0, 0, [[40, 60, 30, 50]], [70]), one];
    const strip = (frames: TrackedFrame[]) => luma(400, 100, frames, { trailSeconds: 0 }).slice(0, 20);
    expect(strip(again)).toEqual(strip([one]));
    expect(strip(another)).not.toEqual(strip([one]));
  });
});

describe('styles', () => {
  const [box, id] = [[60, 60, 40, 100], 7];
  const drawn = (style: string, detected = true) =>
    luma(200, 200, [tracked(0, 0, [box], [id], detected)], { style, label: [], trailSeconds: 0 });
  /** Columns from 60 to 100 that are not of the background, of a row. */
  const inked = (rows: number[][], row: number) => rows[row].slice(60, 100).filter((value) => value !== 50).length;

  it('are a box, its corners, a ring and a dot at the feet', () => {
    expect([60, 110, 159].map((row) => inked(drawn('box'), row))).toEqual([40, 2, 40]);
    expect([60, 110, 159].map((row) => inked(drawn('corners'), row))).toEqual([26, 0, 26]);
    const ring = drawn('ellipse');
    expect([60, 110].map((row) => inked(ring, row))).toEqual([0, 0]);
    expect(ring[160].slice(56, 62).some((value) => value !== 50)).toBe(true);
    expect(ring[166].slice(76, 84).every((value) => value !== 50)).toBe(true);
    expect(ring[154].slice(70, 90).every((value) => value === 50)).toBe(true); // open behind the person
    const dot = drawn('dot');
    expect([60, 110, 155].map((row) => inked(dot, row))).toEqual([0, 0, 0]);
    expect(dot[159][80]).toBe(colourOf(id).y);
  });

  it('say where a person is only predicted', () => {
    for (const style of ['box', 'corners', 'ellipse', 'dot']) {
      const ink = (rows: number[][]) =>
        rows
          .slice(30)
          .flat()
          .filter((value) => value !== 50).length;
      expect(ink(drawn(style, false)), style).toBeGreaterThan(4);
      expect(ink(drawn(style, false)), style).toBeLessThan(0.9 * ink(drawn(style)));
    }
  });
});

describe('the heat map', () => {
  it('is hottest where people stood longest, and leaves the rest of the picture', () => {
    const annotator = new Annotator({
      width: 384,
      height: 288,
      label: [],
      style: 'dot',
      trailSeconds: 0,
      heatMap: true,
    });
    let pixels = picture(384, 288, 100);
    // one person stands for ten seconds, another passes
    for (let i = 0; i <= 100; i++) {
      pixels = picture(384, 288, 100);
      annotator.draw(
        pixels,
        tracked(
          i,
          i / 10,
          i < 100
            ? [
                [90, 60, 20, 60],
                [150 + 2 * i, 160, 20, 60],
              ]
            : [],
        ),
      );
    }
    const [y, , v] = planes(pixels, 384, 288);
    const [stood, passed, elsewhere] = [v[60][50], v[110][120], v[60][150]];
    expect(stood).toBeGreaterThan(145); // red
    expect(passed).toBeLessThan(120); // blue to green
    expect(elsewhere).toBe(128);
    expect(y.slice(250).every((row) => row.every((value) => value === 100))).toBe(true);
  });
});

describe('the panel', () => {
  it('counts people, not visits, in the upper right corner', () => {
    const zones = [
      { name: 'Süd', outline: Float64Array.of(100, 0, 300, 0, 300, 400, 100, 400), anchor: 'feet' as const },
    ];
    const counter = new ZoneCounter({ zones, lines: [], ignore: [], picture: { width: 640, height: 480 } });
    const walk = (id: number, from: number, to: number, start: number) =>
      Array.from({ length: 21 }, (_, i) =>
        tracked(start + i, (start + i) / 5, [[from + ((to - from) * i) / 20, 100, 40, 100]], [id]),
      );
    // one person goes in, out and in again, another in
    for (const frame of [
      ...walk(1, 0, 200, 0),
      ...walk(1, 200, 400, 21),
      ...walk(1, 400, 200, 42),
      ...walk(2, 0, 200, 63),
    ])
      counter.update(frame);
    expect(counter.zones).toEqual([{ name: 'Süd', inside: 1, entered: 3, people: 2 }]);
    const draw = (panel: boolean) => {
      const pixels = picture(640, 480, 50);
      new Annotator({ width: 640, height: 480, areas: counter, panel }).draw(pixels, tracked(90, 20, []));
      return planes(pixels, 640, 480)[0];
    };
    const bright = (rows: number[][]) =>
      rows
        .slice(5, 80)
        .flatMap((row) => row.slice(480))
        .filter((value) => value > 180).length;
    expect(bright(draw(true))).toBeGreaterThan(200);
    expect(bright(draw(false))).toBe(0);
  });
});

describe('colours', () => {
  it('bear dark text: contrast at least 4.5 as WCAG 2 defines it', () => {
    const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    for (let id = 0; id < 1000; id++) {
      const { y, u, v } = colourOf(id);
      const grey = (y - 16) / 219;
      const red = grey + (1.402 * (v - 128)) / 224;
      const blue = grey + (1.772 * (u - 128)) / 224;
      const green = (grey - 0.299 * red - 0.114 * blue) / 0.587;
      for (const c of [red, green, blue]) expect(Math.abs(c - 0.5)).toBeLessThan(0.51);
      const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
      expect((luminance + 0.05) / 0.05).toBeGreaterThan(4.5);
    }
  });

  it('are apart for ids that are near each other', () => {
    for (let id = 1; id < 500; id++) {
      for (let other = id + 1; other <= id + 20; other++) {
        const [a, b] = [colourOf(id), colourOf(other)];
        expect(Math.hypot(a.y - b.y, a.u - b.u, a.v - b.v), `${id} and ${other}`).toBeGreaterThan(20);
      }
    }
  });
});

describe('trails', () => {
  it('follow the feet and fade with age', () => {
    const frames = Array.from({ length: 21 }, (_, i) => tracked(i, i / 10, [[20 + 5 * i, 60, 20, 40]]));
    const y = luma(200, 200, frames, { trailSeconds: 2 });
    const strength = [2, 10, 14].map((i) => y[100][30 + 5 * i] - 50);
    expect(strength[0]).toBeGreaterThan(0);
    expect(strength[1]).toBeGreaterThan(strength[0]);
    expect(strength[2]).toBeGreaterThan(strength[1]);
    expect(y[100][150 + 5]).toBe(50);
    const without = luma(200, 200, frames, { trailSeconds: 0 });
    expect(without[100][30 + 50]).toBe(50);
  });

  it('stay where they are on the ground when the camera turns', () => {
    const annotator = new Annotator({ width: 300, height: 200, label: [] });
    let pixels = picture(300, 200, 50);
    // a person walks to the right while the picture moves to the left
    for (let i = 0; i <= 20; i++) {
      pixels = picture(300, 200, 50);
      const feet = 100 + 5 * i - 8 * i;
      annotator.draw(pixels, tracked(i, i / 10, [[feet - 5, 60, 10, 40]], [3]), undefined, [-8 * i, 0]);
    }
    const row = planes(pixels, 300, 200)[0][100];
    const inked = row.flatMap((value, x) => (value === 50 ? [] : [x]));
    // from where the person was first, 160 pixels further to the left by now, which is outside, to where they are
    expect([inked[0], inked.at(-1)]).toEqual([0, 40]);
  });

  it('are forgotten with age, also when no person is seen any more or the clock is set back', () => {
    const trails = new Trails(2);
    for (let i = 0; i < 100_000; i++) trails.add(tracked(i, i / 10, [[1, 2, 3, 4]], [i]));
    expect(trails.size).toBe(21);
    trails.add(tracked(0, 1e6, []));
    expect(trails.size).toBe(0);
    trails.add(tracked(0, 1e6, [[1, 2, 3, 4]]));
    trails.add(tracked(0, 0, [[1, 2, 3, 4]], [9]));
    expect(trails.size).toBe(1);
  });
});

describe('anonymize', () => {
  const [width, height] = [120, 100];
  const scene = (extra?: Float64Array, detected = true, anonymize = true) => {
    const pixels = noise(picture(width, height).length);
    const annotator = new Annotator({ width, height, anonymize, trailSeconds: 0 });
    annotator.draw(pixels, tracked(0, 0, [[20, 30, 32, 40]], [1], detected), extra);
    return planes(pixels, width, height)[0];
  };
  const flat = (rows: number[][], x: number, y: number) =>
    rows[y][x] === rows[y][x + 1] && rows[y][x] === rows[y + 1][x];

  it('pixelates tracked people, also predicted ones, and others besides', () => {
    expect(flat(scene(undefined, true, false), 30, 50)).toBe(false);
    expect(flat(scene(), 30, 50)).toBe(true);
    expect(flat(scene(undefined, false), 30, 50)).toBe(true);
    expect(flat(scene(), 90, 70)).toBe(false);
    expect(flat(scene(Float64Array.of(80, 60, 32, 30)), 90, 70)).toBe(true);
    expect(flat(scene(Float64Array.of(80, 60, 32, 30)), 30, 50)).toBe(true);
  });

  it('blurs by values between the means of pixelation', () => {
    const of = (anonymizeBy: string) => {
      const pixels = noise(picture(width, height).length);
      new Annotator({ width, height, anonymize: true, anonymizeBy, trailSeconds: 0 } as AnnotatorOptions).draw(
        pixels,
        tracked(0, 0, [[20, 30, 32, 40]], [1]),
      );
      return planes(pixels, width, height)[0]
        .slice(34, 64)
        .flatMap((row) => row.slice(24, 48));
    };
    const [blocks, blurred] = [of('pixels'), of('blur')];
    expect(new Set(blurred).size).toBeGreaterThan(new Set(blocks).size);
    expect(Math.max(...blurred)).toBeLessThanOrEqual(Math.max(...blocks));
    expect(Math.min(...blurred)).toBeGreaterThanOrEqual(Math.min(...blocks));
  });

  it('draws the box over it', () => {
    expect(scene()[69].slice(20, 52)).toEqual(Array(32).fill(colourOf(1).y));
  });
});

describe('whatever comes', () => {
  it('never throws nor writes outside of the picture', () => {
    const number = fc.oneof(
      fc.double({ min: -100, max: 200, noNaN: true }),
      fc.double(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e300, 0),
    );
    const box = fc.array(number, { minLength: 4, maxLength: 4 });
    const frames = fc.array(fc.tuple(fc.array(box, { maxLength: 5 }), fc.boolean(), number), {
      minLength: 1,
      maxLength: 4,
    });
    const parameters = fc.record({
      anonymize: fc.boolean(),
      style: fc.constantFrom('box', 'corners', 'ellipse', 'dot'),
      label: fc.constantFrom([], ['id'], ['id', 'score', 'speed', 'dwell']),
      panel: fc.boolean(),
      heatMap: fc.boolean(),
      anonymizeBy: fc.constantFrom('pixels', 'blur'),
    }) as fc.Arbitrary<Partial<AnnotatorOptions>>;
    const side = fc.oneof(fc.constantFrom(1, 2, 16), fc.integer({ min: 1, max: 90 }));
    fc.assert(
      fc.property(side, side, frames, parameters, (width, height, content, given) => {
        const size = picture(width, height).length;
        const annotator = new Annotator({ width, height, ...given });
        for (const [i, [boxes, detected, time]] of content.entries()) {
          const around = new Uint8Array(size + 200).fill(77);
          annotator.draw(
            around.subarray(100, 100 + size),
            tracked(i, time, boxes, undefined, detected),
            Float64Array.from(boxes.flat()),
          );
          expect(around.subarray(0, 100).every((value) => value === 77)).toBe(true);
          expect(around.subarray(100 + size).every((value) => value === 77)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses parameters out of range', () => {
    expect(() => new Annotator({ width: 4, height: 4, style: 'star' as 'box' })).toThrow('style');
    expect(() => new Annotator({ width: 4, height: 4, trailSeconds: -1 })).toThrow('trailSeconds');
  });
});
