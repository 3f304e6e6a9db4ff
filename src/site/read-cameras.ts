import { basename } from 'node:path';
import { type Area, resolveAreas } from '../analytics/areas.ts';
import { areasOfRun } from '../analytics/parameters.ts';
import { inputError, UsageError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { type EmbeddingIndex, readEmbeddings } from '../search/index-file.ts';
import { readTrajectories, type TrajectoriesDocument } from '../trajectories/index.ts';
import { endsAt } from './entrances.ts';
import type { Sight } from './reach.ts';
import type { Site, SiteCamera, SitePlace } from './site-file.ts';
import type { Tracklet } from './tracklet.ts';

/** A camera with what it has tracked. */
export interface CameraRun {
  readonly name: string;
  /** Path of its trajectories. */
  readonly file: string;
  readonly document: TrajectoriesDocument;
  readonly embeddings: EmbeddingIndex;
  /** Seconds to add to its times, where that is given. */
  readonly offset: number | undefined;
  /** Time of its time 0 on the clock of the site, in seconds. */
  readonly start: number;
}

const ENDING = /\.trajectories\.json$/;

/**
 * Reads the trajectories and embeddings of the cameras of a site.
 *
 * @param files trajectories; of a site with a file, those that it does not name itself, each called as its camera
 * @throws TwintrackError when one cannot be read, or their embeddings are not of one network
 * @throws UsageError when files and cameras do not go together
 */
export async function readCameras(files: readonly string[], site: Site | undefined): Promise<CameraRun[]> {
  const listed = site ? ofSite(files, site) : files.map((file) => ({ name: stemOf(file), file, offset: undefined }));
  const twice = listed.find(({ name }, i) => listed.findIndex((other) => other.name === name) < i);
  if (twice) throw new UsageError(`link: two files are called ${twice.name}; name their cameras in a site file`);
  if (listed.length === 0) throw new UsageError('link: no trajectories; name the files of two cameras or more');
  const runs = [];
  for (const camera of listed) {
    const document = await readTrajectories(camera.file);
    const embeddings = await readEmbeddings(camera.file);
    runs.push({ ...camera, document, embeddings });
  }
  const [{ embeddings: first }] = runs;
  const other = runs.find(({ embeddings }) => embeddings.model.sha256 !== first.model.sha256);
  if (other) {
    const reason = `its embeddings are made by another network than those of ${runs[0].name}`;
    throw inputError(other.file, reason, 'track them with one appearance.model');
  }
  // wall clocks count where all have one; else all begin together
  const starts = runs.map(({ document }) => Date.parse(document.source.startedAt ?? '') / 1000);
  const least = Math.min(...starts);
  return runs.map((run, i) => ({ ...run, start: Number.isNaN(least) ? 0 : starts[i] - least }));
}

function ofSite(
  files: readonly string[],
  { cameras }: Site,
): { name: string; file: string; offset: number | undefined }[] {
  const stranger = files.find((file) => !cameras.some(({ name }) => name === stemOf(file)));
  if (stranger !== undefined)
    throw new UsageError(
      `link: ${stranger} is of no camera of the site: ${cameras.map(({ name }) => name).join(', ')}`,
    );
  return cameras.map(({ name, trajectories, offset }) => {
    const file = files.find((path) => stemOf(path) === name) ?? trajectories;
    if (file === undefined)
      throw new UsageError(`link: camera ${name} has no trajectories; name ${name}.trajectories.json, or leave it out`);
    return { name, file, offset };
  });
}

function stemOf(file: string): string {
  return basename(file).replace(ENDING, '');
}

/**
 * The tracklets of all cameras.
 *
 * @param places where the links of the site begin and end
 */
export function trackletsOf(
  runs: readonly CameraRun[],
  cameras: readonly SiteCamera[],
  places: readonly SitePlace[],
): Tracklet[] {
  return runs.flatMap(({ name, document, embeddings, start }, camera) => {
    const areas = areasOf(
      document,
      cameras.find((one) => one.name === name),
      places,
    );
    const patches = new Map(embeddings.trajectories.map((one) => [one.id, one.patches]));
    const pieces = new Map<number, number[]>();
    for (const { id, times } of document.trajectories) pieces.set(id, [...(pieces.get(id) ?? []), times[0]]);
    return document.trajectories.map((trajectory): Tracklet => {
      const { id, times } = trajectory;
      const best = (patches.get(id) ?? []).filter(
        ({ quality, embedding, time }) =>
          quality > 0 && embedding.every(Number.isFinite) && pieceAt(pieces.get(id)!, time) === times[0],
      );
      const at = (end: 'first' | 'last') =>
        areas.filter(({ area }) => !area || endsAt(trajectory, area, end)).map(({ place }) => place);
      return {
        camera,
        id,
        from: start + times[0],
        to: start + times[times.length - 1],
        embeddings: Float32Array.from(best.flatMap(({ embedding }) => embedding)),
        qualities: Float64Array.from(best, ({ quality }) => quality),
        first: sightOf(trajectory, 0),
        last: sightOf(trajectory, times.length - 1),
        entries: at('first'),
        exits: at('last'),
      };
    });
  });
}

/**
 * When the piece of a trajectory that a time is in begins.
 *
 * @param starts when each piece begins, in order
 */
export function pieceAt(starts: readonly number[], time: number): number {
  return starts.findLast((start) => start <= time) ?? starts[0];
}

function sightOf({ boxes }: Trajectory, row: number): Sight {
  const [left, top, width, height] = boxes.subarray(4 * row, 4 * row + 4);
  return { x: left + width / 2, y: top + height / 2, height };
}

/** Where a link of the site begins or ends in a camera. */
export interface PlaceArea {
  /** Number of the place. */
  readonly place: number;
  /** None for a place that is anywhere in its picture. */
  readonly area: Area | undefined;
}

/** The places of a camera with their areas. */
export function areasOf(
  { source, parameters }: { readonly source: Parameters<typeof resolveAreas>[1]; readonly parameters?: unknown },
  camera: SiteCamera | undefined,
  places: readonly SitePlace[],
): PlaceArea[] {
  const own = places.map((place, i) => ({ ...place, i })).filter((place) => place.camera === camera?.name);
  if (!camera || own.length === 0) return [];
  const run = areasOfRun(parameters);
  const zones = { ...run.zones, ...camera.zones };
  const lines = { ...run.lines, ...camera.lines };
  const resolved = resolveAreas({ zones, lines }, source);
  return own.map(({ i, area }) => ({
    place: i,
    area: area === undefined ? undefined : [...resolved.zones, ...resolved.lines].find(({ name }) => name === area),
  }));
}
