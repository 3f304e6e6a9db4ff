import { join, relative } from 'node:path';
import { printable } from '../core/errors.ts';
import type { Notice, NoticeSink } from '../core/notices.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { version } from '../core/version.ts';
import { makeFolder } from '../files/make-folder.ts';
import { OutputFile, refuseInputs } from '../files/output-file.ts';
import { round } from '../files/rows.ts';
import { loadModelOf } from '../search/load-model.ts';
import { writeTrajectories } from '../trajectories/index.ts';
import { TrajectoryBuilder } from '../trajectories/trajectory-builder.ts';
import { type FloorOfSite, floorCsv, floorOfSite } from './floor-of-site.ts';
import { CONFIDENCE, type JoinedTracklets, joinTracklets } from './joining.ts';
import { Overlaps } from './overlapping.ts';
import { type CameraRun, readCameras, trackletsOf } from './read-cameras.ts';
import { readSite, type Site } from './site-file.ts';
import { SITE_JSON, type SiteRun } from './site-json.ts';
import { AppearanceOdds, type Tracklet } from './tracklet.ts';
import { waysOf } from './ways-of-site.ts';

/** Settings of {@link linkSite}. */
export interface LinkOptions {
  /** Folder for the results; made when missing. */
  readonly out: string;
  /** Site file with the cameras' clocks and the ways between them; without one appearance and learned walking times decide. */
  readonly site?: string | undefined;
  /** Takes what is found or doubtful, such as clocks that differ. */
  readonly onNotice?: NoticeSink | undefined;
}

/** Name of the file with where people were on the floor. */
const FLOOR_CSV = 'floor.csv';
/** Two standard errors of a log-normal distribution to each side hold nineteen of twenty on that side. */
const SIDE = 1.645;

/**
 * Gives the people of several cameras one id each, from what `trackVideo` has written with `saveEmbeddings` (or `savePatches`). Writes
 * `site.json`, `walking-times.csv` and a `<camera>.trajectories.json` of each camera with these ids, and `floor.csv` where calibrated cameras
 * see one floor together.
 *
 * @param files trajectories, one for each camera; of a site file, those that it does not name itself
 * @returns what `site.json` holds
 * @throws TwintrackError when a file cannot be read or written, or the embeddings are not of one network
 *
 * @example
 * import { linkSite } from 'twintrack/site';
 *
 * const { people } = await linkSite(['hall.trajectories.json', 'yard.trajectories.json'], { out: 'site' });
 * for (const { id, tracklets } of people) console.log(id, tracklets.map(({ camera }) => camera).join(' → '));
 */
export async function linkSite(files: readonly string[], { out, site: path, onNotice }: LinkOptions): Promise<SiteRun> {
  const site = path === undefined ? undefined : await readSite(path);
  const tracked = await readCameras(files, site);
  const overlaps = new Overlaps(tracked, site);
  const floor = floorOfSite(tracked, overlaps);
  const runs = floor?.runs ?? tracked;
  const outputs = runs.map(({ name }) => join(out, `${name.replaceAll(/[/\\]/g, '_')}.trajectories.json`));
  for (const output of outputs) await refuseInputs(output, ...runs.map(({ file }) => file));
  const { ways, places, directions } = waysOf(runs, site);
  const tracklets = trackletsOf(runs, site?.cameras ?? [], places);
  const odds = await appearanceOf(runs, tracklets, overlaps);
  // the clocks of cameras over one floor agree, or are given
  const onFloor = new Set(overlaps.floor.map(({ camera }) => camera));
  const offsets = Float64Array.from(runs, ({ offset }, c) => offset ?? (onFloor.has(c) ? 0 : Number.NaN));
  const { people, ...learned } = joinTracklets(tracklets, odds, {
    ...{ cameraCount: runs.length, ways, directions, offsets, confidence: CONFIDENCE, together: floor?.together },
  });
  const begin = (t: number) => tracklets[t].from + learned.offsets.seconds[tracklets[t].camera];
  const joined = { people: [...people].sort((a, b) => begin(a.tracklets[0]) - begin(b.tracklets[0])), ...learned };
  const ids = new Int32Array(tracklets.length);
  for (const [i, { tracklets: own }] of joined.people.entries()) for (const t of own) ids[t] = i + 1;
  const names = ways.map(({ name }) => name);
  const result = describe(out, runs, tracklets, joined, names, { overlaps, floor, odds });
  if (site) addFloor(result, site, out);
  for (const notice of result.notices) onNotice?.(notice);
  await makeFolder(out);
  let done = 0;
  for (const [camera, run] of runs.entries()) {
    await writeTrajectories(outputs[camera], renamed(run, ids.subarray(done)));
    done += run.document.trajectories.length;
  }
  await OutputFile.put(join(out, 'walking-times.csv'), walkingTimes(result));
  if (floor) await OutputFile.put(join(out, FLOOR_CSV), floorCsv(floor, result.startedAt, ids));
  await OutputFile.put(join(out, SITE_JSON), `${JSON.stringify(result, undefined, 1)}\n`);
  return result;
}

