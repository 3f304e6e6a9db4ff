import { round } from '../files/rows.ts';
import { type FloorPeople, trackRecorded } from './floor/people.ts';
import type { Overlaps } from './overlapping.ts';
import type { CameraRun } from './read-cameras.ts';

/** The people whom cameras see on one floor. */
export interface FloorOfSite extends FloorPeople {
  /** Tracklets of each person by the time at which they begin. */
  readonly together: readonly (readonly number[])[];
  /** Of tracklets of a person on the floor the share of the time that it was this person, 0..1. */
  readonly shares: ReadonlyMap<number, number>;
}

/**
 * Tracks on one floor the people of all cameras that see it together; undefined where no two of them do.
 *
 * @param runs whose trajectories, one camera after the other, are the tracklets
 */
export function floorOfSite(runs: readonly CameraRun[], overlaps: Overlaps): FloorOfSite | undefined {
  const { floor } = overlaps;
  if (floor.length === 0) return undefined;
  const cameras = floor.map(({ camera, setup }) => {
    const { document, start, offset = 0 } = runs[camera];
    const { summary, source, trajectories } = document;
    return { ...setup, trajectories, frames: summary.frames, rate: source.frameRate, shift: start + offset };
  });
  const found = trackRecorded(cameras, (a, b) => overlaps.of(floor[a].camera, floor[b].camera));
  const firsts = runs.map((_, c) =>
    runs.slice(0, c).reduce((sum, { document }) => sum + document.trajectories.length, 0),
  );
  const shares = new Map<number, number>();
  const together = [...found.people.values()].map((own) =>
    own.map(({ camera, trajectory, share }) => {
      const tracklet = firsts[floor[camera].camera] + trajectory;
      shares.set(tracklet, share);
      return tracklet;
    }),
  );
  return { ...found, together, shares };
}

/**
 * Where the people of a site were on the floor, as `stream --site` writes it: a line for each person and step. Who was seen too shortly, or
 * too doubtfully, to have a tracklet is left out.
 *
 * @param personOf the person of the site that a tracklet is of
 */
export function floorCsv(
  { paths, people, together }: FloorOfSite,
  startedAt: string | undefined,
  personOf: (tracklet: number) => number,
): string {
  const persons = new Map([...people.keys()].map((id, i) => [id, personOf(together[i][0])]));
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
