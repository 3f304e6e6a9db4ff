import { type Detections, NO_DETECTIONS } from '../core/detections.ts';
import type { Frame, Letterbox } from '../core/frame.ts';
import { windowOf } from '../core/video-window.ts';
import type { Detector } from './detector.ts';
import { InputSize } from './input-size.ts';
import type { DetectionParameters } from './parameters.ts';
import { type Places, Stillness } from './stillness.ts';

/** Who may be a person from this probability on, and is more likely one than not from that on. */
const POSSIBLE = 0.2;
const LIKELY = 0.5;

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
 * Decides in which frames the detector runs: at most `maxRate` times a second, and where a picture is empty and nothing moves only
 * `emptyRate` times. A frame in which something moves is looked at at once. A picture is empty when it has neither a likely person, nor a
 * possible one in a place where something has moved: what else there is has always been there.
 */
export class DetectionSchedule {
  readonly counts: ScheduleCounts = { detected: 0, skipped: 0, still: 0 };
  readonly #detector: ScheduledDetector;
  readonly #maxRate: number;
  readonly #emptyRate: number;
  readonly #stillness = new Stillness();
  readonly #inputSize = new InputSize();
  #time = Number.NEGATIVE_INFINITY;
  /** What was found when the reference of stillness was looked at, if it is empty. */
  #empty: Promise<Detections | undefined> = Promise.resolve(NO_DETECTIONS);

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
    const detect = () => this.#detect(frame, size?.area);
    if (this.#emptyRate === 0 && !size?.decides) return looked(detect());
    if (begins) this.#stillness.forget();
    const changed = this.#stillness.changed(...picture);
    if (!changed && !due(before, frame.time, this.#emptyRate) && !size?.decides) return this.#unlessEmpty(detect);
    const places = this.#stillness.keep();
    const found = detect();
    this.#empty = found.then((detections) => (this.#isEmpty(frame, detections, places) ? detections : undefined));
    this.#empty.catch(() => {}); // reported where it is awaited
    if (size?.decides) this.#inputSize.learn(found);
    return looked(found);
  }

  /** Counts a frame of which is known what becomes of it: it is not given to `next`. */
  count({ detect, still }: Pick<Scheduled, 'detect' | 'still'>): void {
    this.counts[still ? 'still' : detect ? 'detected' : 'skipped']++;
  }

  #unlessEmpty(detect: () => Promise<Detections>): Scheduled {
    const scheduled = { detect: true, still: false };
    const detections = this.#empty.then((found) => {
      if (!found) return detect();
      this.counts.still++;
      scheduled.still = true;
      return found;
    });
    return Object.assign(scheduled, { detections });
  }

  /** @param places where something has moved in this window */
  #isEmpty(frame: Frame, { boxes, scores, length }: Detections, places: Places): boolean {
    const { innerWidth, innerHeight, offsetX, offsetY } = this.#letterbox(frame) ?? {
      innerWidth: frame.width,
      innerHeight: frame.height,
      offsetX: 0,
      offsetY: 0,
    };
    const [scaleX, scaleY] = [innerWidth / frame.width, innerHeight / frame.height];
    for (let i = 0; i < length; i++) {
      if (scores[i] >= LIKELY) return false;
      if (scores[i] < POSSIBLE) continue;
      const [left, top] = [offsetX + boxes[4 * i] * scaleX, offsetY + boxes[4 * i + 1] * scaleY];
      if (places.within(left, top, left + boxes[4 * i + 2] * scaleX, top + boxes[4 * i + 3] * scaleY)) return false;
    }
    return true;
  }

  async #detect(frame: Frame, area?: Promise<number>): Promise<Detections> {
    this.counts.detected++;
    return area ? this.#detector.detect(frame, await area) : this.#detector.detect(frame);
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

function looked(detections: Promise<Detections>): Scheduled {
  return { detect: true, detections, still: false };
}

/** Whether a multiple of a period lies after one time and up to another; with a rate of 0 each frame is due. */
function due(before: number, time: number, rate: number): boolean {
  const slot = (t: number): number => Math.floor(t * rate + 1e-6);
  return rate === 0 || slot(time) > slot(before);
}
