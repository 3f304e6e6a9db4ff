import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { calibrationParameters, fitHomography, GroundPlane, speedsOf, wayOf } from '../../src/analytics/index.ts';
import { person, walk } from './paths.ts';

type Points = { image: [number, number]; ground: [number, number] }[];
const plane = (points: Points, more = {}) => new GroundPlane(calibrationParameters.parse({ points, ...more }));

/** A camera 4 m up, tilted 25 degrees down: ground points (metres, y in the direction of view) as it sees them. */
function seen(x: number, y: number): [number, number] {
  const [focal, up, down] = [800, 4, (25 * Math.PI) / 180];
  const depth = y * Math.cos(down) + up * Math.sin(down);
  return [640 + (focal * x) / depth, 360 + (focal * (up * Math.cos(down) - y * Math.sin(down))) / depth];
}
const corners: [number, number][] = [
  [-5, 5],
  [5, 5],
  [8, 25],
  [-8, 25],
];
const pairs = (ground: [number, number][]): Points => ground.map(([x, y]) => ({ image: seen(x, y), ground: [x, y] }));

describe('the ground plane', () => {
  it('finds every place again from four of a camera', () => {
    const ground = plane(pairs(corners));
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.double({ min: 3, max: 60, noNaN: true }),
        (x, y) => {
          const [gx, gy] = ground.toGround(...seen(x, y));
          expect(Math.hypot(gx - x, gy - y)).toBeLessThan(1e-6);
          const [u, v] = ground.toImage(x, y);
          expect(Math.hypot(u - seen(x, y)[0], v - seen(x, y)[1])).toBeLessThan(1e-6);
        },
      ),
    );
    for (const { metres } of ground.residuals) expect(metres).toBeLessThan(1e-9);
  });

  it('knows no place above the horizon', () => {
    const ground = plane(pairs(corners));
    const horizon = 360 - 800 * Math.tan((25 * Math.PI) / 180);
    expect(ground.toGround(640, horizon - 1)).toEqual([Number.NaN, Number.NaN]);
    expect(ground.toGround(640, horizon + 20)[1]).toBeGreaterThan(100);
    expect(ground.toImage(0, -10)).toEqual([Number.NaN, Number.NaN]);
  });

  it('has the error of each point: a wrong one stands out', () => {
    const inner: [number, number][] = [
      [0, 8],
      [3, 12],
      [-3, 12],
      [0, 18],
      [2, 22],
    ];
    const points = pairs([...corners, ...inner]);
    points[5].ground = [4.5, 12];
    const { residuals } = plane(points);
    const worst = residuals.map(({ metres }) => metres).indexOf(Math.max(...residuals.map(({ metres }) => metres)));
    expect(worst).toBe(5);
    expect(residuals[5].metres).toBeGreaterThan(0.5);
    expect(residuals[5].metres).toBeLessThan(1.5);
    expect(residuals[5].pixels).toBeGreaterThan(10);
  });

  it('agrees with least squares by the normal equations where the mapping is affine', () => {
    const random = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(random, random, random, random), ([a, b, tx, ty]) => {
        fc.pre(Math.hypot(a, b) > 1);
        const from = Float64Array.of(0, 0, 300, 10, 320, 240, -20, 200, 100, 100);
        const to = new Float64Array(10);
        for (let i = 0; i < 10; i += 2) {
          to[i] = a * from[i] - b * from[i + 1] + tx;
          to[i + 1] = b * from[i] + a * from[i + 1] + ty;
        }
        const h = fitHomography(from, to)!;
        const expected = new Matrix([
          [a, -b, tx],
          [b, a, ty],
          [0, 0, 1],
        ]);
        for (let k = 0; k < 9; k++) expect(h[k] / h[8]).toBeCloseTo(expected.get(Math.floor(k / 3), k % 3), 5);
      }),
    );
  });

  it.each([
    [
      'all on a line',
      [
        [0, 5],
        [0, 10],
        [0, 15],
        [0, 20],
      ],
    ],
    [
      'three of four on a line',
      [
        [-5, 10],
        [0, 10],
        [5, 10],
        [0, 20],
      ],
    ],
    [
      'two the same',
      [
        [-5, 10],
        [-5, 10],
        [5, 10],
        [0, 20],
      ],
    ],
    [
      'all the same',
      [
        [1, 10],
        [1, 10],
        [1, 10],
        [1, 10],
      ],
    ],
  ] as [string, [number, number][]][])('refuses points that do not determine it: %s', (_, ground) => {
    expect(() => plane(pairs(ground))).toThrow(
      /^calibration\.points: do not determine the ground: .*; give four corners/,
    );
  });

  it('refuses three of four on a line also where they are seen a little off it', () => {
    const at = (x: number, y: number, ground: [number, number]) => ({ image: [x, y] as [number, number], ground });
    const line = [at(100, 500, [0, 0]), at(300, 440, [4, 3]), at(500, 381, [8, 6])];
    expect(() => plane([...line, at(600, 600, [10, -4])])).toThrow(/^calibration\.points: do not determine the ground/);
  });

  it('refuses points that are mixed up', () => {
    const points = pairs(corners);
    [points[0].ground, points[1].ground] = [points[1].ground, points[0].ground];
    expect(() => plane(points)).toThrow(/^calibration\.points: do not determine/);
  });

  it('takes longitude and latitude, and gives them back', () => {
    const [longitude, latitude] = [-122.42, 37.77];
    const metres = 111_195.08;
    const points = pairs(corners).map(({ image, ground: [x, y] }) => ({
      image,
      ground: [longitude + x / (metres * Math.cos((latitude * Math.PI) / 180)), latitude + y / metres] as [
        number,
        number,
      ],
    }));
    const ground = plane(points, { unit: 'degrees' });
    const [x, y] = ground.toGround(...seen(2, 12));
    const [x0, y0] = ground.toGround(...seen(-1, 8));
    expect([x - x0, y - y0]).toEqual([expect.closeTo(3, 2), expect.closeTo(4, 2)]);
    const [lon, lat] = ground.toEarth(x, y);
    expect((lon - longitude) * metres * Math.cos((latitude * Math.PI) / 180)).toBeCloseTo(2, 2);
    expect((lat - latitude) * metres).toBeCloseTo(12, 2);
  });

  it('reports a missing place on earth', () => {
    expect(() => plane(pairs(corners)).toEarth(0, 0)).toThrow(/^calibration\.origin: is not given/);
  });
});