async function appearanceOf(
  runs: readonly CameraRun[],
  tracklets: readonly Tracklet[],
  overlaps: Overlaps,
): Promise<AppearanceOdds> {
  const model = await loadModelOf(runs[0].embeddings, runs[0].file);
  await model.close(); // the similarity of embeddings needs no thread
  return new AppearanceOdds(model, tracklets, (a, b) => overlaps.of(a, b));
}

function describe(
  out: string,
  runs: readonly CameraRun[],
  tracklets: readonly Tracklet[],
  { people, offsets, ways }: JoinedTracklets,
  names: readonly (readonly [string, string])[],
  { overlaps, floor, odds }: { overlaps: Overlaps; floor: FloorOfSite | undefined; odds: AppearanceOdds },
): SiteRun {
  const time = (seconds: number, camera: number) => round(seconds + offsets.seconds[camera], 1e3);
  const shown = people.map(({ tracklets: own, joins }) => {
    const joined = new Map(joins.map(({ later, confidence }) => [later, confidence]));
    return own.map((t, i) => {
      const { camera, id, from, to } = tracklets[t];
      const seen = { camera: runs[camera].name, id, from: time(from, camera), to: time(to, camera) };
      const confidence = joined.get(t) ?? floor?.shares.get(t) ?? 0;
      return i === 0 ? seen : { ...seen, confidence: round(confidence, 1e3) };
    });
  });
  const counts = new Map<number, number>();
  for (const { direction } of people.flatMap(({ joins }) => joins)) {
    const { from, to } = ways.directions[direction];
    if (!overlaps.of(from, to)) counts.set(direction, (counts.get(direction) ?? 0) + 1);
  }
  const started = runs.flatMap(({ document }) => document.source.startedAt ?? []);
  return {
    schema: 'twintrack/site',
    version: 1,
    generator: `twintrack ${version}`,
    ...(started.length === runs.length && { startedAt: started.sort((a, b) => Date.parse(a) - Date.parse(b))[0] }),
    cameras: runs.map(({ name, file, document, start, offset }, camera) => ({
      ...{
        name,
        source: document.source.name,
        trajectories: relative(out, file),
        start,
        offset: round(offsets.seconds[camera], 1e3),
      },
      ...(offset === undefined && offsets.errors[camera] > 0 && { offsetError: round(offsets.errors[camera], 1e3) }),
    })),
    ...(overlaps.names.length > 0 && { overlapping: overlaps.names }),
    people: shown.map((own, i) => {
      const to = own.reduce((latest, seen) => Math.max(latest, seen.to), own[0].to);
      return { id: i + 1, from: own[0].from, to, tracklets: own };
    }),
    ways: [...counts].map(([direction, count]) => {
      const { way } = ways.directions[direction];
      const [from, to] = direction % 2 === 0 ? names[way] : [names[way][1], names[way][0]];
      const { mu, sigma } = ways.times[direction];
      const seconds = (side: number) => round(Math.exp(mu + side * SIDE * sigma), 10);
      return { from, to, people: count, median: seconds(0), least: seconds(-1), most: seconds(1) };
    }),
    notices: [...overlaps.notices(odds), ...clockNotices(runs, { people, offsets, ways }, names)],
  };
}

