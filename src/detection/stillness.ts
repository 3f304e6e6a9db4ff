/** Side of a block in pixels. */
const BLOCK = 8;
/** A block has changed when the mean of its brightness differs by more than this (of 255): noise and compression stay below. */
const CHANGE = 5;

/** Tells whether and where a picture differs from one before it, by the means of its blocks. */
export class Stillness {
  private reference: Float32Array | undefined;
  private means = new Float32Array(0);
  private places = new Places(0, 0);

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
          const at = (row * BLOCK + y) * width + column * BLOCK;
          sum += plane[at] + plane[at + 1] + plane[at + 2] + plane[at + 3]; // written out: half the time of a loop
          sum += plane[at + 4] + plane[at + 5] + plane[at + 6] + plane[at + 7];
        }
        means[row * columns + column] = (2 * sum) / (BLOCK * BLOCK);
      }
    }
    const { reference } = this;
    if (reference?.length !== means.length) {
      this.places = new Places(columns, rows);
      return true;
    }
    const different: number[] = [];
    for (let i = 0; i < means.length; i++) if (Math.abs(means[i] - reference[i]) > CHANGE) different.push(i);
    if (different.length > 0) this.places = this.places.with(different);
    return different.length > 0;
  }

  /**
   * The picture of the last `changed` is the reference from now on.
   *
   * @returns where blocks have changed since the last `forget`
   */
  keep(): Places {
    this.reference = this.means;
    this.means = new Float32Array(this.means.length);
    return this.places;
  }

  /** The next picture is taken for the first. */
  forget(): void {
    this.reference = undefined;
  }
}

/** Blocks that have changed. */
export class Places {
  private readonly columns: number;
  private readonly rows: number;
  private readonly blocks: Uint8Array;

  constructor(columns: number, rows: number, blocks = new Uint8Array(columns * rows)) {
    this.columns = columns;
    this.rows = rows;
    this.blocks = blocks;
  }

  /** These, and more. */
  with(more: readonly number[]): Places {
    const blocks = this.blocks.slice();
    for (const i of more) blocks[i] = 1;
    return new Places(this.columns, this.rows, blocks);
  }

  /** Whether one of them is within a part of the plane, in pixels. */
  within(left: number, top: number, right: number, bottom: number): boolean {
    const { columns, rows, blocks } = this;
    for (let row = Math.max(0, Math.floor(top / BLOCK)); row < Math.min(rows, bottom / BLOCK); row++)
      for (let column = Math.max(0, Math.floor(left / BLOCK)); column < Math.min(columns, right / BLOCK); column++)
        if (blocks[row * columns + column]) return true;
    return false;
  }
}
