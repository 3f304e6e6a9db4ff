import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Analysis, dwellOf, HeatMap, occupancyOf, resolveAreas } from '../../src/analytics/index.ts';
import { AREAS, person, walk } from './paths.ts';

describe('Analysis', () => {
  const areas = {
    ...AREAS,
    zones: [
      { name: 'west', outline: Float64Array.of(0, 0, 300, 0, 300, 800, 0, 800), anchor: 'feet' },
      { name: 'east', outline: Float64Array.of(700, 0, 1000, 0, 1000, 800, 700, 800), anchor: 'feet' },
    ],
  } as const;

  it('counts lines, visits and journeys', () => {
    const analysis = new Analysis(areas);
    analysis.add(person(1, walk([100, 400, 0], [900, 400, 8])));
    analysis.add(person(2, walk([100, 450, 5], [900, 450, 13])));
    analysis.add(person(3, walk([900, 300, 1], [100, 300, 9], [900, 300, 17])));
    analysis.add(person(4, walk([400, 300, 2], [450, 300, 3])));
    const { people, lines, zones, journeys } = analysis.result();
    expect(people.map(({ id, start, end }) => [id, start, end])).toEqual([
      [1, 0, 8],
      [2, 5, 13],
      [3, 1, 17],
      [4, 2, 3],
    ]);
    expect(lines.map(({ name, in: inward, out }) => [name, inward, out])).toEqual([['door', 3, 1]]);
    expect(lines[0].crossings.map(({ id, time }) => [id, Math.round(time)])).toEqual([
      [1, 4],
      [3, 5],
      [2, 9],
      [3, 13],
    ]);
    expect(zones.map(({ name, people, visits }) => [name, people, visits.map(({ id }) => id)])).toEqual([
      ['west', 3, [1, 2, 3]],
      ['east', 3, [3, 1, 2, 3]],
    ]);
    const seconds = dwellOf(zones[1].visits);
    expect(seconds).toEqual({
      visits: 4,
      mean: expect.closeTo(2, 6),
      median: expect.closeTo(2, 6),
      longest: expect.closeTo(2, 6),
    });
    expect(journeys).toEqual([
      { from: 'west', to: 'east', people: 2 },
      { from: 'east', to: 'east', people: 1 },
    ]);
  });

  it('has a row for every line and zone, also where there was no person', () => {
    const { lines, zones, journeys } = new Analysis(areas).result();
    expect([lines.length, zones.length, journeys]).toEqual([1, 2, []]);
    expect(dwellOf(zones[0].visits)).toEqual({ visits: 0, mean: 0, median: 0, longest: 0 });
  });
});

describe('occupancyOf', () => {
  it('is the mean number of people in each interval', () => {
    const stays = [
      { id: 1, start: 0, end: 10 },
      { id: 2, start: 5, end: 7.5 },
      { id: 3, start: 9, end: 30 },
    ];
    expect([...occupancyOf(stays, 20, 4)]).toEqual([1, 1.7, 1, 1]);
  });

  it('keeps the person-seconds', () => {
    const stay = fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }));
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 20 }), fc.integer({ min: 1, max: 50 }), (pairs, bins) => {
        const stays = pairs.map(([a, b], id) => ({ id, start: Math.min(a, b), end: Math.max(a, b) }));
        const sum = occupancyOf(stays, 100, bins).reduce((total, mean) => total + (mean * 100) / bins, 0);
        expect(sum).toBeCloseTo(
          stays.reduce((total, { start, end }) => total + end - start, 0),
          6,
        );
      }),
    );
  });
});

describe('HeatMap', () => {
  it('has cells that are square as shown, and not too many of them', () => {
    const rowsOf = (width: number, height: number, ratio?: number) => new HeatMap({ width, height }, 20, ratio).rows;
    expect([rowsOf(1000, 500), rowsOf(500, 500, 2), rowsOf(1000, 1), rowsOf(1, 1e10)]).toEqual([10, 10, 1, 200]);
  });

  it('adds the seconds of feet in cells, and loses none by smoothing but at the edges', () => {
    const map = new HeatMap({ width: 1000, height: 500 }, 20);
    expect([map.columns, map.rows]).toEqual([20, 10]);
    map.add(person(1, walk([525, 275, 0], [525, 275, 5])));
    map.add(
      person(2, [
        [525, 275, 0],
        [525, 275, 30],
      ]),
    ); // unseen for long: not taken to stand there
    map.add(person(3, walk([1200, -10, 0], [1200, -10, 2])));
    expect(map.seconds[5 * 20 + 10]).toBeCloseTo(6, 6);
    expect(map.seconds[19]).toBeCloseTo(2, 6);
    const smooth = map.smoothed(1);
    expect(Math.max(...smooth)).toBe(smooth[5 * 20 + 10]);
    expect(smooth[5 * 20 + 10]).toBeCloseTo(6 / (2 * Math.PI), 1);
    expect(smooth.reduce((a, b) => a + b, 0)).toBeGreaterThan(6);
    expect(smooth.reduce((a, b) => a + b, 0)).toBeLessThan(8 + 1e-9);
  });
});

describe('resolveAreas', () => {
  const zones = {
    hall: {
      points: [
        [0, 0],
        [0.5, 0],
        [0.5, 1],
      ],
      unit: 'ratio',
      anchor: 'feet',
    },
  } as const;

  it('turns ratios into pixels', () => {
    const {
      zones: [hall],
    } = resolveAreas(JSON.parse(JSON.stringify({ zones, lines: {} })), { width: 640, height: 480 });
    expect([hall.name, ...hall.outline]).toEqual(['hall', 0, 0, 320, 0, 320, 480]);
  });

  it('refuses points outside of the picture, and ratios of a picture of unknown size', () => {
    const door = {
      points: [
        [10, 10],
        [650, 200],
      ],
      unit: 'pixels',
      anchor: 'feet',
    };
    const parameters = JSON.parse(JSON.stringify({ zones: {}, lines: { door } }));
    expect(() => resolveAreas(parameters, { width: 640, height: 480 })).toThrow(
      'lines.door.points: point 2 (650, 200) lies outside the picture of 640 × 480 pixels; give points of the source picture',
    );
    expect(resolveAreas(parameters, undefined).lines.length).toBe(1);
    expect(() => resolveAreas(JSON.parse(JSON.stringify({ zones, lines: {} })), undefined)).toThrow(
      'zones.hall.points: are ratios of a picture whose size is not known; give them in pixels',
    );
  });
});
