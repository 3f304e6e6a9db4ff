/** How the times of a video are told from its timestamps. */
export interface TimelineOptions {
  /** Frames per second that the video says it has. */
  readonly frameRate: number;
  /** Seconds that the container says it lasts, from its first timestamp on. */
  readonly duration?: number | undefined;
  /** ffmpeg's name of the container. */
  readonly container: string;
  /** Whether the video has no timestamps: ffmpeg's are computed, and the first is 0. Default false. */
  readonly untimed?: boolean;
  /** Whether times are the frame's number over `frameRate`, whatever the timestamps. Default false. */
  readonly counted?: boolean;
}

/** Something that happens to the timestamps of a video, once or more often. */
export interface TimelineEvent {
  /** Times that it happens. */
  count: number;
  /** The first time: frame, its time, and the seconds by which the timestamps step. */
  readonly frame: number;
  readonly time: number;
  readonly step: number;
  /** Sum of the steps, in seconds. */
  total: number;
}

/** Containers without timestamps: a codec's pictures one after another. So are those that ffmpeg names by a `_pipe`. */
const UNTIMED = new Set('h264 hevc vvc mjpeg mpjpeg m4v mpegvideo obu vc1 cavsvideo avs2 avs3'.split(' '));

/** Whether a video has no timestamps. */
export function isUntimed(container: string): boolean {
  return UNTIMED.has(container) || container.endsWith('_pipe');
}

/** Clocks that start again at 0 when they are full, in seconds: 33 and 32 bits of 90 kHz, 32, 31 and 24 bits of 1 kHz. */
const WRAPS = [2 ** 33 / 90_000, 2 ** 32 / 90_000, 2 ** 32 / 1000, 2 ** 31 / 1000, 2 ** 24 / 1000];
/** A step of at most this many seconds is one that a clock can take as it wraps. */
const WRAP_STEP = 10;
/** Decoders put back into order at most this many pictures (H.264, Annex A): a step back by more is none of theirs. */
const REORDERED = 16;
/** Containers that are written with their duration at the end, so that no frame is beyond it. */
const STATES_DURATION = new Set(['matroska,webm', 'flv', 'asf']);
/** Containers whose stated duration ffmpeg does not take from the last timestamp. */
const COVERS = new Set(['matroska,webm', 'asf', 'mov,mp4,m4a,3gp,3g2,mj2', 'avi']);
/** Seconds beyond which a step ahead is taken for another clock, where the container does not confirm it. */
const FAR = 3600;
/** A step ahead of this many seconds and intervals is reported. */
const GAP_SECONDS = 5;
const GAP_INTERVALS = 10;
/** Steps of which the interval between frames is the median. */
const RECENT = 9;

/**
 * Gives every frame its time from its timestamp. Times rise: a clock that starts again, or that steps ahead further than time can have
 * passed, goes on one interval after the frame before; a clock that is full goes on as it ran. A timestamp that is repeated, or is a
 * few frames back, becomes the previous time plus a millisecond. A step ahead that can be a pause is kept.
 *
 * @example
 * const timeline = new Timeline({ frameRate: 25, container: 'matroska,webm' });
 * [0, 0.04, 0.08].map((timestamp) => timeline.next(timestamp)); // [0, 0.04, 0.08]
 */
export class Timeline {
  /** The clock starts again, at a timestamp before those that were. */
  restarts: TimelineEvent | undefined;
  /** The clock steps ahead beyond reason. */
  jumps: TimelineEvent | undefined;
  /** The clock steps ahead by what can be a pause. */
  gaps: TimelineEvent | undefined;
  /** Timestamps repeat, or step back by a few frames. */
  repeats: TimelineEvent | undefined;
  /** Frames without a timestamp. */
  missing = 0;
  readonly rates = new RateRange();
  readonly #options: TimelineOptions;
  readonly #recent: number[] = [];
  #count = 0;
  #last = 0;
  /** What is added to timestamps. */
  #offset = 0;
  /** The lowest timestamp since the clock started. */
  #start = 0;
  #raw = 0;
  #restarted = false;

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  /**
   * @param timestamp of the next frame in order of presentation, in seconds from the start of the file; NaN where it has none
   * @returns its time in seconds
   */
  next(timestamp: number): number {
    const first = this.#count === 0;
    const time = this.#options.counted ? this.#count / this.#options.frameRate : this.#time(timestamp, first);
    this.#last = time;
    this.#count++;
    return time;
  }

  /** The next frame is the first of another recording: the clock starts again, whatever its timestamp. */
  restart(): void {
    this.#restarted = this.#count > 0;
  }

