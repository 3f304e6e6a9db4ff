/** Seconds on a clock that only goes forward, since some moment before this process began. */
export function now(): number {
  return performance.now() / 1000;
}

/** The least delayed frame is found among those of so many seconds: clocks drift. */
const WINDOW_SECONDS = 5;
/** Timestamps that are further off than this have started anew. */
const JUMP_SECONDS = 5;
/** Two frames are at least this far apart: a microsecond by our clock, a millisecond by the camera's. */
const LEAST = 1e-6;
const STEP = 0.001;
/** The pace of timestamps is measured by the least delays of spans of so many seconds. */
const SPAN_SECONDS = 2.5;
/** They run at another pace than time when so many spans in a row are each off by this part, all to the same side. */
const SPANS = 4;
const PACE = 0.02;

/**
 * Puts the timestamps of one connection on our clock. They give the distances between frames better than the arrivals do; the frame
 * that was least delayed lately gives the difference of the two clocks. No frame is of later than when it came. Arrivals count where
 * there are no timestamps, or these stand still, go back, or do not run at the pace of time.
 */
export class FrameClock {
  /** Differences between the clocks as frames showed them, each smaller than those after it; oldest first. */
  private readonly offsets: { readonly arrival: number; readonly offset: number }[] = [];
  private timestamp = Number.NEGATIVE_INFINITY;
  /** The span under way: when it began, and the least difference in it; and how the least ones of those before changed. */
  private span = { begun: 0, offset: Number.POSITIVE_INFINITY };
  private before = Number.NaN;
  private readonly changes: number[] = [];
  private last: number;

  /** @param last times come after this one */
  constructor(last = Number.NEGATIVE_INFINITY) {
    this.last = last;
  }

  /** Whether the timestamps run faster or slower than time passes. */
  get offPace(): boolean {
    const { changes } = this;
    return (
      changes.length === SPANS &&
      (changes.every((change) => change > PACE) || changes.every((change) => change < -PACE))
    );
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
    const offset = arrival - timestamp;
    const rises = timestamp > this.timestamp;
    this.timestamp = timestamp;
    if (!rises || (offsets.length > 0 && Math.abs(offset - offsets[0].offset) > JUMP_SECONDS)) this.startAnew();
    if (!rises) return this.rising(arrival);
    while (offsets.length > 0 && offsets[offsets.length - 1].offset >= offset) offsets.pop();
    offsets.push({ arrival, offset });
    while (arrival - offsets[0].arrival > WINDOW_SECONDS) offsets.shift();
    this.measurePace(offset, arrival);
    return this.rising(this.offPace ? arrival : Math.min(arrival, timestamp + offsets[0].offset));
  }

  private measurePace(offset: number, arrival: number): void {
    const { span, changes } = this;
    const passed = arrival - span.begun;
    if (passed >= SPAN_SECONDS) {
      if (!Number.isNaN(this.before)) changes.push((span.offset - this.before) / passed);
      if (changes.length > SPANS) changes.shift();
      this.before = span.offset < Number.POSITIVE_INFINITY ? span.offset : Number.NaN;
      this.span = { begun: arrival, offset };
    } else span.offset = Math.min(span.offset, offset);
  }

  private startAnew(): void {
    this.offsets.length = 0;
    this.changes.length = 0;
    this.before = Number.NaN;
    this.span = { begun: 0, offset: Number.POSITIVE_INFINITY };
  }

  private rising(time: number): number {
    this.last = Math.max(time, this.last + LEAST);
    return this.last;
  }
}

/**
 * Counts the seconds since the first frame by the camera's own clock, as a file of the same frames would: the distances between frames are
 * free of the delays of the network. Where the timestamps jump, start anew or are missing, our own clock gives the distance.
 */
export class ElapsedTime {
  #origin = 0;
  #timestamp = Number.NaN;
  #arrival = 0;
  #elapsed = Number.NaN;

  /** The next frame is of another connection. */
  reconnected(): void {
    this.#timestamp = Number.NaN;
  }

  /**
   * @param timestamp in seconds as the camera gave it, NaN when it gave none
   * @param arrival when the frame came, by {@link now}
   * @returns seconds since the first frame, to the microsecond; rises from one frame to the next
   */
  next(timestamp: number, arrival: number): number {
    const step = timestamp - this.#timestamp;
    if (!(step > 0 && step <= JUMP_SECONDS)) {
      const since = Number.isNaN(this.#elapsed) ? 0 : this.#elapsed + Math.max(STEP, arrival - this.#arrival);
      this.#origin = since - (Number.isNaN(timestamp) ? 0 : timestamp);
    }
    const elapsed = Number.isNaN(timestamp) ? this.#origin : this.#origin + timestamp;
    this.#timestamp = timestamp;
    this.#arrival = arrival;
    this.#elapsed = Math.round(1e6 * elapsed) / 1e6;
    return this.#elapsed;
  }
}
