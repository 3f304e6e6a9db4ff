import type { Detections } from '../core/detections.ts';
import type { Frame } from '../core/frame.ts';
import { WINDOW_SECONDS, windowOf } from '../core/video-window.ts';

/** Areas in pixels that `detection.inputPixels: auto` chooses from; each window begins with the first. */
export const AREAS = [307_200, 153_600, 76_800] as const;
/** So much of each window is looked at with the largest area, to find small people. */
const LOOK_SECONDS = 1;
/** Height in pixels of the input that the smallest people keep: below, fewer than half of those found at the largest area still are (model card). */
const LEAST_HEIGHT = 28;
/** The smallest people: so many of a hundred may be smaller. */
const SMALLEST = 0.1;
/** People are those with this probability or more. */
const SURE = 0.5;

/**
 * Chooses the area that pictures of one source are scaled to: in the first second of each window of video time the largest one, then the least
 * that keeps the smallest people found high enough. Where no person is found it stays the largest.
 */
export class InputSize {
  #window = Number.NaN;
  #found: Promise<Detections>[] = [];
  #choice: Promise<number> | undefined;

  /**
   * Takes the next frame; frames come in order.
   *
   * @returns the area to look at it with, and whether what is found there decides on later frames: it is to be given to {@link learn} then,
   *   before the next frame is taken
   */
  next({ time, width, height }: Pick<Frame, 'time' | 'width' | 'height'>): { area: Promise<number>; decides: boolean } {
    const window = windowOf(time);
    if (window !== this.#window) {
      this.#window = window;
      this.#found = [];
      this.#choice = undefined;
    }
    if (time - window * WINDOW_SECONDS < LOOK_SECONDS) return { area: LARGEST, decides: true };
    this.#choice ??= Promise.allSettled(this.#found).then((all) => {
      const heights = all.flatMap((result) => (result.status === 'fulfilled' ? heightsOf(result.value) : []));
      return chooseArea(heights, width, height);
    });
    return { area: this.#choice, decides: false };
  }

  /** Takes what is found in a frame that decides. */
  learn(found: Promise<Detections>): void {
    this.#found.push(found);
  }
}

const LARGEST = Promise.resolve<number>(AREAS[0]);

/**
 * The least area that keeps the smallest people high enough.
 *
 * @param heights of people in pixels of the picture
 */
export function chooseArea(heights: readonly number[], width: number, height: number): number {
  if (heights.length === 0) return AREAS[0];
  const sorted = heights.toSorted((a, b) => a - b);
  const smallest = sorted[Math.floor(SMALLEST * (sorted.length - 1))];
  const keeps = (area: number) => smallest * Math.sqrt(area / (width * height)) >= LEAST_HEIGHT;
  return AREAS.findLast(keeps) ?? AREAS[0];
}

function heightsOf({ boxes, scores, length }: Detections): number[] {
  const heights: number[] = [];
  for (let i = 0; i < length; i++) if (scores[i] >= SURE) heights.push(boxes[4 * i + 3]);
  return heights;
}
