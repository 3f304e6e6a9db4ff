import type { Boxes } from '../core/geometry.ts';
import type { Anchor } from './areas.ts';
import { EDGE_PIXELS, type PictureEdges } from './picture-edges.ts';

/** A box ends at the edge of the picture if it comes as near as this part of its height: detectors are not exact to the pixel. */
const EDGE_HEIGHTS = 0.02;
/**
 * Width of a standing person in heights, for those who were not yet seen whole. The mean of Dollár et al., "Pedestrian Detection: An
 * Evaluation of the State of the Art", 2012.
 */
const ASPECT = 0.41;

/**
 * Where a person is, from box to box. A box that an edge of the picture cuts off is completed beyond the edge, to the size that it had when
 * it was whole, or to the shape of a standing person. The feet of a person who is cut off by the lower edge are at that edge. A point beyond
 * the picture counts at its edge.
 */
export class Place {
  readonly #edges: PictureEdges;
  /** Height in pixels, and width in heights, of the last whole box; 0 and the usual one before. */
  #height = 0;
  #aspect = ASPECT;
  #x = Number.NaN;
  #feet = Number.NaN;
  #centre = Number.NaN;

  constructor(edges: PictureEdges) {
    this.#edges = edges;
  }

  /** Takes the next box: that of row `i`, in source pixels. */
  update(boxes: Boxes, i: number): void {
    const [left, top, width, height] = boxes.subarray(4 * i, 4 * i + 4);
    const [right, bottom] = [left + width, top + height];
    const near = nearness(height);
    const [cutLeft, cutTop, cutRight, cutBottom] = [
      left <= near,
      top <= near,
      right >= this.#edges.width - near,
      bottom >= this.#edges.height - near,
    ];
    if (!cutTop && !cutBottom) {
      this.#height = height;
      if (!cutLeft && !cutRight) this.#aspect = width / height;
    }
    const usualHeight = this.#height || (cutLeft || cutRight ? 0 : width / ASPECT);
    const wholeHeight = cutTop || cutBottom ? Math.max(height, usualHeight) : height;
    const wholeWidth = Math.max(width, this.#aspect * wholeHeight);
    this.#x = this.#edges.withinX(middle(left, right, cutLeft, cutRight, wholeWidth));
    this.#centre = this.#edges.withinY(middle(top, bottom, cutTop, cutBottom, wholeHeight));
    this.#feet = feetOf(boxes, i, this.#edges);
  }

  /** x of the anchor in source pixels. */
  get x(): number {
    return this.#x;
  }

  /** y of the anchor in source pixels. */
  y(anchor: Anchor): number {
    return anchor === 'feet' ? this.#feet : this.#centre;
  }
}

/** The anchor of a single box, in source pixels, whatever part of the person it shows. The box is in row `i`. */
export function anchorOf(anchor: Anchor, boxes: Boxes, i: number, edges: PictureEdges): [x: number, y: number] {
  const y = anchor === 'feet' ? feetOf(boxes, i, edges) : edges.withinY(boxes[4 * i + 1] + boxes[4 * i + 3] / 2);
  return [edges.withinX(boxes[4 * i] + boxes[4 * i + 2] / 2), y];
}

/** y of the lower edge of a box, or of the picture's if that cuts the box off. */
function feetOf(boxes: Boxes, i: number, edges: PictureEdges): number {
  const height = boxes[4 * i + 3];
  const bottom = boxes[4 * i + 1] + height;
  return edges.withinY(bottom >= edges.height - nearness(height) ? edges.height : bottom);
}

/** A box that comes so near to the edge of the picture, in pixels, ends there. */
function nearness(height: number): number {
  return Math.max(EDGE_PIXELS, EDGE_HEIGHTS * height);
}

/** The middle of a stretch that reaches `whole` far beyond the one end where it is cut off. */
function middle(start: number, end: number, cutStart: boolean, cutEnd: boolean, whole: number): number {
  if (cutStart === cutEnd) return (start + end) / 2;
  return cutStart ? end - whole / 2 : start + whole / 2;
}
