import type { Reidentification } from '../appearance/reid.ts';
import type { Boxes } from '../core/geometry.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { CameraPath } from './camera-path.ts';
import type { FollowedTrajectory } from './collector.ts';
import { link, type WholeTrajectory } from './link.ts';
import type { RefinementParameters } from './refinement-parameters.ts';
import { chooseDeviations, smooth } from './smoothing.ts';
import type { Timeline } from './timeline.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** A person unseen for longer than this many seconds may be hidden or away. */
const LONG_GAP = 1;

/**
 * Refines trajectories once the whole video is known: doubtful ones are dropped, boxes are smoothed by what comes before and after, and
 * short gaps are filled, all as seen by a camera that stands still. Where there are embeddings, pieces of one person's way are linked
 * first, under the earliest id; other ids stay. The input is not changed.
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
  const linked = reid
    ? link(trajectories, timeline, reid)
    : trajectories.map((trajectory) => ({ ...trajectory, pieces: [trajectory.id] }));
  const kept = linked
    .map((trajectory) => ({ trajectory, confidence: confidence(trajectory, timeline) }))
    .filter((person) => person.confidence >= parameters.minConfidence);
  const path = new CameraPath(timeline);
  path.removeShake(kept.map(({ trajectory }) => trajectory));
  const still = kept.map(({ trajectory }) => path.moved(trajectory, -1));
  const { smoothSeconds, fillSeconds, fillConfidence } = parameters;
  const deviations = smoothSeconds === 'auto' ? chooseDeviations(still) : new Array<number>(4).fill(smoothSeconds);
  return kept.map((person, i) => {
    const smoothed = smooth(still[i], deviations);
    const filled = person.confidence >= fillConfidence ? fill(smoothed, timeline, fillSeconds) : smoothed;
    return { ...path.moved(filled, 1), pieces: person.trajectory.pieces };
  });
}

/**
 * How sure it is that a trajectory is a person: the mean score of its detections, times the share of frames in which it is seen. False
 * detections come and go, whatever the detector; long gaps, in which a person may be hidden or away, do not count.
 */
function confidence({ frames, times, scores }: Trajectory, timeline: Timeline): number {
  let looked = 1;
  for (let i = 1; i < frames.length; i++) {
    const isGap = times[i] - times[i - 1] > LONG_GAP;
    looked += isGap ? 1 : timeline.looked(timeline.rowOf(frames[i])) - timeline.looked(timeline.rowOf(frames[i - 1]));
  }
  return scores.reduce((sum, score) => sum + score, 0) / looked;
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
