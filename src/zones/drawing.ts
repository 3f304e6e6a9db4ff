import { z } from 'zod';
import {
  type AreaParameters,
  type Areas,
  calibrationParameters,
  GroundPlane,
  type Residual,
  resolveAreas,
} from '../analytics/index.ts';
import { messageOf } from '../core/errors.ts';

/** The sections of a configuration that hold shapes by name. */
export const SHAPE_SECTIONS = ['zones', 'lines', 'ignore'] as const;
export type ShapeSection = (typeof SHAPE_SECTIONS)[number];

const POINT = z.tuple([z.number(), z.number()]);
const SHAPE = z.strictObject({
  name: z.string().max(1000),
  was: z.string().optional().describe('its name in the file; absent for a new one'),
  points: z.array(POINT).max(1000),
  unit: z.enum(['pixels', 'ratio']),
  anchor: z.enum(['feet', 'centre']),
});
const SHAPES = z.array(SHAPE).max(1000);

/** What is drawn on the page, as it sends it: not yet checked for sense. */
export const DRAWING = z.strictObject({
  zones: SHAPES,
  lines: SHAPES,
  ignore: SHAPES,
  calibration: z
    .strictObject({
      unit: z.enum(['metres', 'degrees']),
      points: z.array(z.strictObject({ image: POINT, ground: POINT.nullable() })).max(10_000),
      origin: z.strictObject({ longitude: z.number(), latitude: z.number(), heading: z.number() }).optional(),
    })
    .nullable(),
});
export type Drawing = z.infer<typeof DRAWING>;
export type Shape = z.infer<typeof SHAPE>;

/** What is wrong with a shape or a ground point. */
export interface Problem {
  readonly section: ShapeSection | 'calibration';
  /** Number of the shape or point in its section, from 0; absent where it is about the section. */
  readonly index?: number;
  readonly message: string;
}

/** Size of the picture; what is not known of it is left out. */
export interface SourceSize {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** What {@link checkDrawing} finds. */
export interface CheckedDrawing {
  readonly problems: readonly Problem[];
  /** The shapes that have none, to count at. */
  readonly areas: Areas;
  /** How far off each ground point comes out, once they determine the ground. */
  readonly residuals: readonly Residual[] | undefined;
}

/** The anchor of shapes that do not say it. */
export function usualAnchor(section: ShapeSection): 'feet' | 'centre' {
  return section === 'ignore' ? 'centre' : 'feet';
}

/** Checks a drawing as a run would check the configuration, each shape by itself. */
export function checkDrawing(drawing: Drawing, size: SourceSize): CheckedDrawing {
  const problems: Problem[] = [];
  const good: Record<ShapeSection, Record<string, Omit<Shape, 'name' | 'was'>>> = { zones: {}, lines: {}, ignore: {} };
  for (const section of SHAPE_SECTIONS) {
    const entries: [string, Omit<Shape, 'name' | 'was'>][] = [];
    for (const [index, { name, was: _, ...shape }] of drawing[section].entries()) {
      const message =
        nameProblem(
          name,
          drawing[section].slice(0, index).map((other) => other.name),
        ) ?? shapeProblem(section, shape, size);
      if (message === undefined) entries.push([name, shape]);
      else problems.push({ section, index, message });
    }
    good[section] = Object.fromEntries(entries);
  }
  const calibration = checkCalibration(drawing.calibration);
  problems.push(...calibration.problems);
  return { problems, areas: resolveAreas(good, size), residuals: calibration.residuals };
}

function nameProblem(name: string, before: readonly string[]): string | undefined {
  if (name.trim() === '') return 'it has no name; give it one';
  if (name.length > 60) return `the name has ${name.length} characters; 60 are the most`;
  return before.includes(name) ? `another one is called ${name} too; give it another name` : undefined;
}

function shapeProblem(section: ShapeSection, shape: Omit<Shape, 'name' | 'was'>, size: SourceSize): string | undefined {
  try {
    resolveAreas({ [section]: { it: shape } }, size);
    return undefined;
  } catch (error) {
    return messageOf(error).replace(/^[\w.]*: /, ''); // the page shows which shape it is
  }
}

function checkCalibration(calibration: Drawing['calibration']): Pick<CheckedDrawing, 'problems' | 'residuals'> {
  if (!calibration) return { problems: [], residuals: undefined };
  const problem = (message: string, index?: number): Problem => ({
    section: 'calibration',
    ...(index !== undefined && { index }),
    message,
  });
  const missing = calibration.points.findIndex(({ ground }) => ground === null);
  if (missing >= 0) return { problems: [problem('fill in where on the ground it is', missing)], residuals: undefined };
  const parsed = calibrationParameters.safeParse(calibration);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return { problems: [problem(message, typeof path[1] === 'number' ? path[1] : undefined)], residuals: undefined };
  }
  try {
    return { problems: [], residuals: new GroundPlane(parsed.data).residuals };
  } catch (error) {
    return { problems: [problem(messageOf(error).replace(/^[\w.]*: /, ''))], residuals: undefined };
  }
}

/** The drawing of areas as a configuration or a run has them. @param inFile the sections that the file itself holds */
export function drawingOf(areas: AreaParameters, inFile: readonly string[]): Drawing {
  const shapes = (section: ShapeSection): Shape[] =>
    Object.entries(areas[section]).map(([name, shape]) => ({
      name,
      ...(inFile.includes(section) && { was: name }),
      ...shape,
    }));
  return {
    zones: shapes('zones'),
    lines: shapes('lines'),
    ignore: shapes('ignore'),
    calibration: areas.calibration ?? null,
  };
}

/** A drawing as the sections of a configuration: what a shape has by default is left out. */
export function sectionsOf(drawing: Drawing) {
  const shapes = (section: ShapeSection) =>
    Object.fromEntries(
      drawing[section].map(({ name, points, unit, anchor }) => [
        name,
        { points, ...(unit === 'ratio' && { unit }), ...(anchor !== usualAnchor(section) && { anchor }) },
      ]),
    );
  return { zones: shapes('zones'), lines: shapes('lines'), ignore: shapes('ignore') };
}
