import type { Boxes } from '../core/geometry.ts';
import { type Area, type Areas, anchorOf } from './areas.ts';
import type { AreaEvent } from './events.ts';
import { areaOf, contains, crossing, edgeDistance, lastCrossing, perimeterOf, sidesOf } from './polygon.ts';

/** Half the width of the band along a line or an edge, in heights of the person's box. Within the band nothing is decided. */
const BAND_HEIGHTS = 0.1;
/** A change of side or a visit counts when the person has been beyond the band for so many seconds. */
const CONFIRM_SECONDS = 0.3;

interface Zone extends Area {
  /** The sides that can be crossed, 4 numbers each: those along the edge of the picture are left out. */
  readonly edges: Float64Array;
  /** The widest band in pixels. Twice as wide, a band could fill the zone. */
  readonly widestBand: number;
}

/** Zones and lines, with what is computed of them once. */
export interface WatchedAreas extends Areas {
  readonly zones: readonly Zone[];
}

/** Prepares areas for {@link PersonWatch}. */
export function watched({ zones, lines, picture }: Areas): WatchedAreas {
  const isBorder = ([x0, y0, x1, y1]: readonly number[]): boolean =>
    (x0 === x1 && (x0 === 0 || x0 === picture?.width)) || (y0 === y1 && (y0 === 0 || y0 === picture?.height));
  return {
    zones: zones.map((zone) => ({
      ...zone,
      edges: Float64Array.from(
        sidesOf(zone.outline)
          .filter((side) => !isBorder(side))
          .flat(),
      ),
      // the largest circle within a convex polygon has a radius of at least area / perimeter
      widestBand: areaOf(zone.outline) / (2 * perimeterOf(zone.outline)),
    })),
    lines,
    picture,
  };
}

/**
 * Finds the events of one person at lines and zones, observation by observation. A crossing counts once the person has been beyond a band
 * (a tenth of their height) for 0.3 s, so that neither standing on a line nor a box that jumps for a moment counts. Its time is that of the
 * crossing itself, on the straight path between two observations.
 */
export class PersonWatch {
  readonly id: number;
  /** Time of the last observation in seconds. */
  lastTime = Number.NaN;
  private readonly passes: LinePass[];
  private readonly visits: ZoneVisit[];

  constructor(id: number, areas: WatchedAreas) {
    this.id = id;
    this.passes = areas.lines.map((line) => new LinePass(line, areas));
    this.visits = areas.zones.map((zone) => new ZoneVisit(zone, areas));
  }

  /**
   * Takes the next observation.
   *
   * @param time seconds, rising
   * @param boxes the box is in row `i`; source pixels
   * @param events takes the events that became certain
   */
  observe(time: number, boxes: Boxes, i: number, events: AreaEvent[]): void {
    this.lastTime = time;
    for (const pass of this.passes) pass.observe(time, boxes, i, this.id, events);
    for (const visit of this.visits) visit.observe(time, boxes, i, this.id, events);
  }

  /** Whether the person is in the zone of this number. */
  isIn(zone: number): boolean {
    return this.visits[zone].inside;
  }

  /** Ends the watch: the person left at the last observation. */
  leave(events: AreaEvent[]): void {
    for (const pass of this.passes) pass.settle(this.id, events);
    for (const visit of this.visits) visit.leave(this.lastTime, this.id, events);
  }
}

/** On which side of a line or an edge a person is, and since when that may have changed. */
abstract class Watch {
  protected readonly area: Area;
  private readonly areas: Areas;
  protected x = Number.NaN;
  protected y = Number.NaN;
  protected time = Number.NaN;
  /** Since when the person has been beyond the band on the other side; NaN when they are not. */
  private since = Number.NaN;

  constructor(area: Area, areas: Areas) {
    this.area = area;
    this.areas = areas;
  }

  observe(time: number, boxes: Boxes, i: number, id: number, events: AreaEvent[]): void {
    const height = boxes[4 * i + 3];
    const [x, y] = anchorOf(this.area, boxes, i, this.areas.picture);
    if (this.beyond(x, y, time, BAND_HEIGHTS * height)) {
      if (Number.isNaN(this.since)) this.since = time;
      if (time - this.since > CONFIRM_SECONDS - 1e-6) this.settle(id, events);
    } else this.since = Number.NaN;
    this.x = x;
    this.y = y;
    this.time = time;
  }

