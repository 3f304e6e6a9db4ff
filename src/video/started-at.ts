import { basename } from 'node:path';
import { printable, UsageError } from '../core/errors.ts';
import type { VideoInfo } from './probe.ts';

/** When a video began, as it is to be found out: a date and time, `created` as the file says, or `name` as the file is called. */
export type StartedAt = 'created' | 'name' | (string & {});

/** When a video began. */
export interface Start {
  /** ISO 8601, with the offset of its time zone. */
  readonly time: string;
  /** Whether no time zone was given, so that it is in that of this machine. */
  readonly assumed: boolean;
}

const ZONE = '(Z|[+-]\\d{2}:?\\d{2})?';
const DATE = '(\\d{4})([-_.]?)(\\d{2})\\2(\\d{2})';
/** The whole of a text: the time may be short. */
const WHOLE = new RegExp(`^${DATE}(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(\\.\\d+)?)?)${ZONE}$`, 'i');
/** Within a name: 2026-11-28_08-00-00, 20261128T080000Z, cam1_20261128080000. */
const WITHIN = new RegExp(
  `(?<!\\d)${DATE}[T _.-]*(\\d{2})[-_.:h]?(\\d{2})[-_.:m]?(\\d{2})(\\.\\d+)?${ZONE}(?!\\d)`,
  'i',
);
/** A clock that was never set says an earlier year. */
const EARLIEST = 1990;

/**
 * When a video began.
 *
 * @throws UsageError when that cannot be found out, or is no time
 *
 * @example
 * startOf('name', { input: 'cam1_20261128T080000Z.mp4' }); // { time: '2026-11-28T08:00:00.000Z', assumed: false }
 */
export function startOf(asked: StartedAt, { input, createdAt }: Pick<VideoInfo, 'input' | 'createdAt'>): Start {
  const fix = 'give the date and time, such as 2026-11-28T08:00:00Z';
  if (asked === 'created') {
    const start = createdAt === undefined ? undefined : parse(WHOLE, createdAt);
    if (start) return start;
    throw new UsageError(`started-at created: ${printable(input)} does not say when it was made; ${fix}`);
  }
  if (asked === 'name') {
    const start = parse(WITHIN, basename(input));
    if (start) return start;
    const form = 'there is no date and time, such as 2026-11-28_08-00-00, in the name';
    throw new UsageError(`started-at name: ${printable(input)}: ${form}; ${fix}`);
  }
  const start = parse(WHOLE, asked.trim());
  if (start) return start;
  throw new UsageError(`started-at: ${printable(asked)} is no date and time, nor created or name; ${fix}`);
}

function parse(form: RegExp, text: string): Start | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second = 0] = [1, 3, 4, 5, 6, 7].map((i) => Number(match[i] ?? 0));
  const milliseconds = Math.round(1000 * Number(match[8] ?? 0));
  const zone = match[9]?.toUpperCase();
  const offset = zone === undefined ? undefined : zone === 'Z' ? 0 : minutesOf(zone);
  const date = new Date(year, month - 1, day, hour, minute, second, milliseconds);
  const isLocal = date.getMonth() === month - 1 && date.getDate() === day && date.getHours() === hour;
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const inUtc = new Date(utc);
  const exists = inUtc.getUTCDate() === day && inUtc.getUTCHours() === hour && minute < 60 && second < 60;
  if (!exists || year < EARLIEST) return undefined;
  if (offset !== undefined) return { time: isoWith(utc, offset), assumed: false };
  return isLocal ? { time: isoWith(utc, -date.getTimezoneOffset()), assumed: true } : undefined; // or the clocks went forward
}

/** Minutes of an offset such as +05:30. */
function minutesOf(zone: string): number {
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (zone.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

/** @param local milliseconds that the clock shows @param offset minutes that it is ahead of UTC */
function isoWith(local: number, offset: number): string {
  const text = new Date(local).toISOString();
  if (offset === 0) return text;
  const two = (n: number) => String(Math.trunc(n)).padStart(2, '0');
  const minutes = Math.abs(offset);
  return `${text.slice(0, -1)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
