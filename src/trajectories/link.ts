import type { Reidentification } from '../appearance/reid.ts';
import { assign, toCandidates } from '../association/assignment.ts';
import type { Boxes } from '../core/geometry.ts';
import type { Trajectory } from '../core/trajectory.ts';
import type { FollowedTrajectory } from './collector.ts';
import type { Timeline } from './timeline.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** A person's whole way. */
export interface WholeTrajectory extends Trajectory {
  /** The ids that the tracker gave the pieces of it, in their order; the first is the trajectory's own. */
  readonly pieces: readonly number[];
}

/**
 * Links the pieces of a person's way over gaps. The tracker re-identifies a person by the first patch; now all that was seen
 * of both is known. Under the same rules as there, the pieces most alike follow each other (Hungarian method), each at most one.
 *
 * @param trajectories by rising id, with galleries; those without are left alone
 * @param timeline has how the picture moved in between
 * @returns the linked ways under the id of their first piece, and all others as they are, in the same order
 */
export function link(
  trajectories: readonly FollowedTrajectory[],
  timeline: Timeline,
  reid: Reidentification,
): WholeTrajectory[] {
  const pairs: [earlier: number, later: number, cost: number][] = [];
  trajectories.forEach((earlier, i) => {
    const left = earlier.boxes.subarray(-4);
    trajectories.forEach((later, j) => {
      const gap = later.times[0] - earlier.times[earlier.times.length - 1];
      if (!(gap > 0) || !reid.mayReturn(left, gap)) return;
      const observed = movedOn(earlier, later, timeline);
      const entered = { gallery: later.gallery, observed: later.boxes.subarray(0, 4) };
      const similarity = reid.resemblance({ gallery: earlier.gallery, observed }, entered, gap);
      if (similarity > 0) pairs.push([i, j, -similarity]);
    });
  });
  const next = assign(toCandidates(pairs), trajectories.length, trajectories.length, 0);
  const continuations = new Set(next);
  return trajectories.flatMap((first, i) => {
    if (continuations.has(i)) return [];
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
