import { type RecordedCamera, recordedSteps } from './recorded.ts';
import { FloorTracker } from './tracker.ts';

/** A person goes with a trajectory that is this person for so much of the time that it is a person's at all, … */
const LEAST_SHARE = 0.8;
/** … which has to be so much of all its time. */
const LEAST_KNOWN = 0.5;

/** Where people were on the floor, as columns of equal length n in the order of time. */
export interface FloorPaths {
  /** n: number of the step, from 1. */
  readonly frames: Int32Array;
  readonly ids: Int32Array;
  /** n × 2: X, Y in metres. */
  readonly positions: Float64Array;
  /** n: seconds by the clock of the site. */
  readonly times: Float64Array;
}

/** A trajectory of a camera as a part of a person on the floor. */
export interface FloorTrajectory {
  /** Indexes of the camera and of the trajectory among its own. */
  readonly camera: number;
  readonly trajectory: number;
  /** Of the time that it was a person on the floor, the share that it was this one, 0..1. */
  readonly share: number;
}

/** A person whom several cameras may have seen at once. */
export interface FloorPeople {
  readonly paths: FloorPaths;
  /** By ids of `paths`: the trajectories of the person by the time at which they begin. A trajectory is of one person at most. */
  readonly people: ReadonlyMap<number, readonly FloorTrajectory[]>;
}

/**
 * Tracks on the floor what cameras have recorded, and finds the trajectories of each person. A trajectory that may be of two people is no
 * person's. Two trajectories of a person are at the same time only where both cameras see one place.
 *
 * @param overlapping whether two cameras see one place
 */
export function trackRecorded(
  cameras: readonly RecordedCamera[],
  overlapping: (a: number, b: number) => boolean,
): FloorPeople {
  const tracker = new FloorTracker(cameras);
  const columns = { frames: [] as number[], ids: [] as number[], positions: [] as number[], times: [] as number[] };
  const counts = cameras.map(({ trajectories }) => trajectories.map(() => new Map<number, number>()));
  let frame = 0;
  for (const views of recordedSteps(cameras)) {
    frame++;
    const { time, ids, positions, viewIds } = tracker.step(views, Math.max(...views.map((view) => view.time)));
    for (const id of ids) {
      columns.frames.push(frame);
      columns.ids.push(id);
      columns.times.push(time);
    }
    for (const value of positions) columns.positions.push(value);
    for (const [v, { camera, tracks }] of views.entries())
      for (const [i, id] of viewIds[v].entries()) {
        const of = counts[camera][tracks[i] - 1];
        of.set(id, (of.get(id) ?? 0) + 1);
      }
  }
  return {
    paths: {
      frames: Int32Array.from(columns.frames),
      ids: Int32Array.from(columns.ids),
      positions: Float64Array.from(columns.positions),
      times: Float64Array.from(columns.times),
    },
    people: trajectoriesOf(cameras, counts, overlapping),
  };
}

/** Gives each trajectory to the person that it mostly was, those that were longest first. */
function trajectoriesOf(
  cameras: readonly RecordedCamera[],
  counts: readonly (readonly ReadonlyMap<number, number>[])[],
  overlapping: (a: number, b: number) => boolean,
): Map<number, FloorTrajectory[]> {
  const claims = counts.flatMap((own, camera) =>
    own.flatMap((of, trajectory) => {
      const all = [...of.values()].reduce((sum, n) => sum + n, 0);
      const known = all - (of.get(0) ?? 0);
      const [id, n] = [...of].reduce((best, each) => (each[0] > 0 && each[1] > best[1] ? each : best), [0, 0]);
      const sure = n > 0 && n >= LEAST_SHARE * known && known >= LEAST_KNOWN * all;
      return sure ? [{ camera, trajectory, share: n / known, id, n }] : [];
    }),
  );
  const people = new Map<number, FloorTrajectory[]>();
  const span = ({ camera, trajectory }: FloorTrajectory): readonly [number, number] => {
    const { trajectories, shift } = cameras[camera];
    const { times } = trajectories[trajectory];
    return [times[0] + shift, times[times.length - 1] + shift];
  };
  const together = (a: FloorTrajectory, b: FloorTrajectory): boolean => {
    const [[from, to], [since, until]] = [span(a), span(b)];
    return from > until || since > to || (a.camera !== b.camera && overlapping(a.camera, b.camera));
  };
  for (const { id, n: _, ...claim } of claims.sort((a, b) => b.n - a.n)) {
    const own = people.get(id) ?? [];
    if (!own.every((other) => together(claim, other))) continue;
    people.set(id, own);
    own.push(claim);
  }
  for (const own of people.values()) own.sort((a, b) => span(a)[0] - span(b)[0]);
  return people;
}
