import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AreaEvent, type Areas, eventReader } from '../../src/analytics/index.ts';
import { crossingsOf, type Rules, type Stop, visitsOf } from './brute-force.ts';
import { HEIGHT, person } from './paths.ts';

const WIDTH = 1000;
const HIGH = 800;
/** Zones, and as many lines; and paths at each. */
const AREAS = Number(process.env.TWINTRACK_BORDER_AREAS ?? 50);
const PATHS = 100;
const RULES: Rules = { width: WIDTH, height: HIGH, band: HEIGHT / 10, scale: 1, seconds: 0.3 - 1e-6 };

type Random = () => number;

/** Numbers in 0..1, the same for the same seed (mulberry32). */
function numbers(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** On the edge of the picture what comes near it. */
const clamp = (value: number, end: number) => (value < 2 ? 0 : value > end - 2 ? end : value);

/** A polygon around a point that may be near the edge of the picture: convex, or a star with any radii. */
function anyPolygon(random: Random): Float64Array {
  const [x, y] = [random() * WIDTH, random() * HIGH];
  const corners = 3 + Math.floor(random() * 6);
  const radius = 10 + 300 * random() ** 2;
  const isConvex = random() < 0.5;
  const outline = Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * (i + 0.8 * random())) / corners;
    const own = isConvex ? radius : radius * (0.15 + 0.85 * random());
    return [clamp(x + own * Math.cos(angle), WIDTH), clamp(y + own * Math.sin(angle), HIGH)];
  });
  return Float64Array.from(outline.flat());
}

function anyLine(random: Random): Float64Array {
  const end = (i: number) => (i % 2 === 0 ? WIDTH : HIGH);
  return Float64Array.from({ length: 4 }, (_, i) => clamp(random() * end(i), end(i)));
}

/** Steps anywhere, runs, and steps about a point of the border; from a place well within the picture. */
function anyPath(random: Random, outline: Float64Array): Stop[] {
  let [x, y, time] = [100 + 800 * random(), 100 + 600 * random(), 0];
  const path: Stop[] = [[x, y, time]];
  const steps = 2 + Math.floor(random() * 8);
  for (let i = 0; i < steps; i++) {
    const kind = random();
    const [a, b] = [Math.floor((random() * outline.length) / 2), Math.floor((random() * outline.length) / 2)];
    const part = random();
    const reach = kind < 0.3 ? 1000 : kind < 0.6 ? 150 : 30;
    const [fromX, fromY] =
      kind < 0.4 ? [x, y] : [0, 1].map((k) => outline[2 * a + k] + part * (outline[2 * b + k] - outline[2 * a + k]));
    x = within(fromX + reach * (random() - 0.5), WIDTH);
    y = within(fromY + reach * (random() - 0.5), HIGH);
    if (HIGH - y < 2) y = HIGH - 1e-3; // the lower edge of the picture cuts the box off
    time += random() < 0.6 ? 0.02 + 0.3 * random() : 2 * random();
    path.push([x, y, time]);
  }
  return path;
}

/** The feet of a box beyond the picture count at its edge. */
function within(value: number, end: number, margin = 1e-3): number {
  return Math.min(end - margin, Math.max(margin, value));
}

/** Events in order, with their times. */
function listed(events: readonly AreaEvent[]): [string, number][] {
  return events.map((event) => [event.type === 'crossed' ? event.direction : event.type, event.time]);
}

function areAlike(a: [string, number][], b: [string, number][], seconds: number): boolean {
  return a.length === b.length && a.every(([type, time], i) => type === b[i][0] && Math.abs(time - b[i][1]) <= seconds);
}

/** Steps between two places that are sampled, until the samples agree. */
const SAMPLES = [16, 160, 1600, 16_000];
/** As many as that where nothing else explains a difference. */
const MOST_SAMPLES = 160_000;

/** A way from the outside to the outside may touch a corner: so little to any side decides whether it leads through the zone. */
const SHIFTS = [
  [0.1, 0],
  [-0.1, 0],
  [0, 0.1],
  [0, -0.1],
] as const;

