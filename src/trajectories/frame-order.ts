import { emptyFrame, type TrackedFrame } from '../core/tracked-frame.ts';
import type { Trajectory } from '../core/trajectory.ts';
import type { Timeline } from './timeline.ts';

/**
 * Trajectories as the stream of frames that the writers and the annotator take: every frame of the timeline, in order, also those
 * without people. Ids rise within a frame.
 *
 * @returns each frame with the ids of the trajectories that end in it
 */
export function* inFrameOrder(
  trajectories: readonly Trajectory[],
  timeline: Timeline,
): Generator<{ readonly frame: TrackedFrame; readonly ended: readonly number[] }> {
  const coming = trajectories.filter(({ frames }) => frames.length > 0).sort((a, b) => b.frames[0] - a.frames[0]);
  let present: { readonly trajectory: Trajectory; row: number }[] = [];
  for (let f = 0; f < timeline.length; f++) {
    const index = timeline.index(f);
    const before = present.length;
    while (coming.length > 0 && coming[coming.length - 1].frames[0] <= index)
      present.push({ trajectory: coming.pop()!, row: 0 });
    if (present.length > before) present.sort((a, b) => a.trajectory.id - b.trajectory.id);
    const here = present.filter(({ trajectory, row }) => trajectory.frames[row] === index);
    const frame = frameOf(index, timeline.time(f), here);
    for (const person of here) person.row++;
    const ended = here.filter(({ trajectory, row }) => row === trajectory.frames.length);
    if (ended.length > 0) present = present.filter(({ trajectory, row }) => row < trajectory.frames.length);
    yield { frame, ended: ended.map(({ trajectory }) => trajectory.id) };
  }
}

function frameOf(
  index: number,
  time: number,
  people: readonly { trajectory: Trajectory; row: number }[],
): TrackedFrame {
  const frame = emptyFrame(index, time, people.length);
  people.forEach(({ trajectory, row }, i) => {
    frame.ids[i] = trajectory.id;
    frame.boxes.set(trajectory.boxes.subarray(4 * row, 4 * row + 4), 4 * i);
    frame.scores[i] = trajectory.scores[row];
    frame.detected[i] = trajectory.detected[row];
  });
  return frame;
}
