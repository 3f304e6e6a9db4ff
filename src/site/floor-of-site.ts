import type { Trajectory } from '../core/trajectory.ts';
import { round } from '../files/rows.ts';
import { type FloorPeople, trackRecorded } from './floor/people.ts';
import type { Overlaps } from './overlapping.ts';
import type { CameraRun } from './read-cameras.ts';

/** What cameras see together on one floor. */
export interface FloorOfSite extends FloorPeople {
  /** The runs, with each trajectory that goes over from person to person cut into several of one id. */
  readonly runs: readonly CameraRun[];
  /** Of each person the numbers of its tracklets, which are all trajectories of `runs`, one camera after the other. */
  readonly together: readonly (readonly number[])[];
  /** Of tracklets of people on the floor the share of the time that it was this person, 0..1. */
  readonly shares: ReadonlyMap<number, number>;
}

/** Tracks on one floor the people of all cameras that see it together; undefined where no two of them do. */
export function floorOfSite(runs: readonly CameraRun[], overlaps: Overlaps): FloorOfSite | undefined {
  const { floor } = overlaps;
  if (floor.length === 0) return undefined;
  const cameras = floor.map(({ camera, setup }) => {
    const { document, start, offset = 0 } = runs[camera];
    const { summary, source, trajectories } = document;
    return { ...setup, trajectories, frames: summary.frames, rate: source.frameRate, shift: start + offset };
  });
  const found = trackRecorded(cameras, (a, b) => overlaps.of(floor[a].camera, floor[b].camera));
  const pieces = runs.map(({ document }, run) => {
    const camera = floor.findIndex((one) => one.camera === run);
    if (camera < 0) return document.trajectories;
    const own = found.tracklets.filter((tracklet) => tracklet.camera === camera);
    return own.map(({ trajectory, from, to }) => rowsOf(document.trajectories[trajectory], from, to));
  });
  const firsts = pieces.map((_, run) => pieces.slice(0, run).reduce((sum, { length }) => sum + length, 0));
  const firstOfCamera = floor.map((_, camera) => found.tracklets.findIndex((tracklet) => tracklet.camera === camera));
  const shares = new Map<number, number>();
  const together = [...found.people.values()].map((own) =>
    own.map((piece) => {
      const { camera, share } = found.tracklets[piece];
      const tracklet = firsts[floor[camera].camera] + piece - firstOfCamera[camera];
      shares.set(tracklet, share);
      return tracklet;
    }),
  );
  const cut = runs.map((run, i) => ({ ...run, document: { ...run.document, trajectories: pieces[i] } }));
  return { ...found, runs: cut, together, shares };
}

/** A part of a trajectory. */
function rowsOf({ id, frames, times, boxes, scores, detected }: Trajectory, from: number, to: number): Trajectory {
  return {
    ...{ id, frames: frames.subarray(from, to), times: times.subarray(from, to) },
    ...{ boxes: boxes.subarray(4 * from, 4 * to), scores: scores.subarray(from, to) },
    detected: detected.subarray(from, to),
  };
}

/**
 * Where the people of a site were on the floor, as `stream --site` writes it: a line for each person and step. Who was seen too shortly, or
 * too doubtfully, to have a tracklet is left out.
 *
 * @param ids the person of the site that each tracklet is of
 */
export function floorCsv(
  { paths, people, together }: FloorOfSite,
  startedAt: string | undefined,
  ids: Int32Array,
): string {
  const persons = new Map([...people.keys()].map((id, i) => [id, ids[together[i][0]]]));
  const lengths = new Map<number, number>();
  for (const id of paths.ids) lengths.set(id, (lengths.get(id) ?? 0) + 1);
  const began = startedAt === undefined ? undefined : Date.parse(startedAt);
  const lines = ['frame,id,X,Y,time'];
  for (let from = 0, to = 0; from < paths.ids.length; from = to) {
    while (paths.frames[to] === paths.frames[from]) to++;
    const rows = new Map<number, number>(); // of each person
    for (let i = from; i < to; i++) {
      const person = persons.get(paths.ids[i]);
      if (person === undefined) continue;
      const other = rows.get(person);
      // of two paths of one person, one may not have ended when the other begins
      if (other === undefined || lengths.get(paths.ids[i])! > lengths.get(paths.ids[other])!) rows.set(person, i);
    }
    const seconds = paths.times[from];
    const time = began === undefined ? round(seconds, 1e3) : new Date(began + 1000 * seconds).toISOString();
    for (const [person, i] of rows) {
      const [x, y] = paths.positions.subarray(2 * i, 2 * i + 2);
      lines.push(`${paths.frames[i]},${person},${x.toFixed(3)},${y.toFixed(3)},${time}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
