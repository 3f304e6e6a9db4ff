import type { Trajectory } from '../core/trajectory.ts';
import type { Timeline } from './timeline.ts';

/** A person unseen for longer than this many seconds may be hidden or away. */
const LONG_GAP = 1;

/**
 * How sure it is that a trajectory is a person: the mean score of its detections, times the share of frames in which it is seen. False
 * detections come and go, whatever the detector; long gaps, in which a person may be hidden or away, do not count.
 */
export function confidence({ frames, times, scores }: Trajectory, timeline: Timeline): number {
  let looked = 1;
  for (let i = 1; i < frames.length; i++) {
    const isGap = times[i] - times[i - 1] > LONG_GAP;
    looked += isGap ? 1 : timeline.looked(timeline.rowOf(frames[i])) - timeline.looked(timeline.rowOf(frames[i - 1]));
  }
  return scores.reduce((sum, score) => sum + score, 0) / looked;
}
