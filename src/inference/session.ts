import { Worker } from 'node:worker_threads';
import { inputError, TwintrackError } from '../core/errors.ts';
import { findRuntime } from './onnx/runtime.ts';
import { withoutTelemetry } from './onnx/telemetry.ts';
import type { InputFormat, TensorInfo, TensorValue } from './tensors.ts';

/** Pictures of one size to run a network on, one after the other: planes R, G, B each. */
export interface WorkerRequest {
  readonly id: number;
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly format: InputFormat;
}

/** What a worker sends: first the network's inputs and outputs or why it cannot be loaded, then an answer to each request. */
export type WorkerAnswer =
  | { readonly id?: undefined; readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] }
  | { readonly id: number; readonly outputs: Readonly<Record<string, TensorValue>>; readonly milliseconds: number }
  | { readonly id?: number; readonly failure: string };

/** The outputs of one run, and the time the network took. */
export interface InferenceResult {
  readonly outputs: Readonly<Record<string, TensorValue>>;
  readonly milliseconds: number;
}

/** What a network is for. */
export type ModelKind = 'detector' | 'embedding';

interface Pending {
  readonly resolve: (result: InferenceResult) => void;
  readonly reject: (error: Error) => void;
}

type Description = Pick<Inference, 'inputs' | 'outputs'>;

/** A network in one or several worker threads, each of which runs one picture at a time. */
export class Inference {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #file: string;
  readonly #kind: ModelKind;
  readonly #threads: readonly InferenceThread[];

  /**
   * Loads an ONNX file.
   *
   * @param workers number of threads that take pictures; each has a copy of the network
   * @param threads threads that each of them computes a picture with
   * @param kind what the file should be, for messages
   * @throws TwintrackError when there is no onnxruntime, or it cannot load the file
   */
  static async load(file: string, workers: number, threads: number, kind: ModelKind = 'detector'): Promise<Inference> {
    const runtime = await findRuntime();
    return withoutTelemetry(async () => {
      const started = Array.from({ length: workers }, () => new InferenceThread(runtime, file, threads, kind));
      try {
        const [description] = await Promise.all(started.map(({ ready }) => ready));
        return new Inference(file, kind, started, description);
      } catch (error) {
        await Promise.all(started.map((thread) => thread.close(`the ${kind} is closed`)));
        throw error;
      }
    });
  }

  private constructor(file: string, kind: ModelKind, threads: readonly InferenceThread[], about: Description) {
    this.#file = file;
    this.#kind = kind;
    this.#threads = threads;
    this.inputs = about.inputs;
    this.outputs = about.outputs;
  }

  /**
   * Runs the network on one picture or several of one size, in the thread that has least to do.
   *
   * @param pixels planes R, G, B of each picture; handed over to the thread when it has its memory to itself, so not to be used any more
   */
  run(pixels: Uint8Array, width: number, height: number, format: InputFormat): Promise<InferenceResult> {
    const thread = this.#threads.reduce((best, other) => (other.waiting < best.waiting ? other : best));
    return thread.run({ pixels, width, height, format });
  }

  /** Ends all threads; what is still running is rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close(`${this.#file}: the ${this.#kind} is closed`)));
  }
}

/** One worker thread with the network. */
class InferenceThread {
  /** The network's inputs and outputs, once it is loaded. */
  readonly ready: Promise<Description>;
  readonly #file: string;
  readonly #kind: ModelKind;
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #failure: Error | undefined;
  #loaded!: { resolve: (description: Description) => void; reject: (error: Error) => void };

  constructor(runtime: string, file: string, threads: number, kind: ModelKind) {
    this.#file = file;
    this.#kind = kind;
    this.ready = new Promise((resolve, reject) => {
      this.#loaded = { resolve, reject };
    });
    const url = new URL('./worker.js', import.meta.url);
    this.#worker = new Worker(url, { workerData: { runtime, file, threads }, execArgv: [] }); // without those of the host: --input-type stops a file
    this.#worker.on('message', (answer: WorkerAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#fail(inputError(file, `inference has stopped: ${error.message}`)));
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.on('exit', (code) =>
      this.#fail(inputError(file, `inference has stopped: its thread ended (code ${code})`)),
    );
  }

  /** Number of pictures it has to run. */
  get waiting(): number {
    return this.#pending.size;
  }

  run(picture: Omit<WorkerRequest, 'id'>): Promise<InferenceResult> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    const { buffer, byteLength } = picture.pixels;
    const own = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...picture } satisfies WorkerRequest, own ? [buffer] : []);
    });
  }

  /** The thread ends by itself after the picture at hand: onnxruntime takes the process down when its thread is terminated. */
  async close(reason: string): Promise<void> {
    this.#fail(new TwintrackError(reason));
    this.#worker.postMessage({ close: true });
    await this.#exited;
  }

  #answered(answer: WorkerAnswer): void {
    if ('inputs' in answer) {
      this.#loaded.resolve(answer);
      return;
    }
    if (answer.id === undefined) {
      this.#fail(loadError(this.#file, answer.failure, this.#kind));
      return;
    }
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('failure' in answer) pending?.reject(inputError(this.#file, `inference failed: ${answer.failure}`));
    else pending?.resolve(answer);
  }

  /** The first failure is the one that all pictures, waiting and to come, are answered with. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#loaded.reject(this.#failure);
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}

/** onnxruntime's message without the file name and the source positions in it. */
function loadError(file: string, message: string, kind: ModelKind): TwintrackError {
  const fix = `give the ONNX file of a person ${kind}`;
  if (/protobuf parsing failed|does not have a graph/i.test(message)) return inputError(file, 'not an ONNX model', fix);
  const reason = message
    .replaceAll(file, 'it')
    .replace(/^.*?failed:\s*/s, '')
    .replace(/\/\S+\.(?:cc|h):\d+\s*/g, '');
  return inputError(file, `cannot be loaded as an ONNX model: ${reason.slice(0, 300)}`, fix);
}
