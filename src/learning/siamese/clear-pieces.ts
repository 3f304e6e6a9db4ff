import type { Trajectory } from '../../trajectories/index.ts';
import type { Cut } from './video-people.ts';
import { clearRows, thinned } from './video-people.ts';

/** A piece of a trajectory in which a person is seen clearly and without a break: all of its pictures show the same person. */
export interface Piece {
  /** Id of the trajectory. */
  readonly id: number;
  /** Pictures of it in frame order, two or more. */
  readonly cuts: readonly Cut[];
}

/** A longer break, in seconds, may hide an identity switch. */
const BREAK = 0.5;

/**
 * The pieces of trajectories in which people are seen clearly and without a break, in order of their start.
 *
 * @param width size of the picture in pixels
 */
export function clearPieces(trajectories: readonly Trajectory[], width: number, height: number): Piece[] {
  const rows = clearRows(trajectories, width, height);
  return trajectories
    .flatMap((trajectory, t) =>
      unbroken(rows[t], trajectory).map((part) => ({ id: trajectory.id, cuts: thinned(part, trajectory) })),
    )
    .filter(({ cuts }) => cuts.length > 1)
    .sort((a, b) => a.cuts[0].time - b.cuts[0].time);
}

function unbroken(rows: Int32Array, { times }: Trajectory): Int32Array[] {
  const parts: number[][] = [];
  for (const [k, row] of rows.entries()) {
    if (k > 0 && times[row] - times[rows[k - 1]] <= BREAK) parts[parts.length - 1].push(row);
    else parts.push([row]);
  }
  return parts.map((part) => Int32Array.from(part));
}

/** Whether two pieces show different people for certain: they are of different trajectories and seen at the same time. */
export function seenTogether(a: Piece, b: Piece): boolean {
  const [startA, endA] = [a.cuts[0].time, a.cuts[a.cuts.length - 1].time];
  const [startB, endB] = [b.cuts[0].time, b.cuts[b.cuts.length - 1].time];
  return a.id !== b.id && startA <= endB && startB <= endA;
}

/** The pieces before a time and those that start from then on. One that spans the time ends there: the rest is too similar to it. */
export function partedAt(
  pieces: readonly Piece[],
  time: number,
): { readonly before: Piece[]; readonly after: Piece[] } {
  const before = pieces
    .map(({ id, cuts }) => ({ id, cuts: cuts.filter((cut) => cut.time < time) }))
    .filter(({ cuts }) => cuts.length > 1);
  return { before, after: pieces.filter(({ cuts }) => cuts[0].time >= time) };
}

/** The pieces seen together with another of them: the others give no pair of two people. */
export function accompanied(pieces: readonly Piece[]): Piece[] {
  return pieces.filter((piece) => pieces.some((other) => seenTogether(piece, other)));
}
