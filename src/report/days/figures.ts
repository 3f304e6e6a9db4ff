import type { TimeZone } from '../../core/time-zone.ts';

export const HOUR = 3_600_000;
/** Of an hour less recorded than this nothing is said by the hour. */
const LEAST_RECORDED = 60;

/** An hour by the clocks of a zone. */
export interface Hour {
  /** When it begins, in milliseconds since 1970. */
  readonly start: number;
  /** `2026-11-28`. */
  readonly day: string;
  /** From 0 to 23. */
  readonly hour: number;
  /** From Monday, 0, to Sunday, 6. */
  readonly weekday: number;
  /** Seconds of video. */
  recorded: number;
  /** Visits that began in it. */
  visits: number;
  /** Seconds that people were in the picture, all together. */
  present: number;
}

/** What is known of some hours together. */
export interface Rates {
  /** Hours of video. */
  readonly hours: number;
  readonly visits: number;
  /** Visits an hour of video; undefined where hardly any is. */
  readonly rate: number | undefined;
  /** People in the picture on average; undefined where hardly any video is. */
  readonly present: number | undefined;
}

/** What some hours come to. */
export function ratesOf(hours: Iterable<Hour>): Rates {
  const sum = { recorded: 0, visits: 0, present: 0 };
  for (const { recorded, visits, present } of hours) {
    sum.recorded += recorded;
    sum.visits += visits;
    sum.present += present;
  }
  const enough = sum.recorded >= LEAST_RECORDED;
  return {
    hours: sum.recorded / 3600,
    visits: sum.visits,
    rate: enough ? (3600 * sum.visits) / sum.recorded : undefined,
    present: enough ? sum.present / sum.recorded : undefined,
  };
}

/** Counts of one camera, or of all together, by the hour. Times are in milliseconds since 1970. */
export class Figures {
  readonly name: string;
  readonly #zone: TimeZone;
  readonly #hours = new Map<number, Hour>();
  readonly #people = new Set<string>();
  readonly #days = new Map<string, Set<string>>();
  /** Begins and ends of stays, one after the other. */
  readonly #stays: number[] = [];

  constructor(name: string, zone: TimeZone) {
    this.name = name;
    this.#zone = zone;
  }

  /** Adds a time that was recorded. */
  record(from: number, to: number): void {
    for (const [hour, seconds] of this.#parts(from, to)) hour.recorded += seconds;
  }

  /** Adds a stay of a person in the picture: a visit. */
  stay(person: string, from: number, to: number): void {
    const hour = this.#hourOf(from);
    hour.visits++;
    for (const [part, seconds] of this.#parts(from, to)) part.present += seconds;
    this.#people.add(person);
    const day = this.#days.get(hour.day);
    if (day) day.add(person);
    else this.#days.set(hour.day, new Set([person]));
    this.#stays.push(from, to);
  }

  /** The hours in which there was video or a person, in order. */
  hours(): Hour[] {
    return [...this.#hours.values()].sort((a, b) => a.start - b.start);
  }

  /** How many people there were. */
  get people(): number {
    return this.#people.size;
  }

  /** How many people there were on a day. */
  peopleOn(day: string): number {
    return this.#days.get(day)?.size ?? 0;
  }

  /** How long the stays were, in seconds. */
  lengths(): number[] {
    return this.#stays.flatMap((time, i) => (i % 2 === 1 ? [(time - this.#stays[i - 1]) / 1000] : []));
  }

  /** How many people were in the picture at once, at most, and when that was first; undefined without people. */
  most(): { readonly people: number; readonly at: number } | undefined {
    return mostAtOnce(this.#stays);
  }

  *#parts(from: number, to: number): Generator<[Hour, number]> {
    for (let at = from; at < to; ) {
      const hour = this.#hourOf(at);
      const end = Math.min(to, hour.start + HOUR);
      yield [hour, (end - at) / 1000];
      at = end;
    }
  }

  #hourOf(time: number): Hour {
    const start = hourStart(this.#zone, time);
    const known = this.#hours.get(start);
    if (known) return known;
    const wall = this.#zone.wall(start);
    const day = wall.toISOString().slice(0, 10);
    const weekday = (wall.getUTCDay() + 6) % 7;
    const hour = { start, day, hour: wall.getUTCHours(), weekday, recorded: 0, visits: 0, present: 0 };
    this.#hours.set(start, hour);
    return hour;
  }
}

/** When the hour of a time begins, by the clocks of a zone: some zones are half an hour apart. In milliseconds since 1970. */
export function hourStart(zone: TimeZone, time: number): number {
  const wall = Math.floor(time + zone.offset(time));
  return Math.floor(time) - (wall - Math.floor(wall / HOUR) * HOUR);
}

/** How many stays there are at once, at most, and when first. @param stays begin and end of each, one after the other */
export function mostAtOnce(stays: readonly number[]): { readonly people: number; readonly at: number } | undefined {
  const begins = Float64Array.from({ length: stays.length / 2 }, (_, i) => stays[2 * i]).sort();
  const ends = Float64Array.from(begins, (_, i) => stays[2 * i + 1]).sort();
  let [most, at, left] = [0, 0, 0];
  for (const [i, begin] of begins.entries()) {
    while (ends[left] < begin) left++;
    if (i + 1 - left > most) [most, at] = [i + 1 - left, begin];
  }
  return most > 0 ? { people: most, at } : undefined;
}
