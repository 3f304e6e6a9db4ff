import { type Detections, NO_DETECTIONS } from '../core/detections.ts';
import type { Frame, Letterbox } from '../core/frame.ts';
import type { Region } from '../core/geometry.ts';
import { windowOf } from '../core/video-window.ts';
import type { Detector, Found, PicturePart } from './detector.ts';
import { InputSize } from './input-size.ts';
import { Movement, type Places } from './movement.ts';
import type { DetectionParameters } from './parameters.ts';

/** Who may be a person from this probability on, and is more likely one than not from that on. */
const POSSIBLE = 0.2;
const LIKELY = 0.5;
/** People are looked for around those of so many frames before: the detector has two frames under way, and one waits. */
const LAG = 3;

type ScheduledDetector = Pick<Detector, 'detect' | 'letterbox' | 'free' | 'scales'>;

/** What becomes of a frame. */
export interface Scheduled {
  /** Whether people are looked for in it; else they are where they are expected. */
  readonly detect: boolean;
  readonly detections: Promise<Detections>;
  /** Whether the detections are those of an earlier frame, as nothing has moved; known when they are. */
  readonly still: boolean;
}

/** How often the detector ran. */
export interface ScheduleCounts {
  /** Frames that the detector saw. */
  detected: number;
  /** Frames between those, by `detection.maxRate`. */
  skipped: number;
  /** Frames without people in which nothing had moved: they have the detections of the frame before. */
  still: number;
}

/**
 * Decides in which frames the detector runs, and what it sees of them: at most `maxRate` times a second, and the whole picture only `emptyRate`
 * times. In between it sees the region that holds the people found shortly before and all that moves, and where there is neither the frame
 * is still. What is a possible person in a place where nothing has moved has always been there, and does not count.
 */
export class DetectionSchedule {
  readonly counts: ScheduleCounts = { detected: 0, skipped: 0, still: 0 };
  readonly #detector: ScheduledDetector;
  readonly #maxRate: number;
  readonly #emptyRate: number;
  readonly #movement = new Movement();
  readonly #inputSize = new InputSize();
  #time = Number.NEGATIVE_INFINITY;
  /** Of the last frames looked at in this window, `LAG` at most: what was found, and where something moved. */
  readonly #found: Promise<Found>[] = [];
  readonly #moved: (Region | undefined)[] = [];

  constructor(detector: ScheduledDetector, { maxRate, emptyRate }: Pick<DetectionParameters, 'maxRate' | 'emptyRate'>) {
    this.#detector = detector;
    this.#maxRate = maxRate;
    this.#emptyRate = emptyRate;
  }