function shifted(path: readonly Stop[], [dx, dy]: readonly [number, number]): Stop[] {
  return path.map(([x, y, time]) => [within(x + dx, WIDTH), within(y + dy, HIGH), time]);
}

/**
 * Whether the events are those of the densely sampled path. Undefined where less decides than the samples show: a thousandth more or
 * less of the band, a thousandth of a second, a tenth of a pixel, or a corner on the edge of the picture that a person on that edge
 * touches.
 */
function agrees(areas: Areas, path: Stop[]): boolean | undefined {
  if (agreesWith(areas, path)) return true;
  const count = (rules: Rules) => counted(areas, path, 10_000, rules);
  const dense = count(RULES);
  const others = [
    { ...RULES, scale: 0.999 },
    { ...RULES, scale: 1.001 },
    { ...RULES, seconds: RULES.seconds - 1e-3 },
    { ...RULES, seconds: RULES.seconds + 1e-3 },
  ];
  if (others.some((rules) => !areAlike(dense, count(rules), 0.1))) return undefined;
  if (SHIFTS.some((by) => !areAlike(dense, counted(areas, shifted(path, by), 10_000, RULES), 0.1))) return undefined;
  const further = path.map(([x, y, time]): Stop => [within(x, WIDTH, 3), within(y, HIGH, 3), time]);
  if (agreesWith(areas, further)) return undefined;
  return areAlike(eventsOf(areas, path), counted(areas, path, MOST_SAMPLES, RULES), 1e-4);
}

/** Whether the events are those of the path, sampled as densely as it takes. */
function agreesWith(areas: Areas, path: readonly Stop[]): boolean {
  const events = eventsOf(areas, path);
  return SAMPLES.some((per) => areAlike(events, counted(areas, path, per, RULES), 2.1 / per));
}

/** The events of the path taken at so many points between two places. */
function counted({ zones, lines }: Areas, path: readonly Stop[], per: number, rules: Rules): [string, number][] {
  return listed([
    ...lines.flatMap((line) => crossingsOf(line, path, per, rules)),
    ...zones.flatMap((zone) => visitsOf(zone, path, per, rules)),
  ]);
}

/** The events of a person so thin that the edge of the picture hardly cuts them off. */
function eventsOf(areas: Areas, path: readonly Stop[]): [string, number][] {
  const thin = person(1, path);
  for (let i = 0; i < path.length; i++) thin.boxes.set([path[i][0] - 0.01, path[i][1] - HEIGHT, 0.02, HEIGHT], 4 * i);
  return listed(eventReader(areas)(thin));
}

describe('events are those of a count on densely sampled paths', () => {
  it.each([
    ['zones', (random: Random): Areas => ({ zones: [area(anyPolygon(random))], lines: [] })],
    ['lines', (random: Random): Areas => ({ zones: [], lines: [area(anyLine(random))] })],
  ])('at %s', (_, anyAreas) => {
    let [paths, undecided, busy] = [0, 0, 0];
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = numbers(seed);
        const areas = { ...anyAreas(random), picture: { width: WIDTH, height: HIGH } };
        const [{ outline }] = [...areas.zones, ...areas.lines];
        for (let i = 0; i < PATHS; i++) {
          const path = anyPath(random, outline);
          const isAgreed = agrees(areas, path);
          if (isAgreed === false) throw new Error(JSON.stringify({ outline: [...outline], path }));
          paths++;
          if (isAgreed === undefined) undecided++;
          if (eventReader(areas)(person(1, path)).length > 0) busy++;
        }
      }),
      { numRuns: AREAS },
    );
    expect(paths).toBe(AREAS * PATHS);
    expect(undecided).toBeLessThan(paths / 300);
    expect(busy).toBeGreaterThan(paths / 10);
  });
});

function area(outline: Float64Array) {
  return { name: 'area', outline, anchor: 'feet' as const };
}
