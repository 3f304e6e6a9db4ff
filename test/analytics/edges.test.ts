import { describe, expect, it } from 'vitest';
import {
  type Anchor,
  type AreaEvent,
  type Areas,
  eventReader,
  IgnoreFilter,
  resolveAreas,
} from '../../src/analytics/index.ts';
import { person, walk } from './paths.ts';

const [WIDTH, HIGH] = [640, 480];
const PICTURE = { width: WIDTH, height: HIGH };

/** A person of 60 × 200 pixels whose box has its middle and lower edge at these points, as far as the picture shows it. */
function seen(feet: readonly (readonly [x: number, y: number, time: number])[]) {
  const visible = feet.filter(([x, y]) => x > -20 && x < WIDTH + 20 && y > 10 && y < HIGH + 190);
  const trajectory = person(1, visible);
  visible.forEach(([x, y], i) => {
    const [left, top] = [Math.max(0, x - 30), Math.max(0, y - 200)];
    trajectory.boxes.set([left, top, Math.min(WIDTH, x + 30) - left, Math.min(HIGH, y) - top], 4 * i);
  });
  return trajectory;
}

function shown(events: readonly AreaEvent[]): string[] {
  return events.map((event) => `${event.type === 'crossed' ? event.direction : event.type} ${event.time.toFixed(2)}`);
}

type Points = [number, number][];
const lineAt = (points: Points, anchor: Anchor = 'feet') =>
  resolveAreas({ lines: { exit: { points, anchor } } }, PICTURE);
const zoneAt = (points: Points) => resolveAreas({ zones: { floor: { points } } }, PICTURE);
const events = (areas: Areas, feet: [number, number, number][]) => shown(eventReader(areas)(seen(feet)));

describe('near the edge of the picture', () => {
  const ways: [edge: string, out: [number, number][], line: (at: number) => Points, anchor: Anchor][] = [
    [
      'left',
      [
        [320, 350],
        [-80, 350],
      ],
      (at) => [
        [at, 0],
        [at, HIGH],
      ],
      'feet',
    ],
    [
      'right',
      [
        [320, 350],
        [720, 350],
      ],
      (at) => [
        [WIDTH - at, HIGH],
        [WIDTH - at, 0],
      ],
      'feet',
    ],
    [
      'lower',
      [
        [320, 300],
        [320, 700],
      ],
      (at) => [
        [0, HIGH - at],
        [WIDTH, HIGH - at],
      ],
      'feet',
    ],
    [
      'upper',
      [
        [320, 400],
        [320, 0],
      ],
      (at) => [
        [WIDTH, at],
        [0, at],
      ],
      'centre',
    ],
  ];
  const cases = ways.flatMap((way) => [40, 25, 15, 8, 3].map((at) => [...way, at] as const));

  it.each(cases)(
    'counts who walks out by the %s edge, and in again, at a line %#',
    (edge, [from, to], line, anchor, at) => {
      const areas = lineAt(line(at), anchor);
      // 100 pixels a second: the time at which a person who is not cut off would be on the line
      const distance = { left: 320, right: 320, lower: 180, upper: 300 }[edge]!;
      const time = (distance - at) / 100;
      const there = events(areas, walk([...from, 0], [...to, 4]));
      expect(there).toEqual([`in ${time.toFixed(2)}`]);
      const [back] = events(areas, walk([...to, 0], [...from, 4]));
      expect(back).toMatch(/^out /);
    },
  );

  it('does not count who stands at the edge and sways there', () => {
    const stand = walk(
      [320, 350, 0],
      [14, 350, 3],
      [20, 350, 4],
      [12, 350, 5],
      [22, 350, 6],
      [9, 350, 7],
      [24, 350, 9],
    );
    expect(
      events(
        lineAt([
          [15, 0],
          [15, HIGH],
        ]),
        stand,
      ).length,
    ).toBeLessThanOrEqual(1);
  });

  it('knows the left and the upper edge of a picture of unknown size', () => {
    const areas = resolveAreas({
      lines: {
        exit: {
          points: [
            [15, 0],
            [15, 480],
          ],
        },
      },
    });
    expect(events(areas, walk([320, 350, 0], [-80, 350, 4]))).toEqual(['in 3.05']);
  });

  it.each([
    [
      'left',
      [
        [0, 0],
        [0, HIGH],
      ],
    ],
    [
      'left',
      [
        [2, 100],
        [1, 200],
      ],
    ],
    [
      'upper',
      [
        [0, 0],
        [WIDTH, 0],
      ],
    ],
    [
      'right',
      [
        [WIDTH - 1, 0],
        [WIDTH - 1, HIGH - 1],
      ],
    ],
    [
      'lower',
      [
        [0, HIGH - 1],
        [WIDTH - 1, HIGH - 1],
      ],
    ],
  ] as [string, Points][])('refuses a line on the %s edge', (edge, points) => {
    expect(() => lineAt(points)).toThrow(
      `lines.exit.points: the line lies on the ${edge} edge of the picture, beyond which no person is seen; move it into the picture, by more than 2 pixels`,
    );
  });

  it('refuses a zone that is no more than the edge', () => {
    expect(() =>
      zoneAt([
        [0, HIGH - 2],
        [WIDTH, HIGH - 2],
        [WIDTH, HIGH],
        [0, HIGH],
      ]),
    ).toThrow(
      'zones.floor.points: the area lies within 2 pixels of the edge of the picture, which is too little to be in; draw it further into the picture',
    );
  });

  it('zones drawn to the last pixel hold who is cut off there', () => {
    const floor: Points = [
      [0, 300],
      [WIDTH - 1, 300],
      [WIDTH - 1, HIGH - 1],
      [0, HIGH - 1],
    ];
    expect(events(zoneAt(floor), walk([100, 540, 0], [500, 540, 4]))).toEqual(['entered 0.00', 'left 4.00']);
    expect(events(zoneAt(floor), walk([320, 250, 0], [320, 650, 4]))).toEqual(['entered 0.50', 'left 4.00']);
    expect(events(zoneAt(floor), walk([320, 400, 0], [720, 400, 4]))).toEqual(['entered 0.00', 'left 3.30']);
  });

  it('lines drawn to the last pixel count who is cut off there', () => {
    const across = walk([200, 540, 0], [400, 540, 2]);
    expect(
      events(
        lineAt([
          [300, HIGH - 1],
          [300, 0],
        ]),
        across,
      ),
    ).toEqual(['in 1.00']);
  });

  it('ignore areas drawn to the last pixel take who is cut off there', () => {
    const points: Points = [
      [0, 300],
      [WIDTH - 1, 300],
      [WIDTH - 1, HIGH - 1],
      [0, HIGH - 1],
    ];
    const filter = new IgnoreFilter(resolveAreas({ ignore: { floor: { points, anchor: 'feet' } } }, PICTURE));
    const boxes = Float64Array.of(100, 380, 60, 100);
    expect(filter.keep({ length: 1, boxes, scores: Float32Array.of(0.9) }).length).toBe(0);
  });
});

