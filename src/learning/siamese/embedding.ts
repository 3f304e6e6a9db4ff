import type { Tensor4D } from '@tensorflow/tfjs-core';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from '../../appearance/patches.ts';
import type { Network } from './network.ts';
import type { Tf } from './tf.ts';

/** Patches a batch, outside of training. */
const BATCH = 64;
/** Pairs a batch of the similarity head. */
const PAIRS = 4096;

/** Writes patch `i`, planes R, G, B of bytes, to `out` from `at` on as TensorFlow.js takes it: R, G, B pixel by pixel. */
export function interleave(patches: Uint8Array, i: number, out: Float32Array, at: number): void {
  const size = PATCH_WIDTH * PATCH_HEIGHT;
  for (let k = 0, from = i * PATCH_BYTES; k < size; k++, from++) {
    out[at++] = patches[from];
    out[at++] = patches[from + size];
    out[at++] = patches[from + 2 * size];
  }
}

/** Patches as a tensor [n, 128, 64, 3] out of n × 24,576 numbers. */
export function patchTensor(tf: Tf, pixels: Float32Array): Tensor4D {
  return tf.tensor4d(pixels, [pixels.length / PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, 3]);
}

/**
 * Embeddings of some patches.
 *
 * @param patches planes R, G, B of bytes, patch by patch
 * @param rows numbers of the patches wanted
 * @returns rows × d, of unit length
 */
export async function embedPatches(
  tf: Tf,
  network: Network,
  patches: Uint8Array,
  rows: ArrayLike<number>,
): Promise<Float32Array> {
  const { embedding } = network.size;
  const result = new Float32Array(rows.length * embedding);
  for (let from = 0; from < rows.length; from += BATCH) {
    const count = Math.min(BATCH, rows.length - from);
    const pixels = new Float32Array(count * PATCH_BYTES);
    for (let k = 0; k < count; k++) interleave(patches, rows[from + k], pixels, k * PATCH_BYTES);
    const values = tf.tidy(() => network.embed(patchTensor(tf, pixels)).dataSync());
    result.set(values, from * embedding);
    await new Promise(setImmediate); // lets timers and signals run
  }
  return result;
}

/** Similarities 0..1 of pairs of embeddings: rows `a[k]` and `b[k]` of `embeddings`. */
export function similarities(
  tf: Tf,
  network: Network,
  embeddings: Float32Array,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Float32Array {
  const d = network.size.embedding;
  const result = new Float32Array(a.length);
  const gather = (rows: ArrayLike<number>, from: number, count: number) => {
    const values = new Float32Array(count * d);
    for (let k = 0; k < count; k++) {
      values.set(embeddings.subarray(rows[from + k] * d, (rows[from + k] + 1) * d), k * d);
    }
    return tf.tensor2d(values, [count, d]);
  };
  for (let from = 0; from < a.length; from += PAIRS) {
    const count = Math.min(PAIRS, a.length - from);
    const values = tf.tidy(() => tf.sigmoid(network.logits(gather(a, from, count), gather(b, from, count))).dataSync());
    result.set(values, from);
  }
  return result;
}
