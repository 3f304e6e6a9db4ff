import type { Trajectory } from '../../trajectories/index.ts';
import type { Cut } from './video-people.ts';
import { clearRows, thinned } from './video-people.ts';

/** A person seen clearly and without a break: whoever it is, all pictures show the same one. */
export interface Piece {
  /** Id of the trajectory. */
  readonly id: number;
  /** Pictures of it in frame order, two or more. */
  readonly cuts: readonly Cut[];
}

/** A longer break, in seconds, may hide that the tracker took somebody else. */
const BREAK = 0.5;

/**
 * The parts of trajectories in which their people are seen clearly and without a break, in order of their start.
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

/** The pieces before a time and those from then on. One that goes on over it ends at it: what comes later is too much like it. */
export function partedAt(
  pieces: readonly Piece[],
  time: number,
): { readonly before: Piece[]; readonly after: Piece[] } {
  const before = pieces
    .map(({ id, cuts }) => ({ id, cuts: cuts.filter((cut) => cut.time < time) }))
    .filter(({ cuts }) => cuts.length > 1);
  return { before, after: pieces.filter(({ cuts }) => cuts[0].time >= time) };
}

/** The pieces that are seen together with another of them: from the others, nothing can be learned about telling people apart. */
export function accompanied(pieces: readonly Piece[]): Piece[] {
  return pieces.filter((piece) => pieces.some((other) => seenTogether(piece, other)));
}
