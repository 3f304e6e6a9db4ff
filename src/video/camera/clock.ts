/** Seconds on a clock that only goes forward, since some moment before this process began. */
export function now(): number {
  return performance.now() / 1000;
}

/** The least delayed frame is found among those of so many seconds: clocks drift. */
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
 * Puts the timestamps of one connection on our clock. They give the distances between frames better than the arrivals do; the frame
 * that was least delayed lately gives the difference of the two clocks.
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