/** Adds what the site file says of the floor, for the report. */
function addFloor(run: SiteRun, { cameras, floor }: Site, out: string): void {
  for (const camera of run.cameras) {
    const calibration = cameras.find(({ name }) => name === camera.name)?.calibration;
    if (calibration) camera.calibration = calibration;
  }
  if (floor) run.floor = { ...floor, picture: relative(out, floor.picture) };
}

/** What is said of clocks that were found to be wrong. */
function clockNotices(
  runs: readonly CameraRun[],
  { offsets }: JoinedTracklets,
  names: readonly (readonly [string, string])[],
): Notice[] {
  return runs.flatMap(({ name, offset }, camera) => {
    const seconds = offsets.seconds[camera];
    if (offset !== undefined || seconds === 0) return [];
    const on = offsets.ways.filter(({ way }) => names[way].some((end) => end === name || end.startsWith(`${name}.`)));
    const seen = on.map(({ way, there, back }) =>
      Number.isNaN(there)
        ? `the walking time of ${names[way].join(' to ')}`
        : `${there.toFixed(1)} s from ${names[way].join(' to ')} and ${back.toFixed(1)} s back`,
    );
    const ahead = `its clock is ${Math.abs(seconds).toFixed(1)} s (± ${offsets.errors[camera].toFixed(1)}) ${seconds < 0 ? 'ahead' : 'behind'}`;
    const fix = `set offset: ${seconds.toFixed(1)}, or 0 if that is wrong`;
    return [{ code: 'clock-offset', message: `camera ${printable(name)}: ${ahead}, by ${seen.join(', ')}; ${fix}` }];
  });
}

/** The document of a camera with the ids of the site. */
function renamed({ document }: CameraRun, ids: ArrayLike<number>): CameraRun['document'] {
  const builders = new Map<number, TrajectoryBuilder>();
  const order = [...document.trajectories.keys()].sort(
    (a, b) => document.trajectories[a].frames[0] - document.trajectories[b].frames[0],
  );
  for (const t of order) {
    const { frames, times, boxes, scores, detected } = document.trajectories[t];
    const builder = builders.get(ids[t]) ?? new TrajectoryBuilder(ids[t]);
    builders.set(ids[t], builder);
    for (let i = 0; i < frames.length; i++) builder.push(frames[i], times[i], boxes, i, scores[i], detected[i] === 1);
  }
  const trajectories: Trajectory[] = [...builders.values()].map((builder) => builder.build());
  return { ...document, summary: { ...document.summary, trajectories: trajectories.length }, trajectories };
}

/** Each walk from one camera to another that sees another place, as a row of CSV (RFC 4180). */
function walkingTimes({ people, overlapping = [] }: SiteRun): string {
  const rows = people.flatMap(({ id, tracklets }) => {
    let [earlier] = tracklets; // the one that has ended last
    return tracklets.flatMap((later) => {
      const { camera, to } = earlier;
      if (later.to >= to) earlier = later;
      const apart =
        later.camera !== camera && !overlapping.some((pair) => pair.includes(camera) && pair.includes(later.camera));
      if (!apart) return [];
      return [
        [id, quoted(camera), quoted(later.camera), to, later.from, round(later.from - to, 1e3), later.confidence],
      ];
    });
  });
  const head = 'person,from,to,left,arrived,seconds,confidence';
  return `${[head, ...rows.map((row) => row.join())].join('\r\n')}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
