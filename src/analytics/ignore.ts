import type { Detections } from '../core/detections.ts';
import type { Boxes } from '../core/geometry.ts';
import type { Area, Areas } from './areas.ts';
import { PictureEdges } from './picture-edges.ts';
import { anchorOf } from './place.ts';
import { contains } from './polygon.ts';

/** How many detections were left out in an ignore area. */
export interface IgnoreCount {
  readonly name: string;
  /** Detections so far; a person on a poster is one in each frame. */
  ignored: number;
}

/** Detections without those in ignore areas. */
export interface KeptDetections extends Detections {
  /** The boxes left out, n × 4; absent where there are none. */
  readonly ignored?: Boxes;
}

/**
 * Leaves out the detections in ignore areas, and counts them. A detection that lies in several areas counts at the first.
 *
 * @example
 * import { IgnoreFilter, resolveAreas } from 'twintrack/analytics';
 *
 * const poster = { points: [[0, 0], [50, 0], [50, 100], [0, 100]] as [number, number][] };
 * const filter = new IgnoreFilter(resolveAreas({ ignore: { poster } }, { width: 640, height: 480 }));
 * const boxes = Float64Array.of(10, 20, 30, 60, 200, 100, 40, 120); // x, y, w, h in pixels
 * const { length } = filter.keep({ length: 2, boxes, scores: Float32Array.of(0.9, 0.8) });
 * console.log(length, filter.counts); // 1 [ { name: 'poster', ignored: 1 } ]
 */
export class IgnoreFilter {
  readonly counts: readonly IgnoreCount[];
  readonly #areas: readonly Area[];
  readonly #edges: PictureEdges;

  /** @param areas whose ignore areas count, see `resolveAreas` */
  constructor({ ignore = [], picture }: Areas) {
    this.#edges = new PictureEdges(picture);
    this.#areas = ignore.map((area) => ({ ...area, outline: this.#edges.reached(area.outline) }));
    this.counts = ignore.map(({ name }) => ({ name, ignored: 0 }));
  }

  /** The detections of the next frame that lie in no ignore area, in their order, with their embeddings. */
  keep(detections: Detections): KeptDetections {
    const rows: number[] = [];
    const others: number[] = [];
    for (let i = 0; i < detections.length; i++) (this.#count(detections.boxes, i) ? others : rows).push(i);
    if (others.length === 0) return detections;
    const { length, boxes, scores, embeddings } = detections;
    return {
      length: rows.length,
      boxes: pick(boxes, length, rows),
      scores: pick(scores, length, rows),
      ...(embeddings && { embeddings: pick(embeddings, length, rows) }),
      ignored: pick(boxes, length, others),
    };
  }

  /** Counts boxes (n × 4) that an earlier run left out. */
  count(ignored: Boxes = new Float64Array(0)): void {
    for (let i = 0; i < ignored.length / 4; i++) this.#count(ignored, i);
  }

  /** Whether the box of row `i` lies in an area, which counts it. */
  #count(boxes: Boxes, i: number): boolean {
    const at = this.#areas.findIndex(({ outline, anchor }) =>
      contains(outline, ...anchorOf(anchor, boxes, i, this.#edges)),
    );
    if (at >= 0) this.counts[at].ignored++;
    return at >= 0;
  }
}

/** Some rows of a column of `length` rows. */
function pick<T extends Float64Array | Float32Array>(column: T, length: number, rows: readonly number[]): T {
  const width = column.length / length;
  const picked = new (column.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((row, i) => {
    picked.set(column.subarray(row * width, (row + 1) * width), i * width);
  });
  return picked;
}
