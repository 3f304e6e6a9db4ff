import { z } from 'zod';
import { byName } from '../core/schema.ts';
import { areaOf, selfCrossing } from './polygon.ts';

const point = z.tuple([z.number(), z.number()]);
const unit = z
  .enum(['pixels', 'ratio'])
  .default('pixels')
  .describe('what the points are given in: pixels of the source picture, or parts of its width and height (0 to 1)');
const anchor = (value: 'feet' | 'centre') =>
  z
    .enum(['feet', 'centre'])
    .default(value)
    .describe('the point of a person that counts: the middle of the lower edge of the box, or its centre');

type Points = readonly (readonly [number, number])[];

/** An area. `problem` returns what is wrong with its points, if anything. */
const area = (problem: (points: Points, pixels: boolean) => string | undefined, at: 'feet' | 'centre' = 'feet') =>
  z
    .strictObject({ points: z.array(point).max(100), unit, anchor: anchor(at) })
    .superRefine(({ points, unit }, context) => {
      const message = outsideRatio(points, unit) ?? problem(points, unit === 'pixels');
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['points'], message });
    });

function outsideRatio(points: Points, unit: 'pixels' | 'ratio'): string | undefined {
  if (unit === 'pixels') return undefined;
  const row = points.findIndex(([x, y]) => !(x >= 0 && x <= 1 && y >= 0 && y <= 1));
  return row < 0 ? undefined : `point ${row + 1} (${points[row].join(', ')}) is no ratio from 0 to 1`;
}

const RATIOS = 'if its points are ratios, add unit: ratio';

/** @param what what the polygon is called, with its article */
const polygonProblem =
  (what: 'a zone' | 'an ignore area') =>
  (points: Points, pixels: boolean): string | undefined => {
    const the = what.replace(/^an?/, 'the');
    if (points.length < 3) return `${what} needs 3 points or more, not ${points.length}`;
    const next = (i: number) => (i + 1) % points.length;
    const double = points.findIndex(([x, y], i) => x === points[next(i)][0] && y === points[next(i)][1]);
    if (double >= 0) return `points ${double + 1} and ${next(double) + 1} are the same; leave one out`;
    const polygon = Float64Array.from(points.flat());
    const sides = selfCrossing(polygon);
    if (sides) return `the outline crosses itself: sides ${sides[0]} and ${sides[1]} meet; list the corners in turn`;
    if (pixels && areaOf(polygon) < 1) return `${the} is smaller than a pixel; ${RATIOS}`;
    return areaOf(polygon) > 0 ? undefined : `${the} has no area: its points lie on one line`;
  };

function lineProblem(points: Points, pixels: boolean): string | undefined {
  if (points.length !== 2) return `a line needs 2 points, not ${points.length}`;
  const length = Math.hypot(points[1][0] - points[0][0], points[1][1] - points[0][1]);
  if (length === 0) return 'the two points of the line are the same';
  return pixels && length < 2 ? `the line is shorter than 2 pixels; ${RATIOS}` : undefined;
}

const NAME = z.string().min(1).max(60);

/** Areas to watch, by name: polygons of three corners or more. */
export const zonesParameters = byName(NAME, area(polygonProblem('a zone'))).describe(
  'areas to watch by name: who enters, who leaves, for how long they stay',
);

/** Lines to count at, by name. Across a line `in` is from its left to its right, seen from its first point to its second. */
export const linesParameters = byName(NAME, area(lineProblem)).describe(
  'lines to count at by name: who crosses which way',
);

/** Areas in which no person is tracked, by name: polygons of three corners or more. */
export const ignoreParameters = byName(NAME, area(polygonProblem('an ignore area'), 'centre')).describe(
  'areas by name in which detections are left out: posters, screens, mirrors',
);

/** How the picture lies on the ground. */
export const calibrationParameters = z
  .strictObject({
    unit: z
      .enum(['metres', 'degrees'])
      .default('metres')
      .describe(
        'what ground points are given in: metres x, y on the ground, or degrees of longitude, latitude (WGS84)',
      ),
    points: z
      .array(z.strictObject({ image: point, ground: point }))
      .min(4, 'four points or more determine the ground')
      .max(10_000)
      .describe('where points of the ground are seen: image in pixels of the source picture, ground in unit'),
    origin: z
      .strictObject({
        longitude: z.number().min(-180).max(180),
        latitude: z.number().min(-85).max(85),
        heading: z.number().min(-360).max(360).default(0),
      })
      .optional()
      .describe(
        'place on earth of ground point 0, 0, and degrees clockwise from north of the y axis; with metres only',
      ),
  })
  .superRefine(({ unit, points, origin }, context) => {
    const add = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (unit === 'metres') return;
    if (origin) add(['origin'], 'points in degrees say where they are themselves; leave it out');
    const row = points.findIndex(({ ground: [longitude, latitude] }) => !onEarth(longitude, latitude));
    if (row >= 0) add(['points', row, 'ground'], 'longitude must be within ±180, latitude within ±85 degrees');
  });

function onEarth(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 85;
}

export type ZonesParameters = z.infer<typeof zonesParameters>;
export type LinesParameters = z.infer<typeof linesParameters>;
export type IgnoreParameters = z.infer<typeof ignoreParameters>;
export type CalibrationParameters = z.infer<typeof calibrationParameters>;

/** What there is to count at, where nothing is tracked, and how the picture lies on the ground: sections of the parameters of a run, whose others are left out. */
export const areaParameters = z.object({
  zones: zonesParameters.prefault({}),
  lines: linesParameters.prefault({}),
  ignore: ignoreParameters.prefault({}),
  calibration: calibrationParameters.optional(),
});
export type AreaParameters = z.infer<typeof areaParameters>;

/** The zones, lines, ignore areas and calibration that a run had. @param parameters those in the header of its trajectories; empty sections where there are none */
export function areasOfRun(parameters: unknown): AreaParameters {
  return areaParameters.safeParse(parameters).data ?? areaParameters.parse({});
}
