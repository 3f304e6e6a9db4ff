import type { Trajectory } from '../../core/trajectory.ts';
import type { SiteRun } from '../site-json.ts';

/** Part of a trajectory that is one person's: `link` may have cut it between two. */
export interface OwnPiece<Person> {
  readonly person: Person;
  /** First and last time, in seconds by the clock of the camera's document. */
  readonly from: number;
  readonly to: number;
}

/** Far less than the time between two frames: times by the two clocks differ by rounding. */
const ROUNDING = 0.001;

/** Whose the trajectories of a camera are, by the id in its own document. Those of people who are not listed are missing. */
export function piecesOf<Person extends Pick<SiteRun['people'][number], 'tracklets'>>(
  { name, shift }: { readonly name: string; readonly shift: number },
  people: readonly Person[],
): Map<number, OwnPiece<Person>[]> {
  const pieces = new Map<number, OwnPiece<Person>[]>();
  for (const person of people)
    for (const { camera, id, from, to } of person.tracklets) {
      if (camera !== name) continue;
      const piece = { person, from: from - shift - ROUNDING, to: to - shift + ROUNDING };
      pieces.set(id, [...(pieces.get(id) ?? []), piece]);
    }
  return pieces;
}

/** The rows of a trajectory that are in a piece; undefined where there are none. */
export function rowsOf(
  trajectory: Trajectory,
  { from, to }: Pick<OwnPiece<unknown>, 'from' | 'to'>,
): Trajectory | undefined {
  const { times } = trajectory;
  const first = times.findIndex((time) => time >= from);
  const end = times.findLastIndex((time) => time <= to) + 1;
  if (first < 0 || end <= first) return undefined;
  return {
    id: trajectory.id,
    frames: trajectory.frames.subarray(first, end),
    times: times.subarray(first, end),
    boxes: trajectory.boxes.subarray(4 * first, 4 * end),
    scores: trajectory.scores.subarray(first, end),
    detected: trajectory.detected.subarray(first, end),
  };
}
