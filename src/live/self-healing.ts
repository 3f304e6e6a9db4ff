import type { AppearanceModel } from '../appearance/appearance-model.ts';
import { PATCH_BYTES } from '../appearance/patches.ts';
import { messageOf } from '../core/errors.ts';
import type { Detector } from '../detection/index.ts';
import type { EngineModels } from '../engine/frame-engine.ts';
import { pause } from '../video/camera/back-off.ts';

/** How a network is loaded, and what takes the reports that it fails, once for each reason, and that it works again. */
export interface Loader<Model> {
  load(): Promise<Model>;
  failed(error: unknown): void;
  restored(): void;
}

/** Seconds between attempts to load a network anew. */
const RELOAD_SECONDS = 5;

/** A network that is loaded anew when it fails: a thread that has died is not to end what runs for weeks. */
export class SelfHealing<Model extends { close(): Promise<void> }> {
  readonly #loader: Loader<Model> | undefined;
  readonly #abort = new AbortController();
  #model: Model;
  #works = true;
  #reloading: Promise<void> | undefined;

  /** @throws TwintrackError when it cannot be loaded the first time */
  static async load<Model extends { close(): Promise<void> }>(loader: Loader<Model>): Promise<SelfHealing<Model>> {
    return new SelfHealing(await loader.load(), loader);
  }

  /** @param loader none of a network that the caller has made, which is used on whatever it does */
  constructor(model: Model, loader?: Loader<Model>) {
    this.#model = model;
    this.#loader = loader;
  }

  /** Whether it works, as far as is known. */
  get works(): boolean {
    return this.#works;
  }

  /** The network as it is loaded now. */
  get model(): Model {
    return this.#model;
  }

  /**
   * Has the network do something.
   *
   * @throws what the network throws
   */
  async run<Result>(job: (model: Model) => Promise<Result>): Promise<Result> {
    const model = this.#model;
    try {
      const result = await job(model);
      if (!this.#reloading) this.#works = true;
      return result;
    } catch (error) {
      if (model === this.#model && !this.#abort.signal.aborted) {
        this.#works = false;
        if (this.#loader) this.#reloading ??= this.#reload(this.#loader, error);
      }
      throw error;
    }
  }

  /** Ends it; what is under way is rejected. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reloading;
    await this.#model.close();
  }

  async #reload({ load, failed, restored }: Loader<Model>, reason: unknown): Promise<void> {
    const { signal } = this.#abort;
    let reported: string | undefined;
    for (let error = reason; ; ) {
      if (messageOf(error) !== reported) failed(error);
      reported = messageOf(error);
      await pause(RELOAD_SECONDS, signal);
      if (signal.aborted) break;
      const before = this.#model;
      try {
        this.#model = await load();
      } catch (again) {
        error = again;
        continue;
      }
      this.#works = true;
      restored();
      await before.close();
      break;
    }
    this.#reloading = undefined;
  }
}

/** The detector as engines use it: always the one that is loaded now. */
export function forEngines(detector: SelfHealing<Detector>): EngineModels['detector'] {
  const { scales } = detector.model;
  return {
    ...(scales && { scales }),
    letterbox: (...size) => detector.model.letterbox(...size),
    detect: (frame, look) => detector.run((model) => model.detect(frame, look)),
  };
}

/** A network that leaves embeddings out (NaN) while it does not work: people are tracked without appearance then. */
export function withFallback(network: SelfHealing<AppearanceModel>): AppearanceModel {
  const { name, sha256, dimensions, calibration, provider } = network.model;
  return {
    ...{ name, sha256, dimensions, calibration, ...(provider && { provider }) },
    similarity: (a, i, b, j) => network.model.similarity(a, i, b, j),
    embed(patches) {
      const values = (patches.length / PATCH_BYTES) * dimensions;
      return network.run((model) => model.embed(patches)).catch(() => new Float32Array(values).fill(Number.NaN));
    },
    close: () => network.close(),
  };
}
