import type { Boxes } from '../core/geometry.ts';
import type { Areas } from './areas.ts';
import { Border } from './border.ts';
import type { AreaEvent } from './events.ts';
import { LinePass } from './line-pass.ts';
import { PictureEdges } from './picture-edges.ts';
import { Place } from './place.ts';
import { ZoneVisit } from './zone-visit.ts';

/** Zones and lines, with what is computed of them once. */
export interface WatchedAreas {
  readonly zones: readonly Border[];
  readonly lines: readonly Border[];
  readonly edges: PictureEdges;
}

/** Prepares areas for {@link PersonWatch}. */
export function watched({ zones, lines, picture }: Areas): WatchedAreas {
  const edges = new PictureEdges(picture);
  return {
    zones: zones.map((zone) => new Border(zone, false, edges)),
    lines: lines.map((line) => new Border(line, true, edges)),
    edges,
  };
}

/**
 * Finds the events of one person at lines and zones, observation by observation. A change of side counts once the person has been beyond a
 * band (a tenth of their height, or half the room up to the edge of the picture) for 0.3 s, so that neither standing on a line nor a box
 * that jumps for a moment counts. Its time is that of the crossing itself, on the straight way between two observations.
 */
export class PersonWatch {
  readonly id: number;
  /** Time of the last observation in seconds. */
  lastTime = Number.NaN;
  readonly #place: Place;
  readonly #passes: readonly LinePass[];
  readonly #visits: readonly ZoneVisit[];

  constructor(id: number, areas: WatchedAreas) {
    this.id = id;
    this.#place = new Place(areas.edges);
    this.#passes = areas.lines.map((line) => new LinePass(line, id));
    this.#visits = areas.zones.map((zone) => new ZoneVisit(zone, id));
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
    this.#place.update(boxes, i);
    for (const pass of this.#passes) pass.observe(time, this.#place, boxes[4 * i + 3], events);
    for (const visit of this.#visits) visit.observe(time, this.#place, boxes[4 * i + 3], events);
  }

  /** Whether the person is in the zone of this number. */
  isIn(zone: number): boolean {
    return this.#visits[zone].inside;
  }

  /** When the longest of the visits that last began; undefined where the person is in no zone. */
  get insideSince(): number | undefined {
    let earliest: number | undefined;
    for (const { inside, enteredAt } of this.#visits)
      if (inside && !(earliest !== undefined && earliest <= enteredAt)) earliest = enteredAt;
    return earliest;
  }

  /** Ends the watch: the person left at the last observation. */
  leave(events: AreaEvent[]): void {
    for (const pass of this.#passes) pass.leave(this.lastTime, events);
    for (const visit of this.#visits) visit.leave(this.lastTime, events);
  }
}
