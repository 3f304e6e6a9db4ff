import { LatestFrame } from '../video/camera/latest-frame.ts';
import type { CameraFrame } from '../video/camera/session.ts';

/** A frame that was handed to the detector. */
export interface BegunFrame {
  /** Settles when the detector is done with it. */
  readonly detected: Promise<unknown>;
  /** Tracks the people found in it; called in order. */
  finish(): Promise<void>;
}

/** What a camera gives to the scheduler. */
export interface LaneOptions {
  /** Hands a frame to the detector; called in order. */
  readonly begin: (frame: CameraFrame) => BegunFrame;
  /** Takes the reason why a frame is left out; the camera goes on with the next one. */
  readonly failed: (error: unknown) => void;
}

/** A camera's way to the detector. */
export interface Lane {
  /** Frames that came while the detector was busy with others, and were dropped for newer ones. */
  readonly dropped: number;
  put(frame: CameraFrame): void;
  /** Takes no more frames; resolves when none is under way. */
  close(): Promise<void>;
}

/**
 * Shares one detector between cameras: of those with a frame waiting, the one that was served longest ago comes next, and gives its
 * newest frame. A frame is handed over when the detector can begin with it, so it never waits behind others.
 */
export class DetectorScheduler {
  readonly #atOnce: number;
  readonly #lanes = new Set<FrameLane>();
  #running = 0;
  #turn = 0;

  /** @param atOnce frames that the detector works on at once */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  open(options: LaneOptions): Lane {
    const lane = new FrameLane(options, this.#atOnce, () => this.#serve());
    this.#lanes.add(lane);
    lane.closed.then(() => this.#lanes.delete(lane));
    return lane;
  }

  #serve(): void {
    while (this.#running < this.#atOnce) {
      let next: FrameLane | undefined;
      for (const lane of this.#lanes) if (lane.ready && !(next && next.served <= lane.served)) next = lane;
      if (!next) return;
      next.served = ++this.#turn;
      this.#running++;
      next.run().finally(() => {
        this.#running--;
        this.#serve();
      });
    }
  }
}

class FrameLane implements Lane {
  /** When it was last served; the smallest is next. */
  served = 0;
  readonly closed: Promise<void>;
  readonly #options: LaneOptions;
  readonly #most: number;
  readonly #changed: () => void;
  readonly #slot = new LatestFrame<CameraFrame>();
  #pending = 0;
  #last: Promise<void> = Promise.resolve();
  #close!: () => void;
  #open = true;

  constructor(options: LaneOptions, most: number, changed: () => void) {
    this.#options = options;
    this.#most = most;
    this.#changed = changed;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get dropped(): number {
    return this.#slot.dropped;
  }

  /** Whether it has a frame, and not too many that are detected but not yet tracked. */
  get ready(): boolean {
    return this.#slot.waiting && this.#pending <= this.#most;
  }

  put(frame: CameraFrame): void {
    if (!this.#open) return;
    this.#slot.put(frame);
    this.#changed();
  }

  /** Begins the waiting frame; resolves when it is detected. Frames are taken in order, whichever is done first. */
  async run(): Promise<void> {
    const { begin, failed } = this.#options;
    const frame = this.#slot.take()!;
    this.#pending++;
    const begun = begin(frame);
    this.#last = this.#last
      .then(() => begun.finish())
      .catch(failed)
      .finally(() => {
        this.#pending--;
      });
    await begun.detected.catch(() => {});
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#slot.take();
    this.#close();
    await this.#last;
  }
}
