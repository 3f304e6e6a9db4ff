import type { Detections, Detector } from '../detection/index.ts';
import type { Frame, Letterbox } from '../video/index.ts';
import { pause } from './backoff.ts';

/** Seconds between attempts to load a detector anew. */
const RELOAD_SECONDS = 5;

/** A detector that is loaded anew when it fails: a thread that has died is not to end what runs for weeks. */
export class SteadyDetector implements Detector {
  readonly #load: () => Promise<Detector>;
  readonly #onFailure: (error: unknown) => void;
  readonly #abort = new AbortController();
  #detector: Detector;
  #reloading: Promise<void> | undefined;

  /** @throws TwintrackError when it cannot be loaded the first time */
  static async load(load: () => Promise<Detector>, onFailure: (error: unknown) => void): Promise<SteadyDetector> {
    return new SteadyDetector(await load(), load, onFailure);
  }

  private constructor(detector: Detector, load: () => Promise<Detector>, onFailure: (error: unknown) => void) {
    this.#detector = detector;
    this.#load = load;
    this.#onFailure = onFailure;
  }

  /** Whether it works, as far as is known. */
  get works(): boolean {
    return this.#reloading === undefined;
  }

  get name(): string {
    return this.#detector.name;
  }

  get sha256(): string {
    return this.#detector.sha256 ?? '';
  }

  letterbox(width: number, height: number): Letterbox | undefined {
    return this.#detector.letterbox(width, height);
  }

  async detect(frame: Frame): Promise<Detections> {
    try {
      return await this.#detector.detect(frame);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#reloading ??= this.#reload(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reloading;
    await this.#detector.close();
  }

  async #reload(reason: unknown): Promise<void> {
    const { signal } = this.#abort;
    for (let error = reason; !signal.aborted; ) {
      this.#onFailure(error);
      await pause(RELOAD_SECONDS, signal);
      if (signal.aborted) break;
      const failed = this.#detector;
      try {
        this.#detector = await this.#load();
        await failed.close();
        break;
      } catch (again) {
        error = again;
      }
    }
    this.#reloading = undefined;
  }
}
