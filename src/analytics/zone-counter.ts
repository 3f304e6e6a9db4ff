import { IdSet } from '../core/id-set.ts';
import { type PeopleFrame, type TrackedFrame, toTrackedFrame } from '../core/tracked-frame.ts';
import type { Areas } from './areas.ts';
import { type AreaEvent, GONE_SECONDS } from './events.ts';
import { PersonWatch, type WatchedAreas, watched } from './person-watch.ts';

/** How often a line was crossed each way. */
export interface LineCount {
  readonly name: string;
  in: number;
  out: number;
}

/** How many people are and were in a zone. */
export interface ZoneCount {
  readonly name: string;
  /** People in it now: those seen there within the last two seconds. */
  inside: number;
  /** How often people entered. */
  entered: number;
  /** How many people these were. */
  people: number;
}

/** A person who is unseen for up to so many seconds counts as inside. */
const PRESENT_SECONDS = 2;

/**
 * Counts people at lines and in zones while they are tracked. Each crossing and each visit counts once, also when the person was lost and
 * found again under the same id. People are remembered for 10 s after they were last seen.
 *
 * @example
 * const counter = new ZoneCounter(resolveAreas(parameters, { width: 1920, height: 1080 }));
 * for (const event of counter.update(frame)) console.log(event);
 */
export class ZoneCounter {
  readonly areas: Areas;
  readonly lines: readonly LineCount[];
  readonly zones: readonly ZoneCount[];
  readonly #watched: WatchedAreas;
  readonly #people = new Map<number, PersonWatch>();
  /** Who was in each zone. */
  readonly #visitors: readonly IdSet[];

  /** @param areas zones and lines, see `resolveAreas` */
  constructor(areas: Areas) {
    this.areas = areas;
    this.#watched = watched(areas);
    this.lines = areas.lines.map(({ name }) => ({ name, in: 0, out: 0 }));
    this.zones = areas.zones.map(({ name }) => ({ name, inside: 0, entered: 0, people: 0 }));
    this.#visitors = areas.zones.map(() => new IdSet());
  }

  /**
   * Takes the people of the next frame.
   *
   * @param frame as `track()` yields it, or columns; times rise from frame to frame
   * @returns what became certain with it; of a person who stays away, the exit comes when they count as gone, with the time
   * they were last seen
   */
  update(frame: Pick<TrackedFrame, 'time' | 'length' | 'ids' | 'boxes'> | PeopleFrame): AreaEvent[] {
    const { time, length, ids, boxes } = 'people' in frame ? toTrackedFrame(frame) : frame;
    const events: AreaEvent[] = [];
    for (const [id, person] of this.#people) {
      if (time - person.lastTime <= GONE_SECONDS) continue;
      person.leave(events);
      this.#people.delete(id);
    }
    for (let i = 0; i < length; i++) {
      let person = this.#people.get(ids[i]);
      if (!person) {
        person = new PersonWatch(ids[i], this.#watched);
        this.#people.set(ids[i], person);
      }
      person.observe(time, boxes, i, events);
    }
    return this.#count(events, time);
  }

  /** Ends the count: all people left when they were last seen. */
  finish(): AreaEvent[] {
    const events: AreaEvent[] = [];
    for (const person of this.#people.values()) person.leave(events);
    this.#people.clear();
    return this.#count(events, Number.POSITIVE_INFINITY);
  }

  /** Number of people remembered. */
  get remembered(): number {
    return this.#people.size;
  }

  /** When the longest of the visits of a person that last began, in seconds; undefined where they are in no zone. */
  insideSince(id: number): number | undefined {
    return this.#people.get(id)?.insideSince;
  }

  #visit(name: string, id: number): void {
    const k = this.zones.findIndex((zone) => zone.name === name);
    this.zones[k].entered++;
    this.#visitors[k].add(id);
    this.zones[k].people = this.#visitors[k].size;
  }

  #count(events: AreaEvent[], time: number): AreaEvent[] {
    for (const event of events) {
      if (event.type === 'crossed') this.lines.find(({ name }) => name === event.line)![event.direction]++;
      if (event.type === 'entered') this.#visit(event.zone, event.id);
    }
    for (const zone of this.zones) zone.inside = 0;
    for (const person of this.#people.values()) {
      if (time - person.lastTime > PRESENT_SECONDS) continue;
      for (let k = 0; k < this.zones.length; k++) if (person.isIn(k)) this.zones[k].inside++;
    }
    return events;
  }
}