  /** Changes the person's side at once, if they are beyond the band on the other side. */
  settle(id: number, events: AreaEvent[]): void {
    if (Number.isNaN(this.since)) return;
    this.since = Number.NaN;
    this.change(id, events);
  }

  /** Takes the step to a new place. Returns whether that is beyond the band on the other side. */
  protected abstract beyond(x: number, y: number, time: number, band: number): boolean;

  protected abstract change(id: number, events: AreaEvent[]): void;
}

class LinePass extends Watch {
  /** 1 to the right of the line, -1 to the left, 0 while unknown. */
  private side = 0;
  private otherSide = 0;
  /** Passes through the line to the right, less those to the left, since the person was on their side. */
  private net = 0;
  private crossedAt = Number.NaN;

  protected beyond(x: number, y: number, time: number, band: number): boolean {
    const [ax, ay, bx, by] = this.area.outline;
    const distance = (x0: number, y0: number) =>
      ((bx - ax) * (y0 - ay) - (by - ay) * (x0 - ax)) / Math.hypot(bx - ax, by - ay);
    const now = distance(x, y);
    const turn = Number(now >= 0) - Number(distance(this.x, this.y) >= 0);
    const part = turn === 0 ? Number.NaN : crossing(this.x, this.y, x, y, ax, ay, bx, by);
    if (!Number.isNaN(part)) {
      this.net += turn;
      this.crossedAt = this.time + part * (time - this.time);
    }
    if (Math.abs(now) <= band) return false;
    const side = Math.sign(now);
    if (this.side === 0) this.side = side;
    if (side === this.side) this.net = 0;
    this.otherSide = side;
    return side !== this.side;
  }

  protected change(id: number, events: AreaEvent[]): void {
    this.side = this.otherSide;
    // a person who walked round the end of the line has not crossed it
    if (this.net * this.side > 0) {
      const direction = this.side > 0 ? 'in' : 'out';
      events.push({ type: 'crossed', line: this.area.name, id, time: this.crossedAt, direction });
    }
    this.net = 0;
  }
}

class ZoneVisit extends Watch {
  private readonly zone: Zone;
  /** Whether the visit counts, and whether the last observation was within the zone's edge. */
  inside = false;
  private wasWithin = false;
  /** Time of the last pass through the edge, or of the first observation within. */
  private crossedAt = Number.NaN;
  private enteredAt = Number.NaN;

  constructor(zone: Zone, areas: Areas) {
    super(zone, areas);
    this.zone = zone;
  }

  protected beyond(x: number, y: number, time: number, band: number): boolean {
    const { outline, edges, widestBand } = this.zone;
    const isWithin = contains(outline, x, y);
    if (isWithin !== this.wasWithin) {
      const part = lastCrossing(outline, this.x, this.y, x, y);
      this.crossedAt = Number.isNaN(part) ? time : this.time + part * (time - this.time);
    }
    this.wasWithin = isWithin;
    return isWithin !== this.inside && edgeDistance(edges, x, y) > Math.min(band, widestBand);
  }

  protected change(id: number, events: AreaEvent[]): void {
    const { name: zone } = this.area;
    this.inside = !this.inside;
    if (this.inside) {
      this.enteredAt = this.crossedAt;
      events.push({ type: 'entered', zone, id, time: this.crossedAt });
    } else this.end(this.crossedAt, id, events);
  }

  /** Ends the visit of a person who is not seen any more: at their last observation, or earlier if they were out already. */
  leave(lastTime: number, id: number, events: AreaEvent[]): void {
    if (!this.inside) return;
    this.settle(id, events);
    if (this.inside) this.end(lastTime, id, events);
    this.inside = false;
  }

  private end(time: number, id: number, events: AreaEvent[]): void {
    events.push({ type: 'left', zone: this.area.name, id, time, dwell: time - this.enteredAt });
  }
}
