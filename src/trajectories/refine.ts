import type { Reidentification } from '../appearance/reid.ts';
import type { Boxes } from '../core/geometry.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { CameraPath } from './camera-path.ts';
import type { FollowedTrajectory } from './collector.ts';
import { confidence } from './confidence.ts';
import { link, type WholeTrajectory } from './link.ts';
import type { RefinementParameters } from './refinement-parameters.ts';
import { chooseDeviations, smooth } from './smoothing.ts';
import type { Timeline } from './timeline.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/**
 * Refines trajectories once the whole video is known: doubtful ones are dropped, pieces of one person's way are linked under the earliest id,
 * boxes are smoothed by what comes before and after, and short gaps are filled, all as seen by a camera that stands still. Other ids
 * stay. The input is not changed.
 *
 * @param trajectories the boxes as detected, see `TrajectoryCollector`; source pixels
 * @param timeline the frames of the video: gaps are filled in these
 * @param reid the tracker's, when it compared appearance
 */
export function refine(
  trajectories: readonly FollowedTrajectory[],
  timeline: Timeline,
  parameters: RefinementParameters,
  reid?: Reidentification,
): WholeTrajectory[] {
  const sure = trajectories.filter((trajectory) => confidence(trajectory, timeline) >= parameters.minConfidence);
  const people = link(sure, timeline, reid);
  const path = new CameraPath(timeline);
  path.removeShake(people);
  const still = people.map((person) => path.moved(person, -1));
  const { smoothSeconds, fillSeconds, fillConfidence } = parameters;
  const deviations = smoothSeconds === 'auto' ? chooseDeviations(still) : new Array<number>(4).fill(smoothSeconds);
  return people.map((person, i) => {
    const smoothed = smooth(still[i], deviations);
    const filled = confidence(person, timeline) >= fillConfidence ? fill(smoothed, timeline, fillSeconds) : smoothed;
    return { ...path.moved(filled, 1), pieces: person.pieces };
  });
}

/** Puts boxes on the straight way between two detections no more than `most` seconds apart. */
function fill(trajectory: Trajectory, timeline: Timeline, most: number): Trajectory {
  const { id, frames, times, boxes, scores } = trajectory;
  const filled = new TrajectoryBuilder(id);
  const between: Boxes = new Float64Array(4);
  for (let i = 0; i < frames.length; i++) {
    filled.push(frames[i], times[i], boxes, i, scores[i], true);
    if (i + 1 === frames.length || times[i + 1] - times[i] > most) continue;
    for (let row = timeline.rowOf(frames[i] + 1); timeline.index(row) < frames[i + 1]; row++) {
      const part = (timeline.time(row) - times[i]) / (times[i + 1] - times[i]);
      for (let k = 0; k < 4; k++) between[k] = (1 - part) * boxes[4 * i + k] + part * boxes[4 * i + 4 + k];
      filled.push(timeline.index(row), timeline.time(row), between, 0, scores[i], false);
    }
  }
  return filled.build();
}
