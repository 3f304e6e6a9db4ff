import type { Area } from './areas.ts';
import type { PictureEdges } from './picture-edges.ts';
import { areaOf, contains, crosses, edgeDistance, type Outline, perimeterOf, sidesOf } from './polygon.ts';

/** Half the width of the band along a border, in heights of the person's box. Within the band nothing is decided. */
const BAND_HEIGHTS = 0.1;
/** Parts of a step shorter than this are rounding errors. */
const SHORTEST_PART = 1e-12;

/** On which side of a border a point is: -1 outside of a zone or to the left of a line, 1 inside or to the right, 0 within the band. */
export type Side = -1 | 0 | 1;

/**
 * What people pass: a line, or the edge of a zone without what lies on the edge of the picture. A band of a tenth of the person's height
 * lies along it on both sides, a narrower one if the zone is small. The band ends half way from the border to an edge of the picture: there
 * is no more room for a person who walks out.
 */
export class Border {
  readonly area: Area;
  /** The two ends of the line, or the corners of the zone; those near the edge of the picture are on it. */
  readonly #outline: Outline;
  readonly #isLine: boolean;
  /** 4 numbers each: the ends. */
  readonly #sides: Float64Array;
  readonly #edges: PictureEdges;
  /** Half the width of the widest band, in pixels. */
  readonly #widest: number;

  constructor(area: Area, isLine: boolean, edges: PictureEdges) {
    this.area = area;
    this.#isLine = isLine;
    this.#edges = edges;
    this.#outline = edges.reached(area.outline);
    const sides = sidesOf(this.#outline).filter((side) => edges.along(...side) < 0);
    this.#sides = isLine ? this.#outline : Float64Array.from(sides.flat());
    // the largest circle within a convex polygon has a radius of at least area / perimeter: twice as wide, a band could fill the zone
    this.#widest = isLine ? Number.POSITIVE_INFINITY : areaOf(this.#outline) / (2 * perimeterOf(this.#outline));
  }

  /** Half the width of the band for a person of this height, in pixels. */
  bandOf(height: number): number {
    return Math.min(BAND_HEIGHTS * height, this.#widest);
  }

  /** Whether the point is in the zone, or to the right of the line or of what continues it. */
  isWithin(x: number, y: number): boolean {
    return this.#isLine ? across(this.#sides, 0, x, y) >= 0 : contains(this.#outline, x, y);
  }

  /** Distance of the point from the border: from the endless line, or from the nearest side. */
  distance(x: number, y: number): number {
    return this.#isLine ? Math.abs(across(this.#sides, 0, x, y)) : edgeDistance(this.#sides, x, y);
  }

  /** Whether the straight way between two points outside of the zone leads through it. */
  isBetween(x0: number, y0: number, x1: number, y1: number): boolean {
    return crosses(this.#outline, x0, y0, x1, y1);
  }

  /** Whether a point of the endless line is on the line. */
  isOnLine(x: number, y: number): boolean {
    const part = along(this.#sides, 0, x, y);
    return part >= 0 && part <= 1;
  }

  sideAt(x: number, y: number, band: number): Side {
    for (let i = 0; i < this.#sides.length; i += 4) if (this.#isInBand(i, x, y, band)) return 0;
    return this.isWithin(x, y) ? 1 : -1;
  }

  #isInBand(i: number, x: number, y: number, band: number): boolean {
    const [ax, ay, bx, by] = this.#sides.subarray(i, i + 4);
    const endless = along(this.#sides, i, x, y);
    const part = this.#isLine ? endless : Math.min(1, Math.max(0, endless));
    const [nearX, nearY] = [ax + part * (bx - ax), ay + part * (by - ay)];
    if (Math.hypot(x - nearX, y - nearY) > band) return false;
    for (let k = 0; k < 4; k++)
      if (2 * this.#edges.distance(k, x, y) < this.#edges.distance(k, nearX, nearY)) return false;
    return true;
  }

  /** The parts of a straight step, 0..1 and rising, at which {@link sideAt} or {@link isWithin} can change. */
  changes(x0: number, y0: number, x1: number, y1: number, band: number): number[] {
    const parts: number[] = [];
    /** Where a linear function with these values at the ends of the step passes through 0. */
    const linear = (from: number, to: number) => {
      if (from * to < 0) parts.push(from / (from - to));
    };
    for (let i = 0; i < this.#sides.length; i += 4) {
      const [from, to] = [across(this.#sides, i, x0, y0), across(this.#sides, i, x1, y1)];
      for (const level of [-band, 0, band]) linear(from - level, to - level);
      const [partFrom, partTo] = [along(this.#sides, i, x0, y0), along(this.#sides, i, x1, y1)];
      const [ax, ay, bx, by] = this.#sides.subarray(i, i + 4);
      for (let k = 0; k < 4; k++) {
        const [edgeFrom, edgeTo] = [2 * this.#edges.distance(k, x0, y0), 2 * this.#edges.distance(k, x1, y1)];
        const [a, b] = [this.#edges.distance(k, ax, ay), this.#edges.distance(k, bx, by)];
        linear(edgeFrom - a - partFrom * (b - a), edgeTo - a - partTo * (b - a));
        if (this.#isLine) continue;
        linear(edgeFrom - a, edgeTo - a);
        linear(edgeFrom - b, edgeTo - b);
      }
      if (this.#isLine) continue;
      linear(partFrom, partTo);
      linear(partFrom - 1, partTo - 1);
      parts.push(...meetings(x0 - ax, y0 - ay, x1 - x0, y1 - y0, band));
      parts.push(...meetings(x0 - bx, y0 - by, x1 - x0, y1 - y0, band));
    }
    parts.sort((a, b) => a - b);
    const before = (i: number) => (i === 0 ? 0 : parts[i - 1]);
    return parts.filter((part, i) => part - before(i) > SHORTEST_PART && part < 1 - SHORTEST_PART);
  }
}

/** Distance from the endless line through side i, positive to its right (y down). */
function across(sides: Float64Array, i: number, x: number, y: number): number {
  const [dx, dy] = [sides[i + 2] - sides[i], sides[i + 3] - sides[i + 1]];
  return (dx * (y - sides[i + 1]) - dy * (x - sides[i])) / Math.hypot(dx, dy);
}

/** Which part of side i the nearest point on its endless line is at: 0 at its first end, 1 at its second. */
function along(sides: Float64Array, i: number, x: number, y: number): number {
  const [dx, dy] = [sides[i + 2] - sides[i], sides[i + 3] - sides[i + 1]];
  return ((x - sides[i]) * dx + (y - sides[i + 1]) * dy) / (dx * dx + dy * dy);
}

/** Where a way from (x, y) by (dx, dy) meets the circle around 0, 0: parts of it in 0..1, rising. */
function meetings(x: number, y: number, dx: number, dy: number, radius: number): number[] {
  const [a, b] = [dx * dx + dy * dy, x * dx + y * dy];
  const root = Math.sqrt(b * b - a * (x * x + y * y - radius * radius));
  return [(-b - root) / a, (-b + root) / a].filter((part) => part > 0 && part < 1);
}
