import { type Detections, NO_DETECTIONS } from '../core/detections.ts';
import type { Frame } from '../core/frame.ts';
import type { Detector } from './detector.ts';
import { InputSize } from './input-size.ts';
import type { DetectionParameters } from './parameters.ts';
import { Stillness } from './stillness.ts';

/** What is remembered is forgotten at each multiple of so many seconds, so that a part of a video gives what the whole gives there. */
const WINDOW_SECONDS = 60;
/** A picture is empty when nothing in it is a person with this probability or more. */
const EMPTY = 0.2;

type ScheduledDetector = Pick<Detector, 'detect' | 'letterbox' | 'free' | 'scales'>;

/** What becomes of a frame. */
export interface Scheduled {
  /** Whether people are looked for in it; else they are where they are expected. */
  readonly detect: boolean;
  readonly detections: Promise<Detections>;
}

/** How often the detector ran. */
export interface ScheduleCounts {
  /** Frames that the detector saw. */
  detected: number;
  /** Frames between those, by `detection.maxRate`. */
  skipped: number;
  /** Frames in which nothing had moved since one without people. */
  still: number;
}

/**
 * Decides in which frames the detector runs: at most `maxRate` times a second, and where a picture is empty and nothing moves only
 * `emptyRate` times. A frame in which something moves is looked at at once.
 */
export class DetectionSchedule {
  readonly counts: ScheduleCounts = { detected: 0, skipped: 0, still: 0 };
  readonly #detector: ScheduledDetector;
  readonly #maxRate: number;
  readonly #emptyRate: number;
  readonly #stillness = new Stillness();
  readonly #inputSize = new InputSize(WINDOW_SECONDS);
  #time = Number.NEGATIVE_INFINITY;
  /** What was found when the reference of stillness was looked at. */
  #last: Promise<Detections> = Promise.resolve(NO_DETECTIONS);

  constructor(detector: ScheduledDetector, { maxRate, emptyRate }: Pick<DetectionParameters, 'maxRate' | 'emptyRate'>) {
    this.#detector = detector;
    this.#maxRate = maxRate;
    this.#emptyRate = emptyRate;
  }

  /** Takes the next frame; frames come in order. */
  next(frame: Frame): Scheduled {
    const before = this.#time;
    const picture = this.#picture(frame);
    if (picture === undefined) return { detect: true, detections: this.#detect(frame) };
    if (!due(before, frame.time, this.#maxRate)) {
      this.counts.skipped++;
      this.#time = frame.time;
      return { detect: false, detections: Promise.resolve(NO_DETECTIONS) };
    }
    this.#time = frame.time;
    const size = this.#detector.scales ? this.#inputSize.next(frame) : undefined;
    const detect = () => this.#detect(frame, size?.area);
    if (this.#emptyRate === 0 && !size?.decides) return { detect: true, detections: detect() };
    const changed = this.#stillness.changed(...picture);
    const isDue = due(before, frame.time, this.#emptyRate) || due(before, frame.time, 1 / WINDOW_SECONDS);
    if (!changed && !isDue && !size?.decides)
      return { detect: true, detections: this.#unlessEmpty(this.#last, detect) };
    this.#stillness.keep();
    this.#last = detect();
    this.#last.catch(() => {}); // reported where it is awaited
    if (size?.decides) this.#inputSize.learn(this.#last);
    return { detect: true, detections: this.#last };
  }

  async #unlessEmpty(last: Promise<Detections>, detect: () => Promise<Detections>): Promise<Detections> {
    const { scores } = await last;
    if (scores.some((score) => score >= EMPTY)) return detect();
    this.counts.still++;
    return NO_DETECTIONS;
  }

  async #detect(frame: Frame, area?: Promise<number>): Promise<Detections> {
    this.counts.detected++;
    return area ? this.#detector.detect(frame, await area) : this.#detector.detect(frame);
  }

  /** A plane of brightness, where there is a picture. */
  #picture({ input, pixels, width, height }: Frame): [plane: Uint8Array, width: number, height: number] | undefined {
    if (this.#detector.free) return undefined;
    const letterbox = this.#detector.letterbox(width, height);
    if (input && letterbox) {
      const size = letterbox.width * letterbox.height;
      return [input.subarray(size, 2 * size), letterbox.width, letterbox.height]; // green
    }
    return pixels && [pixels, width, height];
  }
}

/** Whether a multiple of a period lies after one time and up to another; with a rate of 0 each frame is due. */
function due(before: number, time: number, rate: number): boolean {
  const slot = (t: number): number => Math.floor(t * rate + 1e-6);
  return rate === 0 || slot(time) > slot(before);
}
