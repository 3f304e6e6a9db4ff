import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Detections } from '../core/detections.ts';
import { inputError } from '../core/errors.ts';
import type { Frame, Letterbox } from '../core/frame.ts';
import type { Region, Size } from '../core/geometry.ts';
import { parseSection } from '../core/schema.ts';
import { readError } from '../files/file-errors.ts';
import type { Provider } from '../inference/provider.ts';
import { Inference } from '../inference/session.ts';
import { letterboxFor, unletterbox } from '../video/letterbox.ts';
import type { Adapter } from './adapters/adapter.ts';
import { adapterFor } from './adapters/index.ts';
import { AS_IT_IS, type Calibration, namedCalibration, probabilityOf, scoreOf } from './calibration.ts';
import { Candidates } from './candidates.ts';
import { inputRegion, isWholeIn, MULTIPLE } from './input-region.ts';
import { AREAS } from './input-size.ts';
import { type DetectionParameters, detectionParameters } from './parameters.ts';

/** How a detector is to look at a frame. */
export interface Look {
  /** Where it `scales`: area in pixels of the picture to look at, at most that of the letterbox. */
  readonly area?: number | undefined;
  /** The part of the picture to look at. A detector whose results have no `context` sees all of it. */
  readonly part?: PicturePart | undefined;
}

/** A part of a picture that a detector is to look at. */
export interface PicturePart {
  /** In source pixels: the people in it are found, and perhaps others near. */
  readonly region: Region;
  /** That of a whole picture of the same video; without it the detector sees the part as if it were the whole. */
  readonly context?: Float32Array | undefined;
}

/** The people in a frame, in source pixels, by falling score. */
export interface Found extends Detections {
  /** What a detector that can look at a part of a picture found out about the whole, or was told of it. */
  readonly context?: Float32Array | undefined;
}

/** Finds the people in frames. */
export interface Detector {
  /** What it is called in the outputs: its shipped name, its file, … */
  readonly name: string;
  /** The model's or det file's path and its contents' SHA-256, in hexadecimal. */
  readonly file?: string;
  readonly sha256?: string;
  /** Whether `detect` can look at a smaller picture than the letterbox. */
  readonly scales?: true;
  /** Whether its boxes are known already, so that nothing is saved by leaving frames out. */
  readonly free?: true;
  /** What computes its network, where it has one. */
  readonly provider?: Provider;
  /**
   * What `Frame.input` must hold for a source of this size in pixels; undefined when no pixels are needed.
   *
   * @param sampleAspectRatio width of a pixel over its height, default 1: people are looked for in their true shapes
   */
  letterbox(width: number, height: number, sampleAspectRatio?: number): Letterbox | undefined;
  /**
   * The people in a frame, in source pixels, by falling score. Several frames may be under way at once, each answered on
   * its own. `frame.input` may be handed over to another thread and is not to be used afterwards.
   *
   * @throws TwintrackError when inference fails or the detector is closed
   */
  detect(frame: Frame, look?: Look): Promise<Found>;
  /** Ends its threads; frames under way are rejected. */
  close(): Promise<void>;
}

/** The detectors that come with the package, by name. */
const SHIPPED: Readonly<Record<string, URL>> = {
  'rtmdet-nano': new URL('../../models/rtmdet-nano-person.onnx', import.meta.url),
};

/** Settings of {@link loadDetector}; what is left out has the default of the parameter schema. */
export interface DetectorOptions extends Partial<DetectionParameters> {
  /** Input size in pixels for a model of dynamic size, multiples of 32, instead of one that suits the picture. */
  readonly inputSize?: Size;
}

/**
 * Loads a detector: `rtmdet-nano`, which comes with the package, or an ONNX file of a known family.
 *
 * @throws TwintrackError when the file cannot be read, is no ONNX model, or is not a detector of a known family, or
 *   `provider` is missing or does not work
 */
export async function loadDetector(nameOrFile = 'rtmdet-nano', options: DetectorOptions = {}): Promise<ModelDetector> {
  const { inputSize, ...parameters } = options;
  const settings = parseSection(detectionParameters, parameters, 'detection');
  const shipped = Object.hasOwn(SHIPPED, nameOrFile);
  const file = shipped ? fileURLToPath(SHIPPED[nameOrFile]) : nameOrFile;
  const sha256 = createHash('sha256')
    .update(await readModel(file))
    .digest('hex');
  const given = await namedCalibration(settings.calibration);
  const cores = settings.cores || availableParallelism();
  const workers = settings.parallel === 'frames' ? Math.min(2, cores) : 1; // each takes memory for itself
  const threads = Math.ceil(cores / workers);
  const inference = await Inference.load(file, workers, threads, 'detector', settings.provider);
  try {
    const adapter = adapterFor(file, inference.inputs, inference.outputs);
    const size = chooseSize(file, adapter, inputSize);
    const { calibration = AS_IT_IS } = adapter;
    return new ModelDetector(nameOrFile, file, sha256, inference, adapter, given ?? calibration, settings, size);
  } catch (error) {
    await inference.close();
    throw error;
  }
}

