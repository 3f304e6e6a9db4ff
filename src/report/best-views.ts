import type { PictureSize } from '../analytics/index.ts';
import { sharedPart } from '../core/geometry.ts';
import type { Trajectory } from '../trajectories/index.ts';

/** Views of a person of which the best is shown: as many moments of the trajectory. */
const MOMENTS = 16;

/** A moment at which a person may be shown. */
export interface View {
  readonly frame: number;
  /** x, y, w, h in source pixels. */
  readonly box: Float64Array;
  /** How large and sure the box is, less what others hide. */
  worth: number;
}

/** Of each part of a trajectory the detected box within the picture that is large and sure; any, where none is within. */
export function viewsOf(
  { frames, boxes, scores, detected }: Trajectory,
  { width, height }: PictureSize,
): readonly View[] {
  const n = frames.length;
  const parts = Math.min(n, MOMENTS);
  const views: View[] = [];
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * n) / parts);
    let [best, most] = [from, Number.NEGATIVE_INFINITY];
    for (let i = from; i < Math.floor(((part + 1) * n) / parts); i++) {
      const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
      const whole = x >= 0 && y >= 0 && x + w <= width && y + h <= height;
      const worth = (detected[i] && whole ? 1 : 0.01) * scores[i] * h;
      if (worth > most) [best, most] = [i, worth];
    }
    views.push({ frame: frames[best], box: boxes.slice(4 * best, 4 * best + 4), worth: most });
  }
  return views;
}

/** Lessens the worth of views by what a trajectory of another person hides of them, in front or behind. */
export class HiddenViews {
  readonly #byFrame = new Map<number, { id: number; view: View }[]>();

  constructor(people: readonly { readonly id: number; readonly views: readonly View[] }[]) {
    for (const { id, views } of people)
      for (const view of views) {
        const there = this.#byFrame.get(view.frame);
        if (there) there.push({ id, view });
        else this.#byFrame.set(view.frame, [{ id, view }]);
      }
  }

  add({ id, frames, boxes }: Trajectory): void {
    for (let i = 0; i < frames.length; i++)
      for (const { id: shown, view } of this.#byFrame.get(frames[i]) ?? [])
        if (shown !== id) view.worth *= 1 - sharedPart(view.box, 0, boxes, i);
  }
}

/** The view of greatest worth. */
export function bestOf(views: readonly View[]): View {
  return views.reduce((best, view) => (view.worth > best.worth ? view : best));
}
