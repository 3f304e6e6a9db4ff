import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from '../../appearance/patches.ts';
import { findRuntime } from '../../inference/onnx/runtime.ts';
import { withoutTelemetry } from '../../inference/onnx/telemetry.ts';
import { embedPatches, similarities } from './embedding.ts';
import type { Network } from './network.ts';
import type { OnnxPair } from './onnx-export.ts';
import type { Tf } from './tf.ts';

/** Largest difference allowed between onnxruntime and TensorFlow.js. */
export const TOLERANCE = 1e-4;

/**
 * Runs patches and their pairs through the ONNX files and through TensorFlow.js.
 *
 * @param patches planes R, G, B of bytes, patch by patch; two or more
 * @returns the largest difference of any number of an embedding, and of any similarity
 * @throws Error when one is above {@link TOLERANCE}: the files are not the network
 */
export async function checkOnnx(
  tf: Tf,
  network: Network,
  pair: OnnxPair,
  patches: Uint8Array,
): Promise<{ readonly embedding: number; readonly similarity: number }> {
  // a loader that compiles TypeScript gives a CommonJS module without `default`
  const runtime = await import((await findRuntime()).url);
  const { InferenceSession, Tensor }: typeof import('onnxruntime-node') = runtime.default ?? runtime;
  const n = patches.length / PATCH_BYTES;
  const rows = Array.from({ length: n }, (_, i) => i);
  const next = rows.map((i) => (i + 1) % n);
  const d = network.size.embedding;

  const sister = await withoutTelemetry(() => InferenceSession.create(pair.embedding));
  const input = new Tensor('float32', Float32Array.from(patches), [n, 3, PATCH_HEIGHT, PATCH_WIDTH]);
  const embeddings = (await sister.run({ patches: input })).embeddings.data as Float32Array;
  await sister.release();
  const head = await InferenceSession.create(pair.head);
  const a = new Tensor('float32', embeddings, [n, d]);
  const b = new Tensor('float32', Float32Array.from([...embeddings.subarray(d), ...embeddings.subarray(0, d)]), [n, d]);
  const alike = (await head.run({ a, b })).similarity.data as Float32Array;
  await head.release();

  const expected = await embedPatches(tf, network, patches, rows);
  const difference = {
    embedding: largestDifference(embeddings, expected),
    similarity: largestDifference(alike, similarities(tf, network, expected, rows, next)),
  };
  const worst = Math.max(difference.embedding, difference.similarity);
  if (!(worst <= TOLERANCE)) throw new Error(`the exported network differs from the trained one by ${worst}`);
  return difference;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}
