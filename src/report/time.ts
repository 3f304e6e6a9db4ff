/** How a report tells times: by the wall clock in UTC where the source says when it began, else from its start. */
export class Times {
  /** Milliseconds since 1970 of time 0; undefined when not known. */
  readonly start: number | undefined;

  constructor(startedAt: string | undefined) {
    this.start = startedAt === undefined ? undefined : Date.parse(startedAt);
  }

  /** A moment: 10:15:03, or 0:15:03 from the start. */
  at(seconds: number): string {
    return this.start === undefined ? span(seconds) : new Date(this.start + 1000 * seconds).toISOString().slice(11, 19);
  }
}

/** A length of time: 4.2 s, 3:05, 1:03:05. */
export function length(seconds: number): string {
  return seconds < 59.95 ? `${seconds.toFixed(1)} s` : span(Math.round(seconds));
}

function span(seconds: number): string {
  const whole = Math.floor(seconds + 1e-6);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
