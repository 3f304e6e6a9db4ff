import { Worker } from 'node:worker_threads';
import { inputError } from '../errors.ts';
import type { InputFormat, TensorInfo, TensorValue } from './adapters/adapter.ts';

/** One picture to run a network on: planes R, G, B. */
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

interface Pending {
  readonly resolve: (result: InferenceResult) => void;
  readonly reject: (error: Error) => void;
}

interface Slot {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** A network in one or several worker threads, each of which runs one picture at a time. */
export class Inference {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #file: string;
  readonly #slots: readonly Slot[];
  #nextId = 0;
  #failure: Error | undefined;

  /**
   * Loads an ONNX file.
   *
   * @param workers number of threads that take pictures; each has a copy of the network
   * @param threads threads that each of them computes a picture with
   * @throws TwintrackError when onnxruntime cannot load the file
   */
  static async load(file: string, workers: number, threads: number): Promise<Inference> {
    const url = new URL('./inference-worker.js', import.meta.url);
    const started = Array.from({ length: workers }, () => new Worker(url, { workerData: { file, threads } }));
    try {
      const [description] = await Promise.all(started.map((worker) => ready(worker, file)));
      return new Inference(file, started, description.inputs, description.outputs);
    } catch (error) {
      await Promise.all(started.map((worker) => worker.terminate()));
      throw error;
    }
  }

  private constructor(
    file: string,
    workers: readonly Worker[],
    inputs: readonly TensorInfo[],
    outputs: readonly TensorInfo[],
  ) {
    this.#file = file;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#slots = workers.map((worker) => {
      const slot: Slot = { worker, pending: new Map() };
      worker.on('message', (answer: WorkerAnswer) => this.#answered(slot, answer));
      worker.on('error', (error) => this.#died(slot, error.message));
      worker.on('exit', (code) => this.#died(slot, `its thread ended with code ${code}`));
      return slot;
    });
  }

  /**
   * Runs the network on one picture, in the thread that has least to do.
   *
   * @param pixels planes R, G, B; handed over to the thread when it has its memory to itself, so not to be used any more
   */
  run(pixels: Uint8Array, width: number, height: number, format: InputFormat): Promise<InferenceResult> {
    if (this.#failure) return Promise.reject(this.#failure);
    const slot = this.#slots.reduce((best, other) => (other.pending.size < best.pending.size ? other : best));
    const id = this.#nextId++;
    const request: WorkerRequest = { id, pixels, width, height, format };
    const whole = pixels.byteLength === pixels.buffer.byteLength && pixels.buffer instanceof ArrayBuffer;
    return new Promise((resolve, reject) => {
      slot.pending.set(id, { resolve, reject });
      slot.worker.postMessage(request, whole ? [pixels.buffer as ArrayBuffer] : []);
    });
  }

  /** Ends all threads; what is still running is rejected. */
  async close(): Promise<void> {
    this.#failure ??= inputError(this.#file, 'the detector is closed');
    await Promise.all(this.#slots.map(({ worker }) => worker.terminate()));
  }

  #answered(slot: Slot, answer: WorkerAnswer): void {
    if (answer.id === undefined) return;
    const pending = slot.pending.get(answer.id);
    slot.pending.delete(answer.id);
    if ('failure' in answer) pending?.reject(inputError(this.#file, `inference failed: ${answer.failure}`));
    else pending?.resolve(answer);
  }

  #died(slot: Slot, reason: string): void {
    this.#failure ??= inputError(this.#file, `inference has stopped: ${reason}`);
    for (const { reject } of slot.pending.values()) reject(this.#failure);
    slot.pending.clear();
  }
}

/** The first answer of a worker: the network's inputs and outputs. */
function ready(
  worker: Worker,
  file: string,
): Promise<{ inputs: readonly TensorInfo[]; outputs: readonly TensorInfo[] }> {
  return new Promise((resolve, reject) => {
    const failed = (reason: string): void => reject(inputError(file, reason, MEND));
    worker.once('error', (error) => failed(`its thread failed: ${error.message}`));
    worker.once('exit', (code) => failed(`its thread ended with code ${code}`));
    worker.once('message', (answer: WorkerAnswer) => {
      for (const event of ['error', 'exit']) worker.removeAllListeners(event); // all of them would take Node's own ones too
      if ('inputs' in answer) resolve(answer);
      else if ('failure' in answer) failed(loadFailure(answer.failure, file));
    });
  });
}

const MEND = 'give the ONNX file of a person detector';

/** onnxruntime's message without the file name and the source positions in it. */
function loadFailure(message: string, file: string): string {
  if (/protobuf parsing failed/i.test(message)) return 'not an ONNX model';
  if (/onnxruntime-node/.test(message)) return `onnxruntime-node cannot be used: ${message}`;
  const reason = message.replaceAll(file, 'it').replace(/^.*?failed:\s*/s, '');
  return `cannot be loaded as an ONNX model: ${reason.replace(/\/\S+\.(?:cc|h):\d+\s*/g, '').slice(0, 300)}`;
}
