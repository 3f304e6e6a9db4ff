import type { Letterbox } from '../core/frame.ts';

/** The grey of the padding, with which detectors are trained. */
const GREY = 114;

/** What a picture is like in memory, and which parts of it a pipe carries. */
export interface PictureLayout {
  /** Bytes of the picture. */
  readonly bytes: number;
  /** What the pipe carries, in its order; default the whole picture. The rest is grey. */
  readonly parts?: readonly PicturePart[];
}

/** A rectangle of a plane, row by row. */
export interface PicturePart {
  /** Where it starts in the picture. */
  readonly start: number;
  /** Bytes of a row, and from one row to the next. */
  readonly width: number;
  readonly stride: number;
  readonly rows: number;
}

/**
 * The layout of a letterbox of three planes, of which a pipe carries what is inside of the padding.
 *
 * @param order number of the plane that each plane of the pipe becomes
 */
export function letterboxLayout(letterbox: Letterbox, order: readonly number[]): PictureLayout {
  const { width, height, innerWidth, innerHeight, offsetX, offsetY } = letterbox;
  const inside = offsetY * width + offsetX;
  const whole = innerWidth === width; // rows follow each other
  const parts = order.map((plane) => ({
    start: plane * width * height + inside,
    width: whole ? width * innerHeight : innerWidth,
    stride: width,
    rows: whole ? 1 : innerHeight,
  }));
  return { bytes: 3 * width * height, parts };
}

/** Puts pictures of one layout together from a pipe that carries them back to back. */
export class PictureReader {
  readonly complete: Uint8Array[] = [];
  /** Pictures to be filled again: what is grey in them is taken to be so still. */
  readonly free: Uint8Array[] = [];
  readonly #bytes: number;
  readonly #padded: boolean;
  /** Where each row goes, and how long it is. */
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #picture: Uint8Array | undefined;
  #row = 0;
  #filled = 0;

  constructor({ bytes, parts = [{ start: 0, width: bytes, stride: bytes, rows: 1 }] }: PictureLayout) {
    this.#bytes = bytes;
    const rows = parts.flatMap(({ start, width, stride, rows }) =>
      Array.from({ length: rows }, (_, row) => [start + row * stride, width]),
    );
    this.#starts = Int32Array.from(rows, ([start]) => start);
    this.#lengths = Int32Array.from(rows, ([, length]) => length);
    this.#padded = this.#lengths.reduce((sum, length) => sum + length, 0) < bytes;
  }

  push(chunk: Uint8Array): void {
    const lengths = this.#lengths;
    let at = 0;
    while (at < chunk.length) {
      this.#picture ??= this.free.pop() ?? this.#newPicture();
      const length = lengths[this.#row];
      const n = Math.min(chunk.length - at, length - this.#filled);
      this.#picture.set(chunk.subarray(at, at + n), this.#starts[this.#row] + this.#filled);
      at += n;
      this.#filled += n;
      if (this.#filled < length) return;
      this.#filled = 0;
      if (++this.#row < lengths.length) continue;
      this.complete.push(this.#picture);
      this.#picture = undefined;
      this.#row = 0;
    }
  }

  clear(): void {
    this.complete.length = 0;
    this.free.length = 0;
    this.#picture = undefined;
  }

  #newPicture(): Uint8Array {
    const picture = new Uint8Array(new SharedArrayBuffer(this.#bytes));
    return this.#padded ? picture.fill(GREY) : picture;
  }
}
