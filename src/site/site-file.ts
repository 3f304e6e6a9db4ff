import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import {
  type CalibrationParameters,
  calibrationParameters,
  type LinesParameters,
  linesParameters,
  type ZonesParameters,
  zonesParameters,
} from '../analytics/parameters.ts';
import { inputError } from '../core/errors.ts';
import { firstProblem } from '../core/schema.ts';
import { readConfig } from '../files/config-file.ts';

const FILE = z.string().min(1);

const CALIBRATION = z.union(
  [FILE, calibrationParameters],
  'it must be a file that "twintrack calibrate" wrote, or its section calibration, of four points or more',
);

const CAMERA = z.strictObject({
  trajectories: FILE.optional().describe('its .trajectories.json, for link'),
  config: FILE.optional().describe('config file with its calibration, zones and lines, as --config of track takes it'),
  calibration: CALIBRATION.optional().describe(
    'how its picture lies on the floor: as in a config file, or a file of "twintrack calibrate"',
  ),
  zones: zonesParameters.optional().describe('zones of the picture by name'),
  lines: linesParameters.optional().describe('lines of the picture by name'),
  offset: z.number().min(-1e9).max(1e9).optional().describe('seconds to add to its times to have those of the site'),
});

const LINK = z.strictObject({
  from: z.string().describe('camera.zone or camera.line that a person leaves by, or a camera alone'),
  to: z.string().describe('camera.zone or camera.line where the person appears, or a camera alone'),
  seconds: z
    .tuple([z.number().min(0), z.number().min(0)])
    .refine(([least, most]) => most > least, 'the second number must be larger than the first')
    .optional()
    .describe('least and greatest walking time; learned where it is left out'),
});

const SITE = z.strictObject({
  cameras: z
    .record(z.string().min(1).max(60), CAMERA.nullable())
    .refine((cameras) => Object.keys(cameras).length > 0, 'there is no camera in it')
    .describe('the cameras by name'),
  overlapping: z
    .array(z.tuple([z.string(), z.string()]))
    .optional()
    .describe('pairs of cameras that see one place; found from the calibrations where it is left out'),
  floor: z
    .strictObject({
      picture: FILE.describe('the floor from above, as PNG or JPEG'),
      calibration: CALIBRATION.describe('how that picture lies on the floor, as for a camera; in metres'),
    })
    .optional()
    .describe('a picture of the floor, for the report'),
  links: z.array(LINK).default([]).describe('ways between cameras; each holds in both directions'),
});

/** A camera of a site. */
export interface SiteCamera {
  readonly name: string;
  /** Path of its .trajectories.json, where it is given. */
  readonly trajectories?: string;
  /** How its picture lies on the floor of the site, where it is given. */
  readonly calibration?: CalibrationParameters | undefined;
  readonly zones: ZonesParameters;
  readonly lines: LinesParameters;
  /** Seconds to add to its times to have those of the site; where it is not given it may be estimated. */
  readonly offset?: number;
}

/** Where a way begins or ends: in a zone or at a line of a camera, or anywhere in its picture. */
export interface SitePlace {
  readonly camera: string;
  /** Name of the zone or line. */
  readonly area?: string;
}

/** A way between two cameras, in the direction in which it is written. */
export interface SiteLink {
  readonly from: SitePlace;
  readonly to: SitePlace;
  /** Least and greatest walking time in seconds. */
  readonly seconds?: readonly [least: number, most: number];
}

/** A site: cameras of one clock and one floor, and the ways between them. */
export interface Site {
  readonly cameras: readonly SiteCamera[];
  /** Pairs of names of cameras that see one place; undefined where the file does not say. */
  readonly overlapping?: readonly (readonly [string, string])[];
  readonly links: readonly SiteLink[];
  /** A picture of the floor: its path, and how it lies on the floor in metres. */
  readonly floor?: { readonly picture: string; readonly calibration: CalibrationParameters };
}

const FIX = 'docs/linking.md shows an example';

/**
 * Reads a site file. Paths in it are relative to its folder.
 *
 * @param path YAML (or JSON) file
 * @throws TwintrackError when it, or a file that it names, cannot be read, or a value in it does not fit
 *
 * @example
 * import { readSite } from 'twintrack/site';
 *
 * const { cameras, links } = await readSite('site.yaml');
 * for (const { name, offset = 0 } of cameras) console.log(name, offset, links.filter(({ from }) => from.camera === name).length);
 */