describe('speeds and ways', () => {
  const ground = plane([
    { image: [0, 0], ground: [0, 0] },
    { image: [1000, 0], ground: [10, 0] },
    { image: [1000, 1000], ground: [10, 10] },
    { image: [0, 1000], ground: [0, 10] },
  ]); // 100 pixels a metre

  it('are those of the ground', () => {
    const { times, ...rest } = person(1, walk([100, 200, 0], [500, 500, 4], [500, 500, 6], [500, 800, 8]));
    const feet = ground.feetOf({ times, ...rest });
    const speeds = speedsOf(feet, times);
    expect(speeds[0]).toBeCloseTo(1.25, 9);
    expect(speeds[20]).toBeCloseTo(1.25, 9);
    expect(speeds[50]).toBe(0);
    expect(speeds[70]).toBeCloseTo(1.5, 9);
    expect(wayOf(feet, times)).toBeCloseTo(8, 9);
  });

  it('do not grow by a trembling box, and are not known of a single observation', () => {
    const still = walk([500, 500, 0], [500, 500, 20]).map(([x, y, t], i): [number, number, number] => [
      x + 5 * (i % 2),
      y,
      t,
    ]);
    const trembling = person(1, still);
    const feet = ground.feetOf(trembling);
    expect(wayOf(feet, trembling.times)).toBeLessThan(2.1); // 10 m from frame to frame
    const once = person(1, [[500, 500, 3]]);
    expect([...speedsOf(ground.feetOf(once), once.times)]).toEqual([Number.NaN]);
    expect(wayOf(ground.feetOf(once), once.times)).toBe(0);
  });
});
