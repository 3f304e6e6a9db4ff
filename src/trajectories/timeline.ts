import { withRoom } from '../core/columns.ts';

/**
 * The frames of a run as columns, in order: 0-based numbers in the source and presentation times in seconds, both strictly rising, and
 * where the first picture's origin has moved to, as far as the motion of the picture is known.
 */
export class Timeline {
  length = 0;
  private frames = new Int32Array(64);
  private seconds = new Float64Array(64);
  private origins = new Float64Array(128);
  private detected = new Int32Array(64);

  /**
   * Adds the next frame.
   *
   * @param shift how the picture moved since the frame before, x and y in pixels
   * @param detected whether the detector ran
   */
  add(index: number, time: number, shift: readonly [x: number, y: number] = [0, 0], detected = true): void {
    const n = this.length++;
    if (n === this.frames.length) {
      this.frames = withRoom(this.frames, n + 1);
      this.seconds = withRoom(this.seconds, n + 1);
      this.origins = withRoom(this.origins, 2 * n + 2);
      this.detected = withRoom(this.detected, n + 1);
    }
    this.frames[n] = index;
    this.seconds[n] = time;
    this.detected[n] = (n > 0 ? this.detected[n - 1] : 0) + Number(detected);
    for (let k = 0; k < 2; k++) this.origins[2 * n + k] = (n > 0 ? this.origins[2 * n - 2 + k] : 0) + shift[k];
  }

  /** Frame number in row `row`. */
  index(row: number): number {
    return this.frames[row];
  }

  /** Time in row `row`. */
  time(row: number): number {
    return this.seconds[row];
  }

  /** In how many frames the detector ran, up to that of row `row`. */
  looked(row: number): number {
    return this.detected[row];
  }

  /** Where in the picture of row `row` the origin of the first picture is: x (`axis` 0) or y (1) in pixels. */
  origin(row: number, axis: 0 | 1): number {
    return this.origins[2 * row + axis];
  }

  /** The first row whose frame number is at least `index`; the length when there is none. */
  rowOf(index: number): number {
    let from = 0;
    let to = this.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.frames[middle] < index) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
