import type { Trajectory } from '../core/trajectory.ts';
import type { PictureSize } from './picture-edges.ts';

/** Longest time between two observations that counts in full, in seconds: a lost person does not stand where they were last seen. */
const LONGEST_STEP = 1;
/** Rows a column, at most. */
const MOST_ROWS = 10;

/** Where people stood, and for how long: person-seconds in the cells of a grid over the picture, by their feet. */
export class HeatMap {
  readonly columns: number;
  readonly rows: number;
  /** rows × columns, person-seconds. */
  readonly seconds: Float64Array;
  readonly #picture: PictureSize;

  /**
   * @param columns cells across; the cells are as good as square, unless the picture is ten times as high as wide, or more
   * @param sampleAspectRatio width of a pixel over its height
   */
  constructor(picture: PictureSize, columns: number, sampleAspectRatio = 1) {
    this.#picture = picture;
    this.columns = columns;
    const rows = Math.round((columns * picture.height) / (picture.width * sampleAspectRatio));
    this.rows = Math.min(MOST_ROWS * columns, Math.max(1, rows));
    this.seconds = new Float64Array(columns * this.rows);
  }

  /** Adds a person. Feet beyond the picture count at its edge. */
  add({ times, boxes }: Trajectory): void {
    for (let i = 0; i + 1 < times.length; i++) {
      const [x, y] = [boxes[4 * i] + boxes[4 * i + 2] / 2, boxes[4 * i + 1] + boxes[4 * i + 3]];
      this.addPlace(x, y, Math.min(LONGEST_STEP, times[i + 1] - times[i]));
    }
  }

  /** Adds seconds that a person stood at a place in pixels; none for a place that is not a number. */
  addPlace(x: number, y: number, seconds: number): void {
    const { columns, rows } = this;
    const { width, height } = this.#picture;
    const cell = (value: number, size: number, cells: number) =>
      Math.min(cells - 1, Math.max(0, Math.floor((value / size) * cells)));
    const at = cell(y, height, rows) * columns + cell(x, width, columns);
    if (at >= 0) this.seconds[at] += seconds;
  }

  /** The same, smoothed with a Gaussian of this standard deviation in cells (cut off at three). */
  smoothed(deviation: number): Float64Array {
    const { columns, rows } = this;
    const across = blur(this.seconds, rows, columns, columns, 1, deviation);
    return blur(across, columns, rows, 1, columns, deviation);
  }
}

/** Blurs `lines` lines of `length` values: line k begins at k × `lineStep`, its values are `step` apart. */
function blur(
  values: Float64Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  deviation: number,
): Float64Array {
  const reach = Math.ceil(3 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-(((k - reach) / deviation) ** 2) / 2),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  const out = new Float64Array(values.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      let value = 0;
      for (let k = Math.max(0, reach - i); k <= Math.min(2 * reach, length - 1 - i + reach); k++)
        value += (kernel[k] / sum) * values[line * lineStep + (i + k - reach) * step];
      out[line * lineStep + i * step] = value;
    }
  }
  return out;
}
