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
import { CONFIDENCE, type JoinedTracklets, joinTracklets } from './joining.ts';
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

/** So many people at least are seen by two cameras that seem to see one place. */
const LEAST_ALIKE = 4;
/** Two standard errors of a log-normal distribution to each side hold nineteen of twenty on that side. */
const SIDE = 1.645;

/**
 * Gives the people of several cameras one id each, from what `trackVideo` has written with `saveEmbeddings` (or `savePatches`). Writes
 * `site.json`, `walking-times.csv` and a `<camera>.trajectories.json` of each camera with these ids.
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
  const runs = await readCameras(files, site);
  const outputs = runs.map(({ name }) => join(out, `${name.replaceAll(/[/\\]/g, '_')}.trajectories.json`));
  for (const output of outputs) await refuseInputs(output, ...runs.map(({ file }) => file));
  const { ways, places, directions } = waysOf(runs, site);
  const tracklets = trackletsOf(runs, site?.cameras ?? [], places);
  const odds = await appearanceOf(runs, tracklets, site);
  const offsets = Float64Array.from(runs, ({ offset }) => offset ?? Number.NaN);
  const joined = joinTracklets(tracklets, odds, {
    ...{ cameraCount: runs.length, ways, directions, offsets, confidence: CONFIDENCE },
  });
  const result = describe(
    out,
    runs,
    tracklets,
    joined,
    ways.map(({ name }) => name),
    overlapNotices(runs, odds, site),
  );
  if (site) addFloor(result, site, out);
  for (const notice of result.notices) onNotice?.(notice);
  await makeFolder(out);
  for (const [camera, run] of runs.entries()) await writeTrajectories(outputs[camera], renamed(run, result));
  await OutputFile.put(join(out, 'walking-times.csv'), walkingTimes(result));
  await OutputFile.put(join(out, SITE_JSON), `${JSON.stringify(result, undefined, 1)}\n`);
  return result;
}

async function appearanceOf(
  runs: readonly CameraRun[],
  tracklets: readonly Tracklet[],
  site: Site | undefined,
): Promise<AppearanceOdds> {
  const model = await loadModelOf(runs[0].embeddings, runs[0].file);
  await model.close(); // the similarity of embeddings needs no thread
  return new AppearanceOdds(model, tracklets, (a, b) => overlap(site, runs[a], runs[b]));
}

/** Whether the site file says that two cameras see one place. */
function overlap(site: Site | undefined, a: CameraRun, b: CameraRun): boolean {
  return site?.overlapping?.some((pair) => pair.includes(a.name) && pair.includes(b.name)) ?? false;
}

/** What is said of cameras that seem to see one place: most people of one have their like in the other at the same time. */
function overlapNotices(runs: readonly CameraRun[], odds: AppearanceOdds, site: Site | undefined): Notice[] {
  const notices: Notice[] = [];
  for (const [a, first] of runs.entries())
    for (const [b, second] of runs.entries()) {
      if (b <= a || overlap(site, first, second)) continue;
      const { seen, alike } = odds.together(a, b);
      if (alike < LEAST_ALIKE || alike < seen / 2) continue;
      const [x, y] = [printable(first.name), printable(second.name)];
      const message = `cameras ${x} and ${y} seem to see one place: ${alike} of ${seen} people of ${x} have their like in ${y} at the same time; joins between them may be wrong. Add overlapping: [[${x}, ${y}]] to the site file`;
      notices.push({ code: 'views-overlap', message });
    }
  return notices;
}

function describe(
  out: string,
  runs: readonly CameraRun[],
  tracklets: readonly Tracklet[],
  { people, offsets, ways }: JoinedTracklets,
  names: readonly (readonly [string, string])[],
  overlaps: readonly Notice[],
): SiteRun {
  const time = (seconds: number, camera: number) => round(seconds + offsets.seconds[camera], 1e3);
  const shown = people.map(({ tracklets: own, joins }) =>
    own.map((t, i) => {
      const { camera, id, from, to } = tracklets[t];
      const seen = { camera: runs[camera].name, id, from: time(from, camera), to: time(to, camera) };
      return i === 0 ? seen : { ...seen, confidence: round(joins[i - 1].confidence, 1e3) };
    }),
  );
  shown.sort((a, b) => a[0].from - b[0].from);
  const counts = new Map<number, number>();
  for (const { direction } of people.flatMap(({ joins }) => joins))
    counts.set(direction, (counts.get(direction) ?? 0) + 1);
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
    people: shown.map((own, i) => ({ id: i + 1, from: own[0].from, to: own[own.length - 1].to, tracklets: own })),
    ways: [...counts].map(([direction, count]) => {
      const { way } = ways.directions[direction];
      const [from, to] = direction % 2 === 0 ? names[way] : [names[way][1], names[way][0]];
      const { mu, sigma } = ways.times[direction];
      const seconds = (side: number) => round(Math.exp(mu + side * SIDE * sigma), 10);
      return { from, to, people: count, median: seconds(0), least: seconds(-1), most: seconds(1) };
    }),
    notices: [...overlaps, ...clockNotices(runs, { people, offsets, ways }, names)],
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
function renamed({ name, document }: CameraRun, { people }: SiteRun): CameraRun['document'] {
  const ids = new Map<number, number>();
  for (const { id, tracklets } of people)
    for (const tracklet of tracklets) if (tracklet.camera === name) ids.set(tracklet.id, id);
  const builders = new Map<number, TrajectoryBuilder>();
  const order = [...document.trajectories].sort((a, b) => a.frames[0] - b.frames[0]);
  for (const { id, frames, times, boxes, scores, detected } of order) {
    const person = ids.get(id)!;
    const builder = builders.get(person) ?? new TrajectoryBuilder(person);
    builders.set(person, builder);
    for (let i = 0; i < frames.length; i++) builder.push(frames[i], times[i], boxes, i, scores[i], detected[i] === 1);
  }
  const trajectories: Trajectory[] = [...builders.values()].map((builder) => builder.build());
  return { ...document, summary: { ...document.summary, trajectories: trajectories.length }, trajectories };
}

/** Each walk from one camera to another as a row of CSV (RFC 4180). */
function walkingTimes({ people }: SiteRun): string {
  const rows = people.flatMap(({ id, tracklets }) =>
    tracklets.flatMap((later, i) => {
      const earlier = tracklets[i - 1];
      if (!earlier || earlier.camera === later.camera) return [];
      const seconds = round(later.from - earlier.to, 1e3);
      return [[id, quoted(earlier.camera), quoted(later.camera), earlier.to, later.from, seconds, later.confidence]];
    }),
  );
  const head = 'person,from,to,left,arrived,seconds,confidence';
  return `${[head, ...rows.map((row) => row.join())].join('\r\n')}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
