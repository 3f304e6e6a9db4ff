import type { Region } from '../core/geometry.ts';

/** Side of a block in pixels. */
const BLOCK = 8;
/** A block has changed when the mean of its brightness differs by more than this (of 255): noise and compression stay below. */
const CHANGE = 5;

/** Tells where pictures change, by the means of their blocks. */
export class Movement {
  private reference: Float32Array | undefined;
  private means: Float32Array = new Float32Array(0);
  private moved = new Places(0, 0);

  /** Where blocks have changed since the last `forget`. */
  get places(): Places {
    return this.moved;
  }

  /**
   * Compares a picture with what its blocks were when they last changed, or when `keep` was called.
   *
   * @param plane brightness, `width` × `height` bytes row by row; more may follow
   * @returns what holds all blocks that have changed, in pixels of the plane, or nothing; without pictures before, or with one of another
   *   size, it is the whole
   */
  next(plane: Uint8Array, width: number, height: number): Region | undefined {
    const columns = Math.floor(width / BLOCK);
    const rows = Math.floor(height / BLOCK);
    this.means = blockMeans(plane, width, columns, rows, this.means);
    const { means, reference } = this;
    if (reference?.length !== means.length) {
      this.moved = new Places(columns, rows);
      this.keep();
      return { left: 0, top: 0, width, height };
    }
    const changed: number[] = [];
    for (let i = 0; i < means.length; i++) {
      if (Math.abs(means[i] - reference[i]) <= CHANGE) continue;
      reference[i] = means[i];
      changed.push(i);
    }
    if (changed.length === 0) return undefined;
    this.moved = this.moved.with(changed);
    return regionOf(changed, columns);
  }

  /** The picture of the last `next` is the reference from now on, as a whole. */
  keep(): void {
    this.reference = this.means.slice();
  }

  /** The next picture is taken for the first. */
  forget(): void {
    this.reference = undefined;
  }
}

/** @param means takes the result where its length is right */
function blockMeans(
  plane: Uint8Array,
  width: number,
  columns: number,
  rows: number,
  means: Float32Array,
): Float32Array {
  const into = means.length === columns * rows ? means : new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      // every second row: half the time, and no person is so thin
      for (let y = 0; y < BLOCK; y += 2) {
        const at = (row * BLOCK + y) * width + column * BLOCK;
        sum += plane[at] + plane[at + 1] + plane[at + 2] + plane[at + 3]; // written out: half the time of a loop
        sum += plane[at + 4] + plane[at + 5] + plane[at + 6] + plane[at + 7];
      }
      into[row * columns + column] = (2 * sum) / (BLOCK * BLOCK);
    }
  }
  return into;
}

/** What holds these blocks. */
function regionOf(blocks: readonly number[], columns: number): Region {
  let [left, right] = [columns, 0];
  for (const i of blocks) {
    left = Math.min(left, i % columns);
    right = Math.max(right, i % columns);
  }
  const top = Math.floor(blocks[0] / columns); // they go from row to row
  const bottom = Math.floor(blocks[blocks.length - 1] / columns);
  return {
    left: left * BLOCK,
    top: top * BLOCK,
    width: (right + 1 - left) * BLOCK,
    height: (bottom + 1 - top) * BLOCK,
  };
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
