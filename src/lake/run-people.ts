import { GONE_SECONDS } from '../analytics/events.ts';
import { type AreaEvent, type Areas, eventReader } from '../analytics/index.ts';
import { inputError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { streamTrajectories, type TrajectoriesFooter, type TrajectoriesHeader } from '../trajectories/index.ts';
import { isAddress } from './camera-name.ts';

/** A person of a run. Times are in seconds from its start. */
export interface RunPerson {
  readonly trajectory: Trajectory;
  /** Who it is, among all of the camera: ids of a live camera go on from file to file, those of videos begin anew in each. */
  readonly person: string;
  /** When they were in the picture: unseen for longer than 10 s they left when they were last seen, and came back. */
  readonly stays: readonly (readonly [from: number, to: number])[];
  /** What they did at lines and zones. */
  readonly events: readonly AreaEvent[];
}

/** When a run began, in milliseconds since 1970. @throws TwintrackError when it does not say so */
export function startOfRun(file: string, { source }: TrajectoriesHeader): number {
  if (source.startedAt !== undefined) return Date.parse(source.startedAt);
  const reason = 'does not say when its video began, and times of the clock are needed';
  throw inputError(file, reason, 'track the video with --started-at');
}

/** A moment as names of files have it: 20261128T080000Z. */
export function stampOf(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.000/g, '');
}

/**
 * The people of a trajectories file, one by one. Errors as `streamTrajectories`.
 *
 * @param series in which an id is one person; default the video, of a live camera all its files
 */
export async function* runPeople(
  file: string,
  header: TrajectoriesHeader,
  camera: string,
  areas: Areas,
  series?: string,
): AsyncGenerator<RunPerson, TrajectoriesFooter> {
  const own = isAddress(header.source.name) ? '' : stampOf(startOfRun(file, header));
  const within = series ?? own;
  const eventsOf = eventReader(areas);
  const trajectories = streamTrajectories(file);
  let next = await trajectories.next();
  for (; !next.done; next = await trajectories.next()) {
    const { id } = next.value;
    const person = `${camera}/${within && `${within}/`}${id}`;
    yield { trajectory: next.value, person, stays: staysOf(next.value), events: eventsOf(next.value) };
  }
  return next.value;
}

function staysOf({ times }: Trajectory): [from: number, to: number][] {
  const stays: [number, number][] = [[times[0], times[0]]];
  for (const time of times) {
    const last = stays[stays.length - 1];
    if (time - last[1] > GONE_SECONDS) stays.push([time, time]);
    else last[1] = time;
  }
  return stays;
}
