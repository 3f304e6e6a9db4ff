import type { Outline } from './polygon.ts';

/** Size of a picture in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What lies within so many pixels of the edge of the picture is on it: corners are drawn at width − 1 as well as at width. */
export const EDGE_PIXELS = 2;
/** Points are kept this many pixels within the picture. */
const MARGIN = 1e-3;

/** The edges of a picture. The right and the lower one are endlessly far where its size is not known. */
export class PictureEdges {
  readonly width: number;
  readonly height: number;

  constructor(picture: PictureSize | undefined) {
    this.width = picture?.width ?? Number.POSITIVE_INFINITY;
    this.height = picture?.height ?? Number.POSITIVE_INFINITY;
  }

  /** Distance of (x, y) from edge k: 0 left, 1 upper, 2 right, 3 lower. */
  distance(k: number, x: number, y: number): number {
    const along = k % 2 === 0 ? x : y;
    return k < 2 ? along : (k === 2 ? this.width : this.height) - along;
  }

  /** The nearest x within the picture. */
  withinX(x: number): number {
    return Math.min(Math.max(x, MARGIN), this.width - MARGIN);
  }

  /** The nearest y within the picture. */
  withinY(y: number): number {
    return Math.min(Math.max(y, MARGIN), this.height - MARGIN);
  }

  /** The outline with the points that are within {@link EDGE_PIXELS} of an edge on that edge. */
  reached(outline: Outline): Outline {
    return outline.map((value, i) => {
      const end = i % 2 === 0 ? this.width : this.height;
      if (Math.abs(value) <= EDGE_PIXELS) return 0;
      return Math.abs(end - value) <= EDGE_PIXELS ? end : value;
    });
  }

  /** The edge that both ends of a stretch are on, after {@link reached}: 0..3; -1 where there is none. */
  along(x0: number, y0: number, x1: number, y1: number): number {
    for (let k = 0; k < 4; k++) if (this.distance(k, x0, y0) === 0 && this.distance(k, x1, y1) === 0) return k;
    return -1;
  }
}
