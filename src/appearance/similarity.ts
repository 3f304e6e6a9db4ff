import { inputError } from '../core/errors.ts';
import { sigmoid } from '../core/probability.ts';
import { readOnnxInitializers } from '../inference/onnx/reader.ts';

/** Compares two embeddings. */
export interface Similarity {
  /** Numbers of an embedding, d. */
  readonly dimensions: number;
  /** What the network says of row `i` of `a` and row `j` of `b` (rows of d numbers), 0..1; `sameProbability` says what it means. */
  similarity(a: Float32Array, i: number, b: Float32Array, j: number): number;
}

/**
 * The similarity head of the Siamese network, behind the two sister networks: σ(W₂ · max(0, W₁ · |a − b| + b₁) + b₂). It is computed
 * here, as a call of onnxruntime for the few pairs of a frame takes longer than the arithmetic.
 */
export class SimilarityHead implements Similarity {
  readonly dimensions: number;
  private readonly hidden: Float32Array;
  private readonly hiddenBias: Float32Array;
  private readonly out: Float32Array;
  private readonly outBias: number;
  private readonly difference: Float32Array;

  /**
   * @param file name of the ONNX file, for messages
   * @param bytes its contents: initializers hidden.weight [h, d], hidden.bias [h], out.weight [1, h], out.bias [1]
   * @throws TwintrackError when it is no such file
   */
  constructor(file: string, bytes: Uint8Array) {
    const fix = 'give the siamese-head.onnx that belongs to the embedding';
    let weights: ReturnType<typeof readOnnxInitializers>;
    try {
      weights = readOnnxInitializers(bytes);
    } catch (cause) {
      throw inputError(file, 'not an ONNX model', fix, cause);
    }
    const [hidden, hiddenBias] = [weights.get('hidden.weight'), weights.get('hidden.bias')];
    const [out, outBias] = [weights.get('out.weight'), weights.get('out.bias')];
    const units = hidden?.dims[0] ?? 0;
    const fits = hidden?.dims.length === 2 && hiddenBias?.data.length === units && out?.data.length === units;
    if (!fits || outBias?.data.length !== 1)
      throw inputError(file, 'not the similarity head of a Siamese network', fix);
    this.dimensions = hidden.dims[1];
    this.hidden = hidden.data;
    this.hiddenBias = hiddenBias.data;
    this.out = out.data;
    this.outBias = outBias.data[0];
    this.difference = new Float32Array(this.dimensions);
  }

  similarity(a: Float32Array, i: number, b: Float32Array, j: number): number {
    const { dimensions: d, hidden, hiddenBias, out, difference } = this;
    for (let k = 0, p = i * d, q = j * d; k < d; k++) difference[k] = Math.abs(a[p + k] - b[q + k]);
    let logit = this.outBias;
    for (let unit = 0, w = 0; unit < hiddenBias.length; unit++) {
      let sum = hiddenBias[unit];
      for (let k = 0; k < d; k++) sum += hidden[w++] * difference[k];
      if (sum > 0) logit += out[unit] * sum;
    }
    return sigmoid(logit);
  }
}
