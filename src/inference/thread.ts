import { Worker } from 'node:worker_threads';
import { inputError, TwintrackError } from '../core/errors.ts';
import type { Letterbox } from '../core/frame.ts';
import type { Region } from '../core/geometry.ts';
import { runAtExit } from '../files/at-exit.ts';
import type { Runtime } from './onnx/runtime.ts';
import { BACKENDS, type Provider, providerError } from './provider.ts';
import type { InputFormat, TensorInfo, TensorValue } from './tensors.ts';
import { endTurn, giveBack, newTurn } from './turn.js';

/** A network to load. */
export interface NetworkSetup {
  readonly runtime: Runtime;
  /** The ONNX file. */
  readonly file: string;
  /** Threads that compute a picture. */
  readonly threads: number;
}

/** What a worker is started with. */
export interface WorkerSetup extends Omit<NetworkSetup, 'runtime'> {
  /** URL of onnxruntime. */
  readonly runtime: string;
  /** What onnxruntime calls the provider. */
  readonly backend: (typeof BACKENDS)[Provider];
  /** The turn that it calls onnxruntime in. */
  readonly turn: Int32Array;
}

/** Pictures of one size to run a network on, one after the other: planes R, G, B each. */
export interface WorkerRequest {
  readonly id: number;
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly format: InputFormat;
  readonly scaling?: Scaling;
  /** What the network sees of one picture of that size, instead of all of it, and what it knew of a whole one. */
  readonly part?: { readonly region: Region; readonly context?: Float32Array | undefined };
}

/** A larger letterboxed picture, and the one it is scaled to. */
export interface Scaling {
  readonly from: Letterbox;
  readonly to: Letterbox;
}

/** What a worker sends: first the network's inputs and outputs or why it cannot be loaded, then an answer to each request. */
export type WorkerAnswer =
  | ({ readonly id?: undefined } & Description)
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

/** A network's inputs and outputs. */
export interface Description {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** One at a time may call WebGPU, whatever the network. */
const WEBGPU_TURN = newTurn();

/** One worker thread with the network. */
export class InferenceThread {
  /** The network's inputs and outputs, once it is loaded. */
  readonly ready: Promise<Description>;
  readonly #file: string;
  readonly #kind: ModelKind;
  readonly #provider: Provider;
  readonly #runtime: Runtime;
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #failure: Error | undefined;
  #loaded!: { resolve: (description: Description) => void; reject: (error: Error) => void };

  constructor({ runtime, file, threads }: NetworkSetup, kind: ModelKind, provider: Provider) {
    this.#file = file;
    this.#kind = kind;
    this.#provider = provider;
    this.#runtime = runtime;
    this.ready = new Promise((resolve, reject) => {
      this.#loaded = { resolve, reject };
    });
    const url = new URL('./worker.js', import.meta.url);
    const turn = provider === 'webgpu' ? WEBGPU_TURN : newTurn();
    const workerData: WorkerSetup = { runtime: runtime.url, file, threads, backend: BACKENDS[provider], turn };
    this.#worker = new Worker(url, { workerData, execArgv: [] }); // without those of the host: --input-type stops a file
    const { threadId } = this.#worker;
    this.#worker.on('message', (answer: WorkerAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#fail(inputError(file, `inference has stopped: ${error.message}`)));
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    const ended = runAtExit(() => endTurn(turn));
    this.#worker.on('exit', (code) => {
      ended();
      giveBack(turn, threadId); // a thread that ended in its turn keeps it from no other
      this.#fail(inputError(file, `inference has stopped: its thread ended (code ${code})`));
    });
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
      this.#fail(
        this.#provider === 'cpu'
          ? loadError(this.#file, answer.failure, this.#kind)
          : providerError(this.#provider, this.#kind, answer.failure, this.#runtime),
      );
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
