import type { Reidentification } from '../appearance/reid.ts';
import { assign, toCandidates } from '../association/assignment.ts';
import type { Boxes } from '../core/geometry.ts';
import { logOdds } from '../core/probability.ts';
import type { Trajectory } from '../core/trajectory.ts';
import type { FollowedTrajectory } from './collector.ts';
import { byStart, linkPairs, startingAfter } from './link-pairs.ts';
import { linkLogOdds } from './link-score.ts';
import type { Timeline } from './timeline.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** A person's whole way. */
export interface WholeTrajectory extends Trajectory {
  /** The ids that the tracker gave the pieces of it, in their order; the first is the trajectory's own. */
  readonly pieces: readonly number[];
}

/**
 * Links the pieces of a person's way over gaps, now that it is known what came later: in one assignment over the whole video each piece is
 * followed by at most one, so that the sum of the log-odds is greatest (Zhang, Li and Nevatia 2008). Boxes link over short gaps, see
 * {@link linkPairs}, where appearance adds its log-odds to theirs; and appearance links by the tracker's rules, over long gaps as well.
 *
 * @param trajectories by rising id, with galleries where there are embeddings
 * @param timeline has how the picture moved in between
 * @param reid the tracker's, when it compared appearance
 * @returns the linked ways under the id of their first piece, and all others as they are, in the same order
 */
export function link(
  trajectories: readonly FollowedTrajectory[],
  timeline: Timeline,
  reid?: Reidentification,
): WholeTrajectory[] {
  const n = trajectories.length;
  const gains = new Map<number, number>();
  const add = (i: number, j: number, gain: number): void => {
    if (gain > (gains.get(i * n + j) ?? 0)) gains.set(i * n + j, gain);
  };
  const pairs = linkPairs(trajectories, timeline);
  const scores = linkLogOdds(pairs);
  for (let k = 0; k < pairs.length; k++) {
    if (!(scores[k] > 0)) continue; // appearance alone links by the tracker's rules only
    const [i, j] = [pairs.earlier[k], pairs.later[k]];
    const similarity = reid?.likeness(trajectories[i], trajectories[j]) ?? Number.NaN;
    add(i, j, Number.isNaN(similarity) ? scores[k] : scores[k] + logOdds(similarity));
  }
  if (reid) for (const [i, j, similarity] of alike(trajectories, timeline, reid)) add(i, j, logOdds(similarity));
  const candidates = [...gains].map(([pair, gain]) => [Math.floor(pair / n), pair % n, -gain] as const);
  return joined(trajectories, assign(toCandidates(candidates), n, n, 0));
}

/** Pairs that appearance links, with their similarities. */
function* alike(
  trajectories: readonly FollowedTrajectory[],
  timeline: Timeline,
  reid: Reidentification,
): Generator<readonly [earlier: number, later: number, similarity: number]> {
  const order = byStart(trajectories);
  for (const [i, earlier] of trajectories.entries()) {
    const last = earlier.times[earlier.times.length - 1];
    const left = earlier.boxes.subarray(-4);
    for (const j of startingAfter(order, trajectories, last)) {
      const later = trajectories[j];
      const gap = later.times[0] - last;
      if (!reid.mayReturn(left, gap)) break; // nor any that starts later
      const observed = movedOn(earlier, later, timeline);
      const entered = { gallery: later.gallery, observed: later.boxes.subarray(0, 4) };
      const similarity = reid.resemblance({ gallery: earlier.gallery, observed }, entered, gap);
      if (similarity > 0) yield [i, j, similarity];
    }
  }
}

/** @param next for each piece the one that follows, or −1 */
function joined(trajectories: readonly Trajectory[], next: Int32Array): WholeTrajectory[] {
  const continuations = new Set(next);
  return trajectories.flatMap((first, i) => {
    if (continuations.has(i)) return [];
    if (next[i] < 0) return [{ ...first, pieces: [first.id] }];
    const pieces: number[] = [];
    const whole = new TrajectoryBuilder(first.id);
    for (let k = i; k >= 0; k = next[k]) {
      const { id, frames, times, boxes, scores, detected } = trajectories[k];
      pieces.push(id);
      for (let row = 0; row < frames.length; row++)
        whole.push(frames[row], times[row], boxes, row, scores[row], detected[row] === 1);
    }
    return [{ ...whole.build(), pieces }];
  });
}

/** The last box of `earlier`, moved with the picture until `later` was seen. */
function movedOn(earlier: FollowedTrajectory, later: FollowedTrajectory, timeline: Timeline): Boxes {
  const box = earlier.boxes.slice(-4);
  const from = timeline.rowOf(earlier.frames[earlier.frames.length - 1]);
  const to = timeline.rowOf(later.frames[0]);
  for (const axis of [0, 1] as const) box[axis] += timeline.origin(to, axis) - timeline.origin(from, axis);
  return box;
}
