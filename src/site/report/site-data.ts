import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GroundPlane, type PictureSize, wayOf } from '../../analytics/index.ts';
import { inputError, printable } from '../../core/errors.ts';
import type { Notice } from '../../core/notices.ts';
import { type View, viewsOf } from '../../report/best-views.ts';
import {
  readTrajectoriesHeader,
  streamTrajectories,
  type TrajectoriesHeader,
  type Trajectory,
} from '../../trajectories/index.ts';
import { FloorCamera } from '../floor/camera.ts';
import { floorParameters } from '../floor/parameters.ts';
import { readSiteRun, type SiteRun } from '../site-json.ts';
import { FloorPath, type PathPart } from './floor-path.ts';
import { piecesOf, rowsOf } from './own-pieces.ts';
import { byTime, timesSeen } from './walks.ts';

/** People and tracklets that are shown, at most: the people who are seen longest. */
const MOST_PEOPLE = 1000;
const MOST_TRACKLETS = 10_000;

/** A camera of a site as a report shows it. */
export interface ReportCamera {
  readonly name: string;
  /** Path of its trajectories. */
  readonly file: string;
  /** Of its trajectories; undefined where they are not there any more. */
  readonly header: TrajectoriesHeader | undefined;
  /** Seconds to add to the times of its trajectories. */
  readonly shift: number;
  /** Its picture on the floor, where that is known in metres. */
  readonly ground: GroundPlane | undefined;
  readonly picture: PictureSize | undefined;
}

/** A person of a site as a report shows them. */
export interface SitePerson {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** By time. */
  readonly tracklets: SiteRun['people'][number]['tracklets'];
  /** Seconds in which any camera sees the person. */
  readonly seconds: number;
  readonly path: FloorPath;
  /** For each camera the moments at which its video may show the person. */
  readonly views: Map<ReportCamera, View[]>;
}

/** What a report of a site shows, without the pictures. */
export interface SiteData {
  readonly run: SiteRun;
  readonly cameras: readonly ReportCamera[];
  /** The people listed, by the time at which they appear. */
  readonly people: readonly SitePerson[];
  readonly notices: readonly Notice[];
  /** First and last time, in seconds by the clock of the site. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads what `link` wrote and the trajectories that it was made from.
 *
 * @param path of `site.json`
 * @throws TwintrackError when it cannot be read, or none of the trajectories is there any more
 */
export async function readSiteData(path: string, signal: AbortSignal | undefined): Promise<SiteData> {
  const run = await readSiteRun(path);
  const folder = dirname(path);
  const notices: Notice[] = [];
  const cameras: ReportCamera[] = [];
  for (const camera of run.cameras) cameras.push(await openCamera(camera, folder, notices));
  if (cameras.every(({ header }) => !header)) {
    const reason = 'does not exist, nor do the trajectories of any other camera';
    throw inputError(cameras[0]?.file ?? path, reason, 'put them back, or track and link again');
  }
  const people = listed(run);
  const spans: number[] = [];
  for (const camera of cameras) {
    if (!camera.header) continue;
    const duration = await addTrajectories(camera, people, notices, signal);
    spans.push(camera.shift, camera.shift + duration);
  }
  const times = [...run.people.flatMap(({ from, to }) => [from, to]), ...spans];
  const extreme = (least: (...two: number[]) => number) => times.reduce((a, b) => least(a, b));
  return { run, cameras, people, notices, begin: extreme(Math.min), end: extreme(Math.max) };
}

async function openCamera(
  { name, trajectories, start, offset, calibration }: SiteRun['cameras'][number],
  folder: string,
  notices: Notice[],
): Promise<ReportCamera> {
  const file = resolve(folder, trajectories);
  const header = existsSync(file) ? await readTrajectoriesHeader(file) : undefined;
  const note = (code: string, text: string) => notices.push({ code, message: `camera ${printable(name)}: ${text}` });
  if (!header) note('trajectories-missing', `${printable(file)} does not exist; its paths and pictures are left out`);
  const degrees = calibration?.unit === 'degrees';
  if (degrees) note('calibration-degrees', 'it is calibrated in degrees; give metres to see its people on the floor');
  const { width, height } = header?.source ?? {};
  return {
    ...{ name, file, header, shift: start + offset },
    ground: calibration && !degrees ? new GroundPlane(calibration) : undefined,
    picture: width !== undefined && height !== undefined ? { width, height } : undefined,
  };
}

function listed({ people }: SiteRun): SitePerson[] {
  const all = people.map((person) => ({
    ...{ id: person.id, from: person.from, to: person.to, tracklets: byTime(person) },
    seconds: timesSeen(person).reduce((sum, { start, end }) => sum + end - start, 0),
  }));
  let room = MOST_TRACKLETS;
  return all
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, MOST_PEOPLE)
    .filter(({ tracklets }) => {
      room -= tracklets.length;
      return room >= 0;
    })
    .sort((a, b) => a.from - b.from || a.id - b.id)
    .map((person) => ({ ...person, path: new FloorPath(), views: new Map() }));
}

/** Adds what a camera saw to the people. Returns how long it saw, in seconds. */
async function addTrajectories(
  camera: ReportCamera,
  people: readonly SitePerson[],
  notices: Notice[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const pieces = piecesOf(camera, people);
  const missing = new Set([...pieces.values()].flat());
  const wanted = missing.size;
  const floor = camera.ground && floorCamera(camera, camera.ground);
  const trajectories = streamTrajectories(camera.file);
  let next = await trajectories.next();
  for (; !next.done; next = await trajectories.next()) {
    signal?.throwIfAborted();
    for (const piece of pieces.get(next.value.id) ?? []) {
      const { person } = piece;
      const own = rowsOf(next.value, piece);
      if (!own) continue;
      missing.delete(piece);
      if (floor) addPath(person.path, own, floor, camera.shift);
      if (camera.picture)
        person.views.set(camera, [...(person.views.get(camera) ?? []), ...viewsOf(own, camera.picture)]);
    }
  }
  if (missing.size > 0) {
    const which = `${missing.size} of ${wanted} tracklets are not in ${printable(camera.file)}`;
    const message = `camera ${printable(camera.name)}: ${which}; it was tracked again since: link again`;
    notices.push({ code: 'tracklets-missing', message });
  }
  return next.value.summary.duration;
}

function floorCamera({ name, picture }: ReportCamera, { homography }: GroundPlane): FloorCamera {
  return new FloorCamera({ name, homography, size: picture }, floorParameters.parse({}).missRate);
}

function addPath(path: FloorPath, { times, boxes }: Trajectory, camera: FloorCamera, shift: number): void {
  const { footNoise } = floorParameters.parse({});
  const feet = new Float64Array(2 * times.length);
  const weights = new Float64Array(times.length);
  for (let i = 0; i < times.length; i++) {
    const { positions, covariances } = camera.feetOf(boxes.subarray(4 * i, 4 * i + 4), 1, footNoise);
    feet.set(positions, 2 * i);
    weights[i] = 1 / (covariances[0] + covariances[2]);
  }
  path.add(
    times.map((time) => time + shift),
    feet,
    weights,
  );
}

/** Length of a path in metres, as far as cameras see it; undefined where none sees it on the floor. */
export function lengthOf(parts: readonly PathPart[]): number | undefined {
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, { feet, times }) => sum + wayOf(feet, times), 0);
}
