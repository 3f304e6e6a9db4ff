import { printable, UsageError } from './errors.ts';

/** All clocks of today are whole quarters of an hour apart from UTC, and are changed at one. */
const QUARTER = 900_000;
const DAY = 86_400_000;
const FORM = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** A time zone, with the changes of its clocks. Times are in milliseconds since 1970, UTC. */
export class TimeZone {
  /** Such as `Europe/Berlin`. */
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /**
   * @param name such as `Europe/Berlin` or `UTC`; default the zone of this machine
   * @throws UsageError when there is no such zone
   */
  constructor(name?: string) {
    const part = '2-digit';
    const fields = { year: 'numeric', month: part, day: part, hour: part, minute: part, second: part } as const;
    try {
      const zone = name === undefined ? {} : { timeZone: name };
      this.#format = new Intl.DateTimeFormat('en', { ...fields, ...zone, hourCycle: 'h23', era: 'short' });
    } catch {
      throw new UsageError(`time zone ${printable(name ?? '')}: is not known; give one such as Europe/Berlin or UTC`);
    }
    this.name = this.#format.resolvedOptions().timeZone;
  }

  /** How far its clocks are ahead of UTC, in milliseconds. */
  offset(time: number): number {
    const quarter = Math.floor(time / QUARTER);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const parts = Object.fromEntries(
      this.#format.formatToParts(quarter * QUARTER).map(({ type, value }) => [type, Number(value)]),
    );
    const { year, month, day, hour, minute, second } = parts;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter * QUARTER;
    this.#offsets.set(quarter, offset);
    return offset;
  }

  /** What its clocks show, as the UTC fields of a date. */
  wall(time: number): Date {
    return new Date(time + this.offset(time));
  }

  /** As ISO 8601 with the offset: `2026-11-28T09:00:00.250+01:00`. */
  iso(time: number): string {
    const minutes = Math.round(this.offset(time) / 60_000);
    const two = (n: number) => String(Math.trunc(Math.abs(n))).padStart(2, '0');
    const behind = minutes === 0 ? 'Z' : `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
    return this.wall(time)
      .toISOString()
      .replace(/(\.000)?Z$/, behind);
  }

  /** The time at which its clocks show this; of an hour that comes twice the first, of one that is left out an hour later. @param wall as {@link wall} gives it */
  at(wall: number): number {
    const before = wall - this.offset(wall - DAY);
    if (before + this.offset(before) === wall) return before;
    const after = wall - this.offset(wall + DAY);
    return after + this.offset(after) === wall ? after : before;
  }

  /**
   * The time that a text says: 2026-11-28, 2026-11-28T08:00, or with an offset 2026-11-28T08:00:00+01:00.
   *
   * @param text by the clocks of this zone, where it says none
   * @param end of a day without a time, its end is meant
   * @throws UsageError when it is none
   */
  parse(text: string, end = false): number {
    const [, date, clock, offset] = FORM.exec(text.trim()) ?? [];
    const utc = Date.parse(`${date}T${clock ?? '00:00'}${offset ?? 'Z'}`);
    const exists = Number.isFinite(utc) && new Date(Date.parse(`${date}T00:00Z`)).toISOString().startsWith(date);
    if (!exists) throw new UsageError(`${printable(text)}: is no date, such as 2026-11-28 or 2026-11-28T08:00`);
    if (offset !== undefined) return utc;
    return this.at(clock === undefined && end ? utc + DAY : utc);
  }
}
