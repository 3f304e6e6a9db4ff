import { findRuntime } from './onnx/runtime.ts';
import { withoutTelemetry } from './onnx/telemetry.ts';
import { offeredProviders, type Provider, type ProviderChoice, providersToTry } from './provider.ts';
import type { InputFormat, TensorInfo } from './tensors.ts';
import {
  type Description,
  type InferenceResult,
  InferenceThread,
  type ModelKind,
  type NetworkSetup,
  type WorkerRequest,
} from './thread.ts';

/** A network in one or several worker threads, each of which runs one picture at a time. */
export class Inference {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** What computes it. */
  readonly provider: Provider;
  readonly #file: string;
  readonly #kind: ModelKind;
  readonly #threads: readonly InferenceThread[];

  /**
   * Loads an ONNX file.
   *
   * @param workers number of threads that take pictures; each has a copy of the network
   * @param threads threads that each of them computes a picture with
   * @param kind what the file should be, for messages
   * @param choice what computes the network; `auto` takes the best provider that works
   * @throws TwintrackError when there is no onnxruntime, it cannot load the file, or the provider is missing or does not work
   */
  static async load(
    file: string,
    workers: number,
    threads: number,
    kind: ModelKind = 'detector',
    choice: ProviderChoice = 'cpu',
  ): Promise<Inference> {
    const runtime = await findRuntime();
    const providers = choice === 'cpu' ? [choice] : providersToTry(choice, await offeredProviders(runtime), runtime);
    const start = (provider: Provider) => {
      // one alone where they would wait for each other
      const count = provider === 'webgpu' ? 1 : workers;
      return Inference.#start({ runtime, file, threads }, count, kind, provider);
    };
    return withoutTelemetry(async () => {
      for (const provider of providers) {
        try {
          return await start(provider);
        } catch (error) {
          if (provider === 'cpu') throw error;
          if (choice === 'auto') continue;
          await (await start('cpu')).close(); // throws where the file is at fault
          throw error;
        }
      }
      throw new Error('no provider'); // the last one is the CPU, or the only one
    });
  }

  static async #start(setup: NetworkSetup, workers: number, kind: ModelKind, provider: Provider): Promise<Inference> {
    const started = Array.from({ length: workers }, () => new InferenceThread(setup, kind, provider));
    try {
      const [description] = await Promise.all(started.map(({ ready }) => ready));
      return new Inference(setup.file, kind, provider, started, description);
    } catch (error) {
      await Promise.all(started.map((thread) => thread.close(`the ${kind} is closed`)));
      throw error;
    }
  }

  private constructor(
    file: string,
    kind: ModelKind,
    provider: Provider,
    threads: readonly InferenceThread[],
    about: Description,
  ) {
    this.#file = file;
    this.#kind = kind;
    this.provider = provider;
    this.#threads = threads;
    this.inputs = about.inputs;
    this.outputs = about.outputs;
  }

  /**
   * Runs the network on one picture or several of one size, in the thread that has least to do.
   *
   * @param pixels planes R, G, B of each picture; handed over to the thread when it has its memory to itself, so not to be used any more
   * @param width,height size of the network's input
   * @param how how the picture comes to that size, where `pixels` are larger, and the part of it that the network sees, if not all
   */
  run(
    pixels: Uint8Array,
    width: number,
    height: number,
    format: InputFormat,
    how: Pick<WorkerRequest, 'scaling' | 'part'> = {},
  ): Promise<InferenceResult> {
    const thread = this.#threads.reduce((best, other) => (other.waiting < best.waiting ? other : best));
    return thread.run({ pixels, width, height, format, ...how });
  }

  /** Ends all threads; what is still running is rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close(`${this.#file}: the ${this.#kind} is closed`)));
  }
}
