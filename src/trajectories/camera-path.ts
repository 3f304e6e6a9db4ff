import type { Trajectory } from '../core/trajectory.ts';
import { smooth } from './smoothing.ts';
import type { Timeline } from './timeline.ts';

/** How far a person's way is smoothed to see what of it is the camera's shake, seconds. */
const DEVIATION = 0.25;
/** Shake is measured where so many people are seen, who are seen so often. */
const LEAST_PEOPLE = 3;
const LEAST_BOXES = 5;
const MOST_ROUNDS = 8;

/** Where the camera points in each frame: as the tracker followed it, less the shake that was left. */
export class CameraPath {
  private readonly timeline: Timeline;
  /** Of each frame, x and y in pixels. */
  private readonly shake: Float64Array;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.shake = new Float64Array(2 * timeline.length);
  }

  /** The boxes as seen from where the camera was at first (`sign` −1), or from there as they are in the pictures (1). */
  moved(trajectory: Trajectory, sign: 1 | -1): Trajectory {
    const boxes = trajectory.boxes.slice();
    trajectory.frames.forEach((frame, i) => {
      const row = this.timeline.rowOf(frame);
      for (const axis of [0, 1] as const)
        boxes[4 * i + axis] += sign * (this.timeline.origin(row, axis) + this.shake[2 * row + axis]);
    });
    return { ...trajectory, boxes };
  }

  /**
   * Finds the shake that the tracker left: in each frame, the median of how far people are from their smoothed ways, those of small people
   * weighing more, shrunk by what such a median is worth when the camera stands still. A camera that stands still gets none.
   */
  removeShake(trajectories: readonly Trajectory[]): void {
    const often = trajectories.filter(({ times }) => times.length >= LEAST_BOXES);
    const residuals = new FrameResiduals(often, this.timeline);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.measure(often, residuals);
      const found = ([0, 1] as const).map((axis) => residuals.addCommon(axis, this.shake));
      if (!found.includes(true)) return;
    }
  }

  private measure(trajectories: readonly Trajectory[], residuals: FrameResiduals): void {
    let row = 0;
    for (const trajectory of trajectories) {
      const { boxes } = this.moved(trajectory, -1);
      const line = smooth({ ...trajectory, boxes }, [DEVIATION, DEVIATION, DEVIATION, DEVIATION]).boxes;
      for (let o = 0; o < boxes.length; o += 4, row++)
        for (const axis of [0, 1] as const)
          residuals.values[axis][row] =
            boxes[o + axis] - line[o + axis] + (boxes[o + axis + 2] - line[o + axis + 2]) / 2;
    }
  }
}

/** How far people are from their ways: columns with a row a box, trajectory by trajectory, and which rows are of each frame. */
class FrameResiduals {
  /** Along x and y, pixels. */
  readonly values: readonly [Float64Array, Float64Array];
  private readonly heights: Float64Array;
  /** The rows of frame f are `rows[start[f]]` to `rows[start[f + 1] - 1]`. */
  private readonly start: Int32Array;
  private readonly rows: Int32Array;

  constructor(trajectories: readonly Trajectory[], timeline: Timeline) {
    const length = trajectories.reduce((sum, { times }) => sum + times.length, 0);
    this.values = [new Float64Array(length), new Float64Array(length)];
    this.heights = new Float64Array(length);
    this.rows = new Int32Array(length);
    const next = new Int32Array(timeline.length + 1);
    for (const { frames } of trajectories) for (const frame of frames) next[timeline.rowOf(frame) + 1]++;
    for (let f = 0; f < timeline.length; f++) next[f + 1] += next[f];
    this.start = next.slice();
    let row = 0;
    for (const { frames, boxes } of trajectories)
      for (let i = 0; i < frames.length; i++, row++) {
        this.heights[row] = boxes[4 * i + 3];
        this.rows[next[timeline.rowOf(frames[i])]++] = row;
      }
  }

  /**
   * Adds what people have in common along an axis to every second entry of `out`.
   *
   * @returns whether it is more than chance
   */
  addCommon(axis: 0 | 1, out: Float64Array): boolean {
    const values = this.values[axis];
    const { heights, start } = this;
    const sorted = values.map((value, row) => Math.abs(value) / heights[row]).sort();
    const deviation = 1.48 * (sorted[sorted.length >> 1] ?? 0);
    const frames = start.length - 1;
    const medians = new Float64Array(frames).fill(Number.NaN);
    const chances = new Float64Array(frames);
    let sum = 0;
    let known = 0;
    for (let f = 0; f < frames; f++) {
      const people = this.rows.slice(start[f], start[f + 1]);
      if (people.length < LEAST_PEOPLE) continue;
      const height = people.reduce((total, row) => total + heights[row], 0) / people.length;
      medians[f] = this.median(people, values);
      chances[f] = (1.57 * (deviation * height) ** 2) / people.length;
      sum += medians[f] ** 2 - chances[f];
      known++;
    }
    const power = sum / known;
    if (!(power > 0)) return false;
    for (let f = 0; f < frames; f++)
      if (!Number.isNaN(medians[f])) out[2 * f + axis] += (medians[f] * power) / (power + chances[f]);
    return true;
  }

  /** The median of the values in some rows, each weighing 1 / height. */
  private median(rows: Int32Array, values: Float64Array): number {
    rows.sort((a, b) => values[a] - values[b]);
    let left = rows.reduce((sum, row) => sum + 1 / this.heights[row], 0) / 2;
    const middle = rows.find((row) => {
      left -= 1 / this.heights[row];
      return left <= 0;
    });
    return values[middle ?? rows[rows.length - 1]];
  }
}
