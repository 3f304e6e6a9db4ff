/**
 * The thread in which a network runs, since onnxruntime's `run` blocks. Plain JavaScript, so that it starts from the sources as well as from
 * the built package. It gets the URL of onnxruntime, the model, the thread count and the provider in `workerData`, answers once with the
 * network's inputs and outputs, and then with one answer to each picture.
 *
 * @typedef {import('./thread.ts').WorkerRequest | { readonly close: true }} Request
 * @typedef {import('./thread.ts').WorkerAnswer} Answer
 * @typedef {import('./tensors.ts').InputFormat} InputFormat
 */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { checkPlacement } from './placement.js';
import { crop, resize } from './resize.js';
import { inTurn } from './turn.js';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

/** @type {(answer: Answer, transfer?: readonly import('node:worker_threads').Transferable[]) => void} */
const answer = (message, transfer = []) => port.postMessage(message, transfer);

const { runtime, file, threads, backend, turn } = /** @type {import('./thread.ts').WorkerSetup} */ (workerData);
/** @type {<T>(job: () => Promise<T>) => Promise<T>} */
const calling = (job) => inTurn(turn, threadId, job);
/** @type {Float32Array | undefined} */
let planes;
/** @type {Uint8Array | undefined} */
let bytes;
/** @type {Uint8Array | undefined} */
let cut;

try {
  const onnxruntime = /** @type {typeof import('onnxruntime-node')} */ (
    await calling(async () => (await import(runtime)).default)
  );
  const { InferenceSession, Tensor } = onnxruntime;
  onnxruntime.env.logLevel = 'fatal'; // what fails is in the error
  /** @type {import('onnxruntime-node').InferenceSession.SessionOptions} */
  const options = {
    ...(backend !== 'cpu' && { executionProviders: [backend] }),
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    enableMemPattern: false, // a plan of the memory takes a fifth more of it, and no less time
    // Threads that spin while they wait take the cores away from decoding and encoding.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  const session = await calling(async () => {
    const created = await InferenceSession.create(file, options);
    if (backend !== 'cpu') await checkPlacement(onnxruntime, file, options);
    return created;
  });

  // One after the other: `run` does not start at once, and the floats of the next picture take the place of these.
  let last = Promise.resolve();
  let closing = false;
  port.on('message', (/** @type {Request} */ request) => {
    if ('close' in request) {
      closing = true;
      last = last.then(() => calling(() => session.release())).then(() => port.close());
    } else {
      last = last.then(() => (closing ? undefined : run(session, Tensor, request)));
    }
  });
  answer({
    inputs: session.inputMetadata.map(tensorInfo),
    outputs: session.outputMetadata.map(tensorInfo),
  });
} catch (error) {
  answer({ failure: String(/** @type {Error} */ (error)?.message ?? error) });
}

/**
 * Answers one request.
 *
 * @param {import('onnxruntime-node').InferenceSession} session
 * @param {typeof import('onnxruntime-node').Tensor} Tensor
 * @param {import('./thread.ts').WorkerRequest} request
 */
async function run(session, Tensor, { id, pixels: given, format, scaling, part, ...size }) {
  try {
    const start = performance.now();
    const whole = scaling ? scaled(given, scaling) : given;
    const pixels = part ? cropped(whole, size, part.region) : whole;
    const { width, height } = part?.region ?? size;
    const dims = [pixels.length / (3 * width * height), 3, height, width];
    /** @type {Record<string, import('onnxruntime-node').Tensor>} */
    const feeds = {
      [format.name]:
        format.type === 'uint8'
          ? new Tensor('uint8', unshared(pixels), dims)
          : new Tensor('float32', normalise(pixels, width * height, format), dims),
    };
    if (format.sizeInput) {
      feeds[format.sizeInput] = new Tensor('int64', BigInt64Array.of(BigInt(width), BigInt(height)), [1, 2]);
    }
    if (format.context) {
      const { given, whole, length } = format.context;
      const known = part?.context;
      feeds[given] = new Tensor('float32', known ?? new Float32Array(length), [1, length, 1, 1]);
      feeds[whole] = new Tensor('float32', Float32Array.of(known ? 0 : 1), [1]);
    }
    const results = await calling(() => session.run(feeds));
    const milliseconds = performance.now() - start;
    /** @type {Record<string, import('./tensors.ts').TensorValue>} */
    const outputs = {};
    for (const [name, { dims, data }] of Object.entries(results)) {
      outputs[name] = { dims, data: /** @type {Float32Array} */ (data) };
    }
    const buffers = Object.values(outputs).map(({ data }) => /** @type {ArrayBuffer} */ (data.buffer));
    answer({ id, outputs, milliseconds }, buffers);
  } catch (error) {
    answer({ id, failure: String(/** @type {Error} */ (error)?.message ?? error) });
  }
}

/** @param {import('onnxruntime-node').InferenceSession.ValueMetadata} value */
function tensorInfo(value) {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: [...value.shape] }
    : { name: value.name, type: 'not a tensor', shape: [] };
}

/**
 * The picture at the size of the network's input.
 *
 * @param {Uint8Array} pixels
 * @param {import('./thread.ts').Scaling} scaling
 */
function scaled(pixels, { from, to }) {
  const size = 3 * to.width * to.height;
  if (bytes?.length !== size) bytes = new Uint8Array(size);
  resize(pixels, from, to, bytes);
  return bytes;
}

/**
 * The region of a picture that the network is to see.
 *
 * @param {Uint8Array} pixels
 * @param {import('../core/geometry.ts').Size} size
 * @param {import('../core/geometry.ts').Region} region
 */
function cropped(pixels, size, region) {
  const length = 3 * region.width * region.height;
  if (!cut || cut.length < length) cut = new Uint8Array(length);
  crop(pixels, size, region, cut);
  return cut.subarray(0, length);
}

/**
 * The same bytes in memory that is not shared between threads, which onnxruntime does not take.
 *
 * @param {Uint8Array} pixels
 */
function unshared(pixels) {
  if (pixels.buffer instanceof ArrayBuffer) return pixels;
  if (bytes?.length !== pixels.length) bytes = new Uint8Array(pixels.length);
  bytes.set(pixels);
  return bytes;
}

/**
 * Planes R, G, B of bytes, of one picture after the other, as the floats the network wants.
 *
 * @param {Uint8Array} pixels
 * @param {number} size pixels of a plane
 * @param {InputFormat} format
 */
function normalise(pixels, size, { order, mean, std }) {
  if (!planes || planes.length < pixels.length) planes = new Float32Array(pixels.length);
  const floats = planes;
  for (let c = 0; c < 3; c++) {
    const plane = order === 'rgb' ? c : 2 - c;
    for (let picture = 0; picture < pixels.length; picture += 3 * size) {
      const from = picture + plane * size;
      const to = picture + c * size;
      floats.set(pixels.subarray(from, from + size), to); // forty times as fast as a loop
      if (mean[c] === 0 && std[c] === 1) continue;
      for (let i = to; i < to + size; i++) floats[i] = (floats[i] - mean[c]) / std[c];
    }
  }
  return floats.subarray(0, pixels.length);
}
