/** The frames of a run as columns, in order: 0-based numbers in the source and presentation times in seconds, both strictly rising. */
export class Timeline {
  length = 0;
  private frames = new Int32Array(64);
  private seconds = new Float64Array(64);

  /** Adds the next frame. */
  add(index: number, time: number): void {
    const n = this.length++;
    if (n === this.frames.length) {
      const { frames, seconds } = this;
      this.frames = new Int32Array(2 * n);
      this.frames.set(frames);
      this.seconds = new Float64Array(2 * n);
      this.seconds.set(seconds);
    }
    this.frames[n] = index;
    this.seconds[n] = time;
  }

  /** Frame number in row `row`. */
  index(row: number): number {
    return this.frames[row];
  }

  /** Time in row `row`. */
  time(row: number): number {
    return this.seconds[row];
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
