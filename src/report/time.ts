import { clock } from '../core/text.ts';

/** Times as a report shows them: by the clock of the zone in which the source says when it began, else from its start. */
export class Times {
  /** What the clock shows at time 0, as milliseconds since 1970; undefined when not known. */
  readonly start: number | undefined;
  /** The zone of the clock: `UTC`, or `UTC+01:00`. */
  readonly zone: string;
  /** Whether moments have the day as well. */
  readonly days: boolean;

  /** @param days whether times go over days */
  constructor(startedAt: string | undefined, days = false) {
    const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})$/.exec(startedAt ?? '') ?? [];
    const ahead = sign === undefined ? 0 : Number(`${sign}1`) * (60 * Number(hours) + Number(minutes));
    this.start = startedAt === undefined ? undefined : Date.parse(startedAt) + 60_000 * ahead;
    this.zone = ahead === 0 ? 'UTC' : `UTC${sign}${hours}:${minutes}`;
    this.days = days && startedAt !== undefined;
  }

  /** The day and the time of a moment: 2026-11-28 10:15:03, where the clock is known. */
  day(seconds: number): string {
    return new Date((this.start ?? 0) + 1000 * seconds).toISOString().slice(0, 19).replace('T', ' ');
  }

  /** A moment: 10:15:03, or 03-01 10:15:03, or 0:15:03 from the start. */
  at(seconds: number): string {
    return this.start === undefined
      ? `${seconds < 0 ? '−' : ''}${clock(Math.floor(Math.abs(seconds) + 1e-6))}`
      : new Date(this.start + 1000 * seconds)
          .toISOString()
          .slice(this.days ? 5 : 11, 19)
          .replace('T', ' ');
  }
}

/** A length of time: 4.2 s, 3:05, 1:03:05. */
export function length(seconds: number): string {
  return seconds < 59.95 ? `${seconds.toFixed(1)} s` : clock(seconds);
}
