import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inputError } from '../core/errors.ts';
import { readError } from '../files/file-errors.ts';
import { SHIPPED_SIAMESE, SIAMESE_FILES } from '../inference/model-file.ts';
import type { ProviderChoice } from '../inference/provider.ts';
import { Inference } from '../inference/session.ts';
import { fits } from '../inference/tensors.ts';
import type { AppearanceModel } from './appearance-model.ts';
import { readSimilarityCalibration } from './calibration-file.ts';
import { loadOwnNetwork } from './own-network.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from './patches.ts';
import { SimilarityHead } from './similarity.ts';

/** Patches that go through the network at once. More take no less time each, and more memory. */
const PATCHES_TOGETHER = 8;
/** Bytes as they are: the network normalises them itself. */
const AS_BYTES = { type: 'float32', order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const;

/**
 * Loads a Siamese network.
 *
 * @param model `siamese`, which comes with the package, or a folder with siamese-embedding.onnx (patches [n, 3, 128, 64] of 0..255 →
 *   embeddings [n, d]), siamese-head.onnx and, where it has been calibrated, siamese-calibration.json
 * @param cores processor cores for all inference, of which half compute embeddings; 0, the default: all cores
 * @param provider what computes it; `auto` takes the best one that works
 * @throws TwintrackError when a file cannot be read or is not such a network, or `provider` is missing or does not work
 *
 * @example
 * import { loadSiamese, meanLogOdds, readPatch, sameProbability } from 'twintrack/appearance';
 *
 * const model = await loadSiamese();
 * const a = await model.embed(await readPatch('a.jpg'));
 * const b = await model.embed(await readPatch('b.jpg'));
 * const probability = sameProbability(model.calibration, meanLogOdds(model, a, b));
 * console.log(probability >= 0.8); // true
 * await model.close();
 */
export async function loadSiamese(
  model = 'siamese',
  cores = 0,
  provider: ProviderChoice = 'cpu',
): Promise<AppearanceModel> {
  const folder = model === 'siamese' ? SHIPPED_SIAMESE : model;
  const file = join(folder, SIAMESE_FILES.embedding);
  const headFile = join(folder, SIAMESE_FILES.head);
  if (folder.endsWith('.onnx'))
    throw inputError(
      folder,
      'is not calibrated',
      `run "twintrack calibrate-similarity CROPS --model ${folder} --out DIR" and give DIR`,
    );
  const calibration = await readSimilarityCalibration(folder);
  const threads = Math.ceil((cores || availableParallelism()) / 2); // detection goes on meanwhile
  const { input: own } = calibration;
  if (own) return loadOwnNetwork(file, { name: model, input: own, calibration, threads, provider });
  const embedding = await readModel(file, model); // in turn: the error names the same file each time
  const headBytes = await readModel(headFile, model);
  const head = new SimilarityHead(headFile, headBytes);
  const sha256 = createHash('sha256').update(embedding).update(headBytes).digest('hex');
  const inference = await Inference.load(file, 1, threads, 'embedding', provider);
  const [input, output] = [inference.inputs[0], inference.outputs[0]];
  const takesPatches = input.type === 'float32' && fits(input.shape, [null, 3, PATCH_HEIGHT, PATCH_WIDTH]);
  if (!takesPatches || !fits(output.shape, [null, head.dimensions])) {
    await inference.close();
    const shapes = `[${input.shape}] to [${output.shape}]`;
    const wanted = `[n,3,${PATCH_HEIGHT},${PATCH_WIDTH}] to [n,${head.dimensions}]`;
    throw inputError(file, `maps ${shapes}, not ${wanted}`, 'give the folder of a model of "twintrack train siamese"');
  }
  return {
    name: model,
    sha256,
    calibration,
    provider: inference.provider,
    dimensions: head.dimensions,
    similarity: (a, i, b, j) => head.similarity(a, i, b, j),
    async embed(patches) {
      if (patches.length === 0) return new Float32Array(0);
      if (patches.length % PATCH_BYTES !== 0) throw new RangeError(`${patches.length} bytes are not whole patches`);
      const format = { ...AS_BYTES, name: input.name };
      const most = PATCHES_TOGETHER * PATCH_BYTES;
      const embeddings = new Float32Array((patches.length / PATCH_BYTES) * head.dimensions);
      const runs = [];
      for (let from = 0; from < patches.length; from += most)
        runs.push(inference.run(patches.slice(from, from + most), PATCH_WIDTH, PATCH_HEIGHT, format));
      let at = 0;
      for (const { outputs } of await Promise.all(runs)) {
        const part = outputs[output.name].data as Float32Array;
        embeddings.set(part, at);
        at += part.length;
      }
      return embeddings;
    },
    close: () => inference.close(),
  };
}

async function readModel(file: string, model: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const fix =
      model === 'siamese'
        ? 'install twintrack again'
        : 'give the folder of a model of "twintrack train siamese", or siamese for the one that comes with twintrack';
    throw readError(file, cause, fix);
  }
}
