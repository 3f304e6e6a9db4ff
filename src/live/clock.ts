/**
 * Two clocks: people are tracked by one that never jumps, `now()`, and the outputs have the time of day, which may be set by hand or by
 * NTP. Times of frames are of the first.
 */
import { now } from '../video/camera/clock.ts';

/** The time of day, in seconds since 1970, of a moment of {@link now}. */
export function wallTime(time: number): number {
  return Date.now() / 1000 - (now() - time);
}

/** A moment of {@link now} as ISO 8601 in UTC, to the millisecond. */
export function isoTime(time: number): string {
  return new Date(1000 * wallTime(time)).toISOString();
}

/** A time of day as it stands in the names of files: 20261124T135901Z. */
export function stamp(wall: number): string {
  return `${new Date(1000 * wall).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** The hour (UTC) that a time of day is in, counted from 1970. */
export function hourOf(wall: number): number {
  return Math.floor(wall / 3600);
}
