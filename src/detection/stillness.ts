/** Side of a block in pixels. */
const BLOCK = 8;
/** A block has changed when the mean of its brightness differs by more than this (of 255): noise and compression stay below. */
const CHANGE = 5;

/** Tells whether a picture differs from one before it, by the means of its blocks. */
export class Stillness {
  private reference: Float32Array | undefined;
  private means = new Float32Array(0);

  /**
   * Whether a block differs from the reference. Without a reference, or with one of another size, all do.
   *
   * @param plane brightness, `width` × `height` bytes row by row; more may follow
   */
  changed(plane: Uint8Array, width: number, height: number): boolean {
    const columns = Math.floor(width / BLOCK);
    const rows = Math.floor(height / BLOCK);
    if (this.means.length !== columns * rows) this.means = new Float32Array(columns * rows);
    const { means } = this;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        // every second row: half the time, and no person is so thin
        for (let y = 0; y < BLOCK; y += 2) {
          const from = (row * BLOCK + y) * width + column * BLOCK;
          for (let x = 0; x < BLOCK; x++) sum += plane[from + x];
        }
        means[row * columns + column] = (2 * sum) / (BLOCK * BLOCK);
      }
    }
    const { reference } = this;
    if (reference?.length !== means.length) return true;
    for (let i = 0; i < means.length; i++) if (Math.abs(means[i] - reference[i]) > CHANGE) return true;
    return false;
  }

  /** The picture of the last `changed` is the reference from now on. */
  keep(): void {
    this.reference = this.means;
    this.means = new Float32Array(this.means.length);
  }
}
