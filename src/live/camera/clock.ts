/**
 * Two clocks: people are followed by one that never jumps, and the outputs tell the time of day, which may be set by hand or by
 * NTP. Times of frames are of the first.
 */

/** Seconds on a clock that only goes forward, since some moment before this process began. */
export function now(): number {
  return performance.now() / 1000;
}

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

/** The least delayed frame is looked for among those of so many seconds: clocks drift. */
const WINDOW_SECONDS = 5;
/**
 * A frame that comes earlier than any of them by more than this part of the time since the one before is not less delayed: when a
 * connection ends, the decoder gives all it has at once.
 */
const GAIN = 0.01;
/** Timestamps that are further off than this have started anew. */
const JUMP_SECONDS = 5;
/** Two frames are at least this far apart. */
const STEP = 0.001;

/**
 * Puts the timestamps of one connection on our clock. They tell the distances between frames better than the arrivals do; the frame
 * that was least delayed lately tells how the two clocks stand to each other.
 */
export class FrameClock {
  /** Differences between the clocks as frames showed them, each smaller than those after it; oldest first. */
  private readonly offsets: { readonly arrival: number; readonly offset: number }[] = [];
  private arrival = 0;
  private last: number;

  /** @param last times come after this one */
  constructor(last = Number.NEGATIVE_INFINITY) {
    this.last = last;
  }

  /**
   * The time of the next frame on our clock; rises from one to the next.
   *
   * @param timestamp in seconds as the camera gave it, NaN when it gave none
   * @param arrival when the frame came, by {@link now}
   */
  timeOf(timestamp: number, arrival: number): number {
    if (Number.isNaN(timestamp)) return this.rising(arrival);
    const { offsets } = this;
    let offset = arrival - timestamp;
    if (offsets.length > 0 && Math.abs(offset - offsets[0].offset) > JUMP_SECONDS) offsets.length = 0;
    if (offsets.length > 0) offset = Math.max(offset, offsets[0].offset - GAIN * (arrival - this.arrival));
    this.arrival = arrival;
    while (offsets.length > 0 && offsets[offsets.length - 1].offset >= offset) offsets.pop();
    offsets.push({ arrival, offset });
    while (arrival - offsets[0].arrival > WINDOW_SECONDS) offsets.shift();
    return this.rising(timestamp + offsets[0].offset);
  }

  private rising(time: number): number {
    this.last = Math.max(time, this.last + STEP);
    return this.last;
  }
}