/** A detector that is a neural network in worker threads. */
export class ModelDetector implements Detector {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly provider: Provider;
  /** Family of the network, such as RTMDet. */
  readonly family: string;
  /** What its scores are worth: those it gives are probabilities. */
  readonly calibration: Calibration;
  /** Time that each picture took in the network, summed over all, in milliseconds. */
  inferenceMilliseconds = 0;
  readonly #inference: Inference;
  readonly #adapter: Adapter;
  readonly #settings: DetectionParameters;
  readonly #size: Size | undefined;
  /** For a width as displayed. */
  #letterbox: { width: number; height: number; value: Letterbox } | undefined;
  readonly scales?: true;

  constructor(
    name: string,
    file: string,
    sha256: string,
    inference: Inference,
    adapter: Adapter,
    calibration: Calibration,
    settings: DetectionParameters,
    size: Size | undefined,
  ) {
    this.name = name;
    this.file = file;
    this.sha256 = sha256;
    this.provider = inference.provider;
    this.family = adapter.family;
    this.#inference = inference;
    this.#adapter = adapter;
    this.calibration = calibration;
    this.#settings = settings;
    this.#size = size;
    if (size === undefined && settings.inputPixels === 'auto') this.scales = true;
  }

  letterbox(width: number, height: number, sampleAspectRatio = 1): Letterbox {
    const shown = width * sampleAspectRatio;
    if (this.#letterbox?.width !== shown || this.#letterbox.height !== height) {
      const { inputPixels } = this.#settings;
      const value = this.#letterboxOf(shown, height, inputPixels === 'auto' ? AREAS[0] : inputPixels);
      this.#letterbox = { width: shown, height, value };
    }
    return this.#letterbox.value;
  }

  #letterboxOf(width: number, height: number, area: number): Letterbox {
    const size = this.#size ?? sizeOfArea(width, height, area);
    return letterboxFor(width, height, size.width, size.height, this.#adapter.align);
  }

  async detect(frame: Frame, { area, part }: Look = {}): Promise<Found> {
    const { input, sampleAspectRatio = 1 } = frame;
    const from = this.letterbox(frame.width, frame.height, sampleAspectRatio);
    if (input?.length !== 3 * from.width * from.height) {
      throw new RangeError(
        `frame ${frame.index}: input has ${input?.length ?? 'no'} bytes, not 3 × ${from.width} × ${from.height}`,
      );
    }
    const smaller = area !== undefined && area < from.width * from.height;
    const letterbox = smaller ? this.#letterboxOf(frame.width * sampleAspectRatio, frame.height, area) : from;
    const { width, height } = letterbox;
    const { context } = this.#adapter.input;
    const region = part && context && !this.#size ? inputRegion(part.region, frame, letterbox) : undefined;
    const { outputs, milliseconds } = await this.#inference.run(input, width, height, this.#adapter.input, {
      ...(width < from.width && { scaling: { from, to: letterbox } }),
      ...(part && region && { part: { region, context: part.context } }),
    });
    this.inferenceMilliseconds += milliseconds;
    const found = new Candidates();
    const { minScore, nmsIou } = this.#settings;
    this.#adapter.decode(outputs, region ?? letterbox, scoreOf(minScore, this.calibration), found);
    const detections = found.toDetections(this.#adapter.needsNms ? nmsIou : 1, region && isWholeIn(region, letterbox));
    const { scores, boxes, length } = detections;
    for (let i = 0; i < length; i++) {
      scores[i] = probabilityOf(scores[i], this.calibration);
      boxes[4 * i] += region?.left ?? 0;
      boxes[4 * i + 1] += region?.top ?? 0;
    }
    unletterbox(boxes, letterbox, frame.width, frame.height);
    return { ...detections, context: context && (outputs[context.taken].data as Float32Array) };
  }

  close(): Promise<void> {
    return this.#inference.close();
  }
}

/** The size of about this area that keeps a picture's aspect, in multiples of 32. */
export function sizeOfArea(width: number, height: number, pixels: number): Size {
  // A strip of a picture is letterboxed rather than given an input thinner than the network can see anything in.
  const aspect = Math.min(8, Math.max(1 / 8, width / height));
  const side = (length: number): number => MULTIPLE * Math.max(1, Math.round(length / MULTIPLE));
  return { width: side(Math.sqrt(pixels * aspect)), height: side(Math.sqrt(pixels / aspect)) };
}

function chooseSize(file: string, { size: fixed }: Adapter, asked: Size | undefined): Size | undefined {
  if (!asked) return fixed;
  const { width, height } = asked;
  if (fixed && (fixed.width !== width || fixed.height !== height)) {
    throw inputError(
      file,
      `its input size is ${fixed.width}×${fixed.height}, not ${width}×${height}`,
      'leave the size out',
    );
  }
  if (!fixed && !(width > 0 && height > 0 && width % MULTIPLE === 0 && height % MULTIPLE === 0)) {
    throw inputError(`input size ${width}×${height}`, `width and height must be multiples of ${MULTIPLE}`);
  }
  return asked;
}

async function readModel(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const names = Object.keys(SHIPPED).join(', ');
    const fix = `give an ONNX file or the name of a detector that comes with twintrack (${names})`;
    throw readError(file, error, fix, { ENOENT: 'no such detector or file', EISDIR: 'a folder, not an ONNX file' });
  }
}
