import type { Trajectory } from '../../core/trajectory.ts';
import { type RecordedCamera, recordedSteps } from './recorded.ts';
import { FloorTracker } from './tracker.ts';

/** A trajectory goes over to another person when it is that person for so many seconds; what is shorter is a mistake on the floor. */
const OVER_SECONDS = 2;
/** A piece of a trajectory is a person's when it is this person for so much of the time that it is a person's at all, … */
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

/** A trajectory of a camera, or a piece of one that goes over from person to person. */
export interface FloorTracklet {
  /** Indexes of the camera and of the trajectory among its own. */
  readonly camera: number;
  readonly trajectory: number;
  /** Its first row of the trajectory, and the one after its last. */
  readonly from: number;
  readonly to: number;
  /** Of the time that it was a person on the floor, the share that it was the one that it was most, 0..1. */
  readonly share: number;
}

/** The people whom cameras see on one floor. */
export interface FloorPeople {
  readonly paths: FloorPaths;
  /** All trajectories, camera by camera, cut where they go over from person to person. */
  readonly tracklets: readonly FloorTracklet[];
  /** By ids of `paths`: numbers of the tracklets of the person by the time at which they begin. A tracklet is of one person at most. */
  readonly people: ReadonlyMap<number, readonly number[]>;
}

/**
 * Tracks on the floor what cameras have recorded, and finds the tracklets of each person. One that may be of two people is no person's. Two
 * tracklets of a person are at the same time only where both cameras see one place.
 *
 * @param overlapping whether two cameras see one place
 */
export function trackRecorded(
  cameras: readonly RecordedCamera[],
  overlapping: (a: number, b: number) => boolean,
): FloorPeople {
  const tracker = new FloorTracker(cameras);
  const columns = { frames: [] as number[], ids: [] as number[], positions: [] as number[], times: [] as number[] };
  // of each row of each trajectory the person; 0 where it is none
  const persons = cameras.map(({ trajectories }) => trajectories.map(({ frames }) => new Int32Array(frames.length)));
  const rows = cameras.map(({ trajectories }) => new Int32Array(trajectories.length));
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
        const t = tracks[i] - 1;
        persons[camera][t][rows[camera][t]++] = id;
      }
  }
  const pieces = cameras.flatMap(({ trajectories }, camera) =>
    trajectories.flatMap((one, trajectory) =>
      cut(one, persons[camera][trajectory]).map((piece) => ({ camera, trajectory, ...piece })),
    ),
  );
  return {
    paths: {
      frames: Int32Array.from(columns.frames),
      ids: Int32Array.from(columns.ids),
      positions: Float64Array.from(columns.positions),
      times: Float64Array.from(columns.times),
    },
    tracklets: pieces.map(({ camera, trajectory, from, to, share }) => ({ camera, trajectory, from, to, share })),
    people: peopleOf(cameras, pieces, overlapping),
  };
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly share: number;
  /** Whom it may be given to; 0 where it is doubtful. */
  readonly person: number;
  /** Rows that it is this person. */
  readonly count: number;
}

/** Cuts a trajectory where it goes over from one person to another. */
function cut({ times }: Trajectory, persons: Int32Array): Piece[] {
  const stays: { person: number; from: number; last: number }[] = [];
  const add = (person: number, from: number, last: number): void => {
    const before = stays.at(-1);
    if (before?.person === person) before.last = last;
    else stays.push({ person, from, last });
  };
  for (const [row, person] of persons.entries()) if (person > 0) add(person, row, row);
  const long = stays.filter(({ from, last }) => times[last] - times[from] >= OVER_SECONDS);
  stays.length = 0;
  for (const { person, from, last } of long) add(person, from, last);
  const starts = [0, ...stays.slice(1).map(({ from }) => from)];
  return starts.map((from, i) => {
    const to = starts[i + 1] ?? times.length;
    const counts = new Map<number, number>();
    for (const person of persons.subarray(from, to)) counts.set(person, (counts.get(person) ?? 0) + 1);
    const known = to - from - (counts.get(0) ?? 0);
    counts.delete(0);
    const [most, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0]);
    const sure = count >= LEAST_SHARE * known && known >= LEAST_KNOWN * (to - from);
    return { from, to, share: known > 0 ? count / known : 0, person: sure ? most : 0, count };
  });
}

/** Gives the pieces to their people, those that were longest first. */
function peopleOf(
  cameras: readonly RecordedCamera[],
  pieces: readonly (Piece & Pick<FloorTracklet, 'camera' | 'trajectory'>)[],
  overlapping: (a: number, b: number) => boolean,
): Map<number, number[]> {
  const spans = pieces.map(({ camera, trajectory, from, to }) => {
    const { trajectories, shift } = cameras[camera];
    const { times } = trajectories[trajectory];
    return [times[from] + shift, times[to - 1] + shift] as const;
  });
  const together = (a: number, b: number): boolean => {
    const [[from, to], [since, until], c, d] = [spans[a], spans[b], pieces[a].camera, pieces[b].camera];
    return from > until || since > to || (c !== d && overlapping(c, d));
  };
  const people = new Map<number, number[]>();
  const order = [...pieces.keys()].sort((a, b) => pieces[b].count - pieces[a].count);
  for (const piece of order) {
    const { person } = pieces[piece];
    const own = people.get(person) ?? [];
    if (person === 0 || !own.every((other) => together(piece, other))) continue;
    people.set(person, own);
    own.push(piece);
  }
  for (const own of people.values()) own.sort((a, b) => spans[a][0] - spans[b][0]);
  return people;
}