export async function readSite(path: string): Promise<Site> {
  const document = await readConfig(path, FIX);
  const problem = firstProblem(SITE, document);
  if (problem) throw inputError(path, problem, FIX);
  const { cameras, overlapping, links, floor } = SITE.parse(document);
  const inFolder = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  const read: SiteCamera[] = [];
  for (const [name, camera] of Object.entries(cameras)) {
    const { trajectories, config, calibration: own, zones, lines, offset } = camera ?? {};
    const areas = config === undefined ? undefined : await readAreas(inFolder(config));
    const calibration = typeof own === 'string' ? await readCalibration(inFolder(own)) : own;
    read.push({
      name,
      ...(trajectories !== undefined && { trajectories: inFolder(trajectories) }),
      calibration: calibration ?? areas?.calibration,
      zones: zones ?? areas?.zones ?? {},
      lines: lines ?? areas?.lines ?? {},
      ...(offset !== undefined && { offset }),
    });
  }
  for (const [i, pair] of (overlapping ?? []).entries()) {
    const unknown = pair.find((name) => !read.some((camera) => camera.name === name));
    if (unknown !== undefined) throw inputError(path, `overlapping.${i}: ${noCamera(unknown, read)}`);
    if (pair[0] === pair[1]) throw inputError(path, `overlapping.${i}: names ${pair[0]} twice`);
  }
  return {
    cameras: read,
    ...(overlapping && { overlapping }),
    ...(floor && { floor: await readFloor(path, floor, inFolder) }),
    links: links.map(({ from, to, seconds }, i) => ({
      from: placeOf(path, `links.${i}.from`, from, read),
      to: placeOf(path, `links.${i}.to`, to, read),
      ...(seconds && { seconds }),
    })),
  };
}

const AREAS = z.object({
  calibration: calibrationParameters.optional(),
  zones: zonesParameters.optional(),
  lines: linesParameters.optional(),
});

/** The sections of a config file that say something of the picture; the others are left to others. */
async function readAreas(path: string): Promise<z.infer<typeof AREAS>> {
  const sections = await readConfig(path, FIX);
  const problem = firstProblem(AREAS, sections);
  if (problem) throw inputError(path, problem);
  return AREAS.parse(sections);
}

async function readCalibration(path: string): Promise<CalibrationParameters> {
  const { calibration } = await readAreas(path);
  if (calibration) return calibration;
  throw inputError(path, 'has no section calibration', 'give a file that "twintrack calibrate" wrote');
}

async function readFloor(
  path: string,
  { picture, calibration: own }: NonNullable<z.infer<typeof SITE>['floor']>,
  inFolder: (file: string) => string,
): Promise<NonNullable<Site['floor']>> {
  const calibration = typeof own === 'string' ? await readCalibration(inFolder(own)) : own;
  if (calibration.unit === 'degrees')
    throw inputError(
      path,
      'floor.calibration: its points are in degrees',
      'give metres, with the origin of the cameras',
    );
  return { picture: inFolder(picture), calibration };
}

/** A place as it is written, `camera.area` or `camera`; names may have dots in them. */
function placeOf(path: string, key: string, text: string, cameras: readonly SiteCamera[]): SitePlace {
  const alone = cameras.find(({ name }) => name === text);
  if (alone) return { camera: alone.name };
  const within = cameras.filter(({ name }) => text.startsWith(`${name}.`));
  if (within.length === 0) throw inputError(path, `${key}: ${noCamera(text.split('.')[0], cameras)}`);
  for (const { name, zones, lines } of within) {
    const area = text.slice(name.length + 1);
    if (Object.hasOwn(zones, area) || Object.hasOwn(lines, area)) return { camera: name, area };
  }
  const [{ name, zones, lines }] = within;
  const known = [...Object.keys(zones), ...Object.keys(lines)];
  const there = known.length > 0 ? `has ${known.join(', ')}` : 'has no zones or lines';
  throw inputError(path, `${key}: camera ${name} ${there}, not ${text.slice(name.length + 1)}`, 'name one of them');
}

function noCamera(name: string, cameras: readonly SiteCamera[]): string {
  return `there is no camera ${name}; the cameras are ${cameras.map((camera) => camera.name).join(', ')}`;
}
