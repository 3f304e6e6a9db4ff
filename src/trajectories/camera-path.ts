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
    for (let round = 0; round < MOST_ROUNDS; round++) if (!this.removeSome(often)) return;
  }

  private removeSome(trajectories: readonly Trajectory[]): boolean {
    const residuals = new FrameResiduals(this.timeline.length);
    for (const trajectory of trajectories) {
      const seen = this.moved(trajectory, -1);
      const line = smooth(seen, [DEVIATION, DEVIATION, DEVIATION, DEVIATION]).boxes;
      seen.frames.forEach((frame, i) => {
        const [w, h] = [seen.boxes[4 * i + 2] - line[4 * i + 2], seen.boxes[4 * i + 3] - line[4 * i + 3]];
        const x = seen.boxes[4 * i] - line[4 * i] + w / 2;
        const y = seen.boxes[4 * i + 1] - line[4 * i + 1] + h / 2;
        residuals.add(this.timeline.rowOf(frame), x, y, seen.boxes[4 * i + 3]);
      });
    }
    const found = ([0, 1] as const).map((axis) => residuals.common(axis, this.shake));
    return found.includes(true);
  }
}

/** How far people are from their ways, frame by frame. */
class FrameResiduals {
  private readonly frames: { readonly x: number; readonly y: number; readonly height: number }[][];

  constructor(length: number) {
    this.frames = Array.from({ length }, () => []);
  }

  add(row: number, x: number, y: number, height: number): void {
    this.frames[row].push({ x, y, height });
  }

  /**
   * Adds what people have in common along an axis to every second entry of `out`.
   *
   * @returns whether it is more than chance
   */
  common(axis: 0 | 1, out: Float64Array): boolean {
    const along = ({ x, y }: { x: number; y: number }): number => (axis === 0 ? x : y);
    const all = this.frames.flatMap((people) => people.map((person) => Math.abs(along(person)) / person.height));
    const deviation = 1.48 * (all.sort((a, b) => a - b)[all.length >> 1] ?? 0);
    const medians = this.frames.map((people) => {
      if (people.length < LEAST_PEOPLE) return undefined;
      const height = people.reduce((sum, person) => sum + person.height, 0) / people.length;
      return { value: weightedMedian(people, along), chance: (1.57 * (deviation * height) ** 2) / people.length };
    });
    const known = medians.filter((median) => median !== undefined);
    const power = known.reduce((sum, { value, chance }) => sum + value * value - chance, 0) / known.length;
    if (!(power > 0)) return false;
    medians.forEach((median, row) => {
      if (median) out[2 * row + axis] += (median.value * power) / (power + median.chance);
    });
    return true;
  }
}

/** The median of what `along` gives, each person weighing 1 / height. */
function weightedMedian<P extends { readonly height: number }>(people: P[], along: (person: P) => number): number {
  const sorted = people.sort((a, b) => along(a) - along(b));
  let left = people.reduce((sum, { height }) => sum + 1 / height, 0) / 2;
  for (const person of sorted) {
    left -= 1 / person.height;
    if (left <= 0) return along(person);
  }
  return 0;
}
