import { clock } from '../core/text.ts';

/** Times as a report shows them: by the wall clock in UTC where the source says when it began, else from its start. */
export class Times {
  /** Milliseconds since 1970 of time 0; undefined when not known. */
  readonly start: number | undefined;
  /** Whether moments have the day as well. */
  readonly days: boolean;

  /** @param days whether times go over days */
  constructor(startedAt: string | undefined, days = false) {
    this.start = startedAt === undefined ? undefined : Date.parse(startedAt);
    this.days = days && startedAt !== undefined;
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