  /** Seconds from a frame to the next: the rate that is stated, where the latest frames agree with it; a millisecond and more. */
  get interval(): number {
    const stated = Math.max(0.001, 1 / this.#options.frameRate);
    if (this.#recent.length === 0) return stated;
    const median = [...this.#recent].sort((a, b) => a - b)[this.#recent.length >> 1];
    return Math.abs(median - stated) <= Math.max(0.0015, 0.05 * stated) ? stated : Math.max(0.001, median);
  }

  #time(raw: number, first: boolean): number {
    if (Number.isNaN(raw)) {
      this.missing++;
      return first ? 0 : this.#last + this.interval;
    }
    if (first) return this.#first(raw);
    const previous = this.#raw;
    this.#raw = raw;
    if (this.#restarted) return this.#restart(raw, previous);
    const step = raw + this.#offset - this.#last;
    const wrap = WRAPS.find((length) => isStep(step + length)) ?? -(WRAPS.find((length) => isStep(step - length)) ?? 0);
    if (wrap !== 0) {
      this.#offset += wrap;
      return raw + this.#offset;
    }
    if (step > 0) return this.#ahead(raw, previous, step);
    const { interval } = this;
    if (-step <= this.#reordered(interval) && !(-step >= 8 * interval && raw <= this.#start + interval)) {
      const time = this.#last + 0.001;
      this.repeats = this.#event(this.repeats, time, step);
      return time;
    }
    return this.#restart(raw, previous);
  }

  #restart(raw: number, previous: number): number {
    this.#restarted = false;
    const time = this.#goOn(raw);
    this.restarts = this.#event(this.restarts, time, raw - previous);
    return time;
  }

  /** The first frame: after the start by as much as it says, if that can be. */
  #first(raw: number): number {
    this.#raw = raw;
    this.#start = raw;
    const { untimed } = this.#options;
    if (raw > 0 && !untimed && this.#canBe(raw, 0, raw)) return raw;
    if (raw > 0 && !untimed) this.jumps = this.#event(this.jumps, 0, raw);
    this.#offset = -raw;
    return 0;
  }

  #ahead(raw: number, previous: number, step: number): number {
    const { interval } = this;
    if (!this.#canBe(raw, previous, step)) {
      const time = this.#goOn(raw);
      this.jumps = this.#event(this.jumps, time, step);
      return time;
    }
    const time = raw + this.#offset;
    if (step > GAP_SECONDS && step > GAP_INTERVALS * interval) this.gaps = this.#event(this.gaps, time, step);
    else {
      this.#recent.push(step);
      if (this.#recent.length > RECENT) this.#recent.shift();
      this.rates.add(step);
    }
    return time;
  }

  #goOn(raw: number): number {
    const time = this.#last + this.interval;
    this.#offset = time - raw;
    this.#start = raw;
    return time;
  }

  /** How far back a timestamp can be of a frame that is only out of order. */
  #reordered(interval: number): number {
    return Math.min(REORDERED * interval, Math.max(1, 4 * interval));
  }

  /** Whether a step ahead can be time that passed. */
  #canBe(raw: number, previous: number, step: number): boolean {
    const { duration, container } = this.#options;
    const { interval } = this;
    if (duration !== undefined) {
      const end = duration + Math.max(1, interval);
      if (COVERS.has(container) && raw <= end) return true;
      const crosses = STATES_DURATION.has(container) && previous <= end && raw > end;
      if (crosses && step > Math.max(1, 5 * interval)) return false;
    }
    return step <= Math.max(FAR, 100 * interval);
  }

  #event(before: TimelineEvent | undefined, time: number, step: number): TimelineEvent {
    if (!before) return { count: 1, frame: this.#count, time, step, total: step };
    before.count++;
    before.total += step;
    return before;
  }
}

function isStep(seconds: number): boolean {
  return seconds > 0 && seconds <= WRAP_STEP;
}

/** Buckets an octave of intervals, from 2^-14 s on. */
const PER_OCTAVE = 64;
const LOWEST = -14;
const OCTAVES = 32;

/** Between which rates most frames come. */
export class RateRange {
  readonly #buckets = new Uint32Array(PER_OCTAVE * OCTAVES);
  #count = 0;

  /** @param interval seconds from a frame to the next */
  add(interval: number): void {
    const bucket = Math.round(PER_OCTAVE * (Math.log2(interval) - LOWEST));
    this.#buckets[Math.max(0, Math.min(this.#buckets.length - 1, bucket))]++;
    this.#count++;
  }

  /** The rates that one frame in twenty is below and above, per second, where they differ by half and more; to a hundredth. */
  get varies(): { from: number; to: number } | undefined {
    if (this.#count < 20) return undefined;
    const short = this.#quantile(0.05);
    const long = this.#quantile(0.95);
    return long >= 1.5 * short && long - short > 0.0025 ? { from: 1 / long, to: 1 / short } : undefined;
  }

  /** The median interval in seconds, to a hundredth. */
  get median(): number {
    return this.#quantile(0.5);
  }

  #quantile(part: number): number {
    let left = part * this.#count;
    const bucket = this.#buckets.findIndex((n) => {
      left -= n;
      return left <= 0;
    });
    return 2 ** (bucket / PER_OCTAVE + LOWEST);
  }
}
