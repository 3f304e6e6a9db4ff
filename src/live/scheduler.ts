import type { Detections, Detector } from '../detection/index.ts';
import type { PictureShift } from '../tracking/camera-motion/from-pixels.ts';
import type { Frame } from '../video/index.ts';
import { LatestFrame } from './camera/latest-frame.ts';

/** What a camera gives to the scheduler. */
export interface LaneOptions {
  /** How far the picture has moved; called in order before frames go to the detector. */
  readonly cameraOffset?: (frame: Frame) => PictureShift | undefined;
  /** Adds to the detections of a frame what takes a while, such as embeddings; called in order as frames go to the detector. */
  readonly embed?: (frame: Frame, detected: Promise<Detections>) => Promise<Detections>;
  /** Takes each frame with the people found in it and what `cameraOffset` said, in order. */
  readonly take: (frame: Frame, detections: Detections, offset: PictureShift | undefined) => void;
  /** Is told why a frame could not be looked at, or taken; the camera goes on with the next one. */
  readonly failed: (error: unknown) => void;
}

/** A camera's way to the detector. */
export interface Lane {
  /** Frames that came while the detector was busy with others, and were dropped for newer ones. */
  readonly dropped: number;
  put(frame: Frame): void;
  /** Takes no more frames; resolves when none is under way. */
  close(): Promise<void>;
}

/**
 * Shares one detector between cameras: of those with a frame waiting, the one that was served longest ago comes next, and gives its
 * newest frame. A frame is handed over when the detector can begin with it, so it never waits behind others.
 */
export class DetectorScheduler {
  readonly #detector: Pick<Detector, 'detect'>;
  readonly #atOnce: number;
  readonly #lanes = new Set<FrameLane>();
  #running = 0;
  #turn = 0;

  /** @param atOnce frames that the detector works on at once */
  constructor(detector: Pick<Detector, 'detect'>, atOnce: number) {
    this.#detector = detector;
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
      next
        .run((frame) => this.#detector.detect(frame))
        .finally(() => {
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
  readonly #slot = new LatestFrame();
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

  /** Whether it has a frame, and not too many that were looked at but not yet taken. */
  get ready(): boolean {
    return this.#slot.waiting && this.#pending <= this.#most;
  }

  put(frame: Frame): void {
    if (!this.#open) return;
    this.#slot.put(frame);
    this.#changed();
  }

  /** Gives the waiting frame to `detect`; resolves when that is done. Frames are taken in order, whichever is done first. */
  async run(detect: (frame: Frame) => Promise<Detections>): Promise<void> {
    const frame = this.#slot.take()!;
    const { cameraOffset, embed, take, failed } = this.#options;
    this.#pending++;
    const offset = cameraOffset?.(frame);
    const found = detect(frame);
    const embedded = embed?.(frame, found) ?? found;
    embedded.catch(() => {}); // told where it is awaited
    this.#last = this.#last
      .then(async () => take(frame, await embedded, offset))
      .catch(failed)
      .finally(() => {
        this.#pending--;
      });
    await found.catch(() => {});
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#slot.take();
    this.#close();
    await this.#last;
  }
}