describe('between two observations', () => {
  const strip = zoneAt([
    [300, 100],
    [330, 100],
    [330, 450],
    [300, 450],
  ]);
  const at = (...feet: [number, number, number][]) => feet;

  it('a run through a narrow zone is a visit, with the times on the way', () => {
    const run = at([150, 400, 0], [250, 400, 0.2], [350, 400, 0.4], [450, 400, 0.6], [550, 400, 0.8]);
    expect(events(strip, run)).toEqual(['entered 0.30', 'left 0.36']);
    expect(events(strip, run.slice(0, 3))).toEqual(['entered 0.30', 'left 0.36']);
  });

  it('a run into a zone in which the person is not seen again is a visit', () => {
    expect(events(strip, at([150, 400, 0], [250, 400, 0.2], [315, 400, 0.33]))).toEqual(['entered 0.30', 'left 0.33']);
  });

  it('a box that jumps into a zone and back is none', () => {
    const jump = at([250, 400, 0], [250, 402, 0.1], [315, 400, 0.2], [250, 401, 0.3], [251, 400, 0.4], [250, 400, 1]);
    expect(events(strip, jump)).toEqual([]);
  });

  it('a way through a zone while the person is unseen is a visit', () => {
    expect(events(strip, at([100, 400, 0], [500, 400, 8], [500, 400, 9]))).toEqual(['entered 4.00', 'left 4.60']);
  });

  it('a way over a line and back counts each way if it takes long enough beyond the band', () => {
    const door = lineAt([
      [300, 450],
      [300, 100],
    ]);
    expect(events(door, at([200, 400, 0], [400, 400, 0.5], [200, 400, 1], [150, 400, 2]))).toEqual([
      'in 0.25',
      'out 0.75',
    ]);
    expect(events(door, at([200, 400, 0], [400, 400, 0.2], [200, 400, 0.4], [150, 400, 2]))).toEqual([]);
  });
});
