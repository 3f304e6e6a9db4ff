import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { inputError } from '../core/errors.ts';
import { sigmoid } from '../core/probability.ts';
import { readError } from '../files/file-errors.ts';
import type { ProviderChoice } from '../inference/provider.ts';
import { Inference } from '../inference/session.ts';
import { fits, type InputFormat, isFree } from '../inference/tensors.ts';
import type { AppearanceModel } from './appearance-model.ts';
import { INPUTS, type InputName, type SimilarityCalibration } from './calibration.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from './patches.ts';

/** The cosine of two embeddings times this counts as the log-odds of the network. */
const STEEPNESS = 10;

/** What {@link loadOwnNetwork} needs besides the file. */
export interface OwnNetworkOptions {
  /** Its name in the outputs. */
  readonly name: string;
  readonly input: InputName;
  readonly calibration: SimilarityCalibration;
  readonly threads: number;
  readonly provider: ProviderChoice;
}

/**
 * Loads a re-identification network without a head, such as OSNet: embeddings are compared by their cosine.
 *
 * @param file ONNX: pictures [n or 1, 3, height, width] → embeddings [n or 1, d]
 * @throws TwintrackError when it cannot be read or is no such network
 */
export async function loadOwnNetwork(
  file: string,
  { name, input, calibration, threads, provider }: OwnNetworkOptions,
): Promise<AppearanceModel> {
  const fix = 'give an ONNX network that makes one vector of a picture of a person';
  const bytes = await readFile(file).catch((cause) => {
    throw readError(file, cause, fix);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const inference = await Inference.load(file, 1, threads, 'embedding', provider);
  const [pictures, vectors] = [inference.inputs[0], inference.outputs[0]];
  const [, , height, width] = pictures.shape;
  const dimensions = vectors.shape.at(-1);
  const takesPictures = pictures.type === 'float32' && fits(pictures.shape, [1, 3, null, null]);
  if (!takesPictures || !fits(vectors.shape, [1, null]) || typeof dimensions !== 'number' || isFree(dimensions)) {
    await inference.close();
    throw inputError(file, `maps [${pictures.shape}] to [${vectors.shape}], not [n,3,h,w] to [n,d]`, fix);
  }
  const size = (of: number | string, otherwise: number) => (typeof of === 'number' && of > 0 ? of : otherwise);
  const [from, to] = [
    letterbox(PATCH_WIDTH, PATCH_HEIGHT),
    letterbox(size(width, PATCH_WIDTH), size(height, PATCH_HEIGHT)),
  ];
  const format: InputFormat = { name: pictures.name, type: 'float32', ...INPUTS[input] };
  return {
    name,
    sha256,
    calibration,
    provider: inference.provider,
    dimensions,
    similarity(a, i, b, j) {
      let cosine = 0;
      for (let k = 0, p = i * dimensions, q = j * dimensions; k < dimensions; k++) cosine += a[p + k] * b[q + k];
      return sigmoid(STEEPNESS * cosine);
    },
    async embed(patches) {
      const runs = [];
      for (let at = 0; at < patches.length; at += PATCH_BYTES)
        runs.push(
          inference.run(patches.slice(at, at + PATCH_BYTES), to.width, to.height, format, { scaling: { from, to } }),
        );
      const embeddings = new Float32Array(runs.length * dimensions);
      (await Promise.all(runs)).forEach(({ outputs }, i) => {
        embeddings.set(ofLengthOne(outputs[vectors.name].data as Float32Array), i * dimensions);
      });
      return embeddings;
    },
    close: () => inference.close(),
  };
}

function letterbox(width: number, height: number) {
  return { width, height, innerWidth: width, innerHeight: height, offsetX: 0, offsetY: 0 };
}

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
