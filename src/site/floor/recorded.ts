import type { Trajectory } from '../../core/trajectory.ts';
import type { FloorCameraSetup } from './camera.ts';
import type { FloorView } from './view.ts';

/** What a camera over the floor has recorded. */
export interface RecordedCamera extends FloorCameraSetup {
  readonly trajectories: readonly Trajectory[];
  /** Frames of the recording; some may show no person. */
  readonly frames: number;
  /** Frames a second, where it is known. */
  readonly rate?: number | undefined;
  /** Seconds to add to its times to have those of the site. */
  readonly shift: number;
}

/** A view whose `tracks` are the indexes of its camera's trajectories, counted from 1. */
export type RecordedView = FloorView & { readonly tracks: Int32Array };

/**
 * The steps of a recording, as a site takes them on-line: views wait until every camera has one, or one of them has the next. Frames without
 * people are views without boxes.
 */
export function* recordedSteps(cameras: readonly RecordedCamera[]): Generator<RecordedView[]> {
  const recordings = cameras.map((camera, c) => viewsOf(camera, c));
  const heads = recordings.map((views) => views.next().value);
  let waiting = new Map<number, RecordedView>();
  for (;;) {
    let next: RecordedView | undefined;
    for (const head of heads) if (head && (!next || head.time < next.time)) next = head;
    if (!next || waiting.has(next.camera) || waiting.size === cameras.length) {
      if (waiting.size > 0) yield [...waiting.values()];
      waiting = new Map();
    }
    if (!next) return;
    waiting.set(next.camera, next);
    heads[next.camera] = recordings[next.camera].next().value;
  }
}

/** The frames of a camera in their order. */
function* viewsOf(
  { trajectories, frames: count, rate, shift }: RecordedCamera,
  camera: number,
): Generator<RecordedView, undefined> {
  const frames = new Map<number, [trajectory: number, row: number][]>();
  for (const [t, { frames: numbers }] of trajectories.entries())
    for (let row = 0; row < numbers.length; row++) {
      const seen = frames.get(numbers[row]) ?? [];
      frames.set(numbers[row], seen);
      seen.push([t, row]);
    }
  const known = Int32Array.from(frames.keys()).sort();
  const timeOf = (frame: number) => {
    const [[t, row]] = frames.get(frame)!;
    return trajectories[t].times[row];
  };
  const interval = rate ? 1 / rate : 0;
  let at = 0;
  for (let frame = 0; frame < Math.max(count, (known.at(-1) ?? -1) + 1); frame++) {
    const seen = frames.get(frame) ?? [];
    if (known[at] < frame) at++;
    // of a frame without people: between the times of those around it
    const [before, after] = [known[at - 1], known[at]];
    let time = frame * interval;
    if (seen.length > 0) time = timeOf(frame);
    else if (after === undefined && before !== undefined) time = timeOf(before) + (frame - before) * interval;
    else if (before === undefined && after !== undefined) time = timeOf(after) - (after - frame) * interval;
    else if (before !== undefined)
      time = timeOf(before) + ((frame - before) / (after - before)) * (timeOf(after) - timeOf(before));
    yield {
      camera,
      time: time + shift,
      boxes: Float64Array.from(seen.flatMap(([t, row]) => [...trajectories[t].boxes.subarray(4 * row, 4 * row + 4)])),
      scores: Float64Array.from(seen, ([t, row]) => trajectories[t].scores[row]),
      tracks: Int32Array.from(seen, ([t]) => t + 1),
    };
  }
}