  /** Takes the next frame; frames come in order. */
  next(frame: Frame): Scheduled {
    const begins = windowOf(frame.time) !== windowOf(this.#time);
    const before = begins ? Number.NEGATIVE_INFINITY : this.#time;
    const picture = this.#picture(frame);
    if (picture === undefined) return looked(this.#detect(frame));
    this.#time = frame.time;
    if (!due(before, frame.time, this.#maxRate)) {
      this.counts.skipped++;
      return { detect: false, detections: Promise.resolve(NO_DETECTIONS), still: false };
    }
    const size = this.#detector.scales ? this.#inputSize.next(frame) : undefined;
    const whole = begins || size?.decides || due(before, frame.time, this.#emptyRate);
    if (this.#emptyRate === 0 && !size?.decides) return looked(this.#detect(frame, size?.area));
    if (begins) {
      this.#movement.forget();
      this.#found.length = this.#moved.length = 0;
    }
    keepLast(this.#moved, this.#movement.next(...picture));
    if (whole) this.#movement.keep();
    const scheduled = whole ? looked(this.#detect(frame, size?.area)) : this.#partly(frame, size?.area);
    scheduled.detections.catch(() => {}); // reported where it is awaited
    keepLast(this.#found, scheduled.detections);
    if (size?.decides) this.#inputSize.learn(scheduled.detections);
    return scheduled;
  }

  /** Counts a frame of which is known what becomes of it: it is not given to `next`. */
  count({ detect, still }: Pick<Scheduled, 'detect' | 'still'>): void {
    this.counts[still ? 'still' : detect ? 'detected' : 'skipped']++;
  }

  #partly(frame: Frame, area?: Promise<number>): Scheduled {
    const scheduled = { detect: true, still: false };
    const [earlier] = this.#found;
    const moved = this.#moved.slice(-this.#found.length).filter((region) => region !== undefined); // since then
    const { places } = this.#movement;
    const partly = (found: Found) => {
      const region = this.#region(frame, found, moved, places);
      if (region) return this.#detect(frame, area, found.context && { region, context: found.context });
      this.counts.still++;
      scheduled.still = true;
      return found;
    };
    const detections = earlier.then(partly, () => this.#detect(frame, area)); // one that failed says nothing of this one
    return Object.assign(scheduled, { detections });
  }

  /**
   * The region to look at, in source pixels; undefined where there is no person and nothing moves.
   *
   * @param moved in pixels of the plane of brightness
   * @param places where something has moved in this window
   */
  #region(frame: Frame, found: Detections, moved: readonly Region[], places: Places): Region | undefined {
    const { boxes, scores, length } = found;
    const { width, height } = frame;
    const fit = this.#letterbox(frame) ?? { innerWidth: width, innerHeight: height, offsetX: 0, offsetY: 0 };
    const [scaleX, scaleY] = [fit.innerWidth / width, fit.innerHeight / height];
    let needed = moved.length > 0;
    let [left, top, right, bottom] = [width, height, 0, 0];
    const take = (fromX: number, fromY: number, toX: number, toY: number) => {
      left = Math.min(left, Math.max(0, fromX));
      top = Math.min(top, Math.max(0, fromY));
      right = Math.max(right, Math.min(width, toX));
      bottom = Math.max(bottom, Math.min(height, toY));
    };
    for (const { left: x, top: y, width: w, height: h } of moved) {
      const [fromX, fromY] = [(x - fit.offsetX) / scaleX, (y - fit.offsetY) / scaleY];
      take(fromX, fromY, fromX + w / scaleX, fromY + h / scaleY);
    }
    for (let i = 0; i < length; i++) {
      if (scores[i] < POSSIBLE) continue;
      const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
      take(x, y, x + w, y + h);
      const [planeX, planeY] = [fit.offsetX + x * scaleX, fit.offsetY + y * scaleY];
      needed ||= scores[i] >= LIKELY || places.within(planeX, planeY, planeX + w * scaleX, planeY + h * scaleY);
    }
    return needed ? { left, top, width: right - left, height: bottom - top } : undefined;
  }

  async #detect(frame: Frame, area?: Promise<number>, part?: PicturePart): Promise<Found> {
    this.counts.detected++;
    return this.#detector.detect(frame, { area: await area, part });
  }

  /** A plane of brightness, where there is a picture. */
  #picture(frame: Frame): [plane: Uint8Array, width: number, height: number] | undefined {
    if (this.#detector.free) return undefined;
    const { input, pixels, width, height } = frame;
    const letterbox = this.#letterbox(frame);
    if (input && letterbox) {
      const size = letterbox.width * letterbox.height;
      return [input.subarray(size, 2 * size), letterbox.width, letterbox.height]; // green
    }
    return pixels && [pixels, width, height];
  }

  /** How the plane of brightness was fitted; undefined where it is the luma of the picture. */
  #letterbox({ input, width, height, sampleAspectRatio }: Frame): Letterbox | undefined {
    return input && this.#detector.letterbox(width, height, sampleAspectRatio);
  }
}

/** Adds to a list that holds `LAG` at most. */
function keepLast<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > LAG) list.shift();
}

function looked(detections: Promise<Detections>): Scheduled {
  return { detect: true, detections, still: false };
}

/** Whether a multiple of a period lies after one time and up to another; with a rate of 0 each frame is due. */
function due(before: number, time: number, rate: number): boolean {
  const slot = (t: number): number => Math.floor(t * rate + 1e-6);
  return rate === 0 || slot(time) > slot(before);
}
