import type { Reidentification } from '../appearance/reid.ts';
import type { Boxes } from '../core/geometry.ts';
import type { Trajectory } from '../core/trajectory.ts';
import type { FollowedTrajectory } from './collector.ts';
import { link, type WholeTrajectory } from './link.ts';
import type { RefinementParameters } from './refinement-parameters.ts';
import type { Timeline } from './timeline.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** Weight of a detection of score 0 in smoothing, against 1 more for one of score 1. */
const LEAST_WEIGHT = 0.2;
/** Detections farther in time than this many standard deviations do not count. */
const REACH = 3;

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
  return linked
    .filter((trajectory) => meanScore(trajectory) >= parameters.minMeanScore)
    .map(({ pieces, ...trajectory }) => {
      const smoothed = smooth(moved(trajectory, timeline, -1), parameters.smoothSeconds);
      return { ...moved(fill(smoothed, timeline, parameters.fillSeconds), timeline, 1), pieces };
    });
}

/** The boxes as seen from where the camera was at first (`sign` −1), or from there as they are in the pictures (1). */
function moved(trajectory: Trajectory, timeline: Timeline, sign: 1 | -1): Trajectory {
  const boxes = trajectory.boxes.slice();
  trajectory.frames.forEach((frame, i) => {
    const row = timeline.rowOf(frame);
    boxes[4 * i] += sign * timeline.origin(row, 0);
    boxes[4 * i + 1] += sign * timeline.origin(row, 1);
  });
  return { ...trajectory, boxes };
}

function meanScore({ scores }: Trajectory): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/**
 * Each box as the straight line through its neighbours in time gives it: a local linear fit of centre and size (Cleveland 1979)
 * with Gaussian weights in time and the scores' in trust. What moves evenly stays as it is, up to the ends.
 *
 * @param deviation standard deviation of the weights in seconds; 0 leaves all as it is
 */
function smooth(trajectory: Trajectory, deviation: number): Trajectory {
  if (deviation === 0) return trajectory;
  const { times, boxes, scores } = trajectory;
  const n = times.length;
  const smoothed: Boxes = new Float64Array(4 * n);
  const fit = new LineFit();
  let from = 0;
  for (let i = 0; i < n; i++) {
    while (times[i] - times[from] > REACH * deviation) from++;
    fit.clear();
    for (let j = from; j < n && times[j] - times[i] <= REACH * deviation; j++) {
      const t = times[j] - times[i];
      fit.add(t, boxes, j, (LEAST_WEIGHT + scores[j]) * Math.exp(-((t / deviation) ** 2) / 2));
    }
    fit.read(smoothed, i);
  }
  return { ...trajectory, boxes: smoothed };
}

/** Weighted least-squares lines through boxes over time: centre x, centre y, width and height each on their own. */
class LineFit {
  private readonly sums = new Float64Array(4);
  private readonly slopes = new Float64Array(4);
  private weight = 0;
  private moment = 0;
  private spread = 0;

  clear(): void {
    this.sums.fill(0);
    this.slopes.fill(0);
    this.weight = 0;
    this.moment = 0;
    this.spread = 0;
  }

  /** Adds the box in row `i` at time `t`. */
  add(t: number, boxes: Boxes, i: number, weight: number): void {
    this.weight += weight;
    this.moment += weight * t;
    this.spread += weight * t * t;
    for (let k = 0; k < 4; k++) {
      const value = k < 2 ? boxes[4 * i + k] + boxes[4 * i + k + 2] / 2 : boxes[4 * i + k];
      this.sums[k] += weight * value;
      this.slopes[k] += weight * t * value;
    }
  }

  /** Writes the box at time 0 to row `i`. */
  read(out: Boxes, i: number): void {
    const { weight, moment, spread, sums, slopes } = this;
    const determinant = weight * spread - moment * moment;
    const isLine = determinant > 1e-9 * weight * weight;
    for (let k = 0; k < 4; k++) {
      const mean = sums[k] / weight;
      const value = isLine ? (spread * sums[k] - moment * slopes[k]) / determinant : mean;
      out[4 * i + k] = k < 2 ? value : Math.max(value, mean / 2); // a line may run below 0, a size may not
    }
    out[4 * i] -= out[4 * i + 2] / 2;
    out[4 * i + 1] -= out[4 * i + 3] / 2;
  }
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
