/**
 * Whether a provider computes anything of a network. onnxruntime gives the CPU the operations that a provider does not take, all of them
 * in the end, and does not say so. Plain JavaScript, as it runs in the worker thread.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a dimension that is not fixed is taken to be, besides the first. */
const SIDE = 320;
const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int64: BigInt64Array };

/**
 * Runs a network once on zeros, with onnxruntime's profile, which names the provider of each operation.
 *
 * @param {typeof import('onnxruntime-node')} runtime
 * @param {string} file
 * @param {import('onnxruntime-node').InferenceSession.SessionOptions} options with the provider
 * @throws Error when it cannot be run there, or when the CPU computes all of it
 */
export async function checkPlacement({ InferenceSession, Tensor }, file, options) {
  const folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
  try {
    const session = await InferenceSession.create(file, {
      ...options,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    try {
      const feeds = Object.fromEntries(session.inputMetadata.map((input) => [input.name, zeros(Tensor, input)]));
      await session.run(feeds);
      session.endProfiling();
    } finally {
      await session.release();
    }
    /** @type {{ args?: { provider?: string } }[]} */
    const events = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const providers = new Set(events.map(({ args }) => args?.provider).filter((provider) => provider));
    if (providers.size === 1 && providers.has('CPUExecutionProvider'))
      throw new Error('it takes none of the operations, and the CPU would compute them all');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {typeof import('onnxruntime-node').Tensor} Tensor
 * @param {import('onnxruntime-node').InferenceSession.ValueMetadata} input
 */
function zeros(Tensor, input) {
  const type = input.isTensor ? /** @type {keyof typeof ARRAYS} */ (input.type) : undefined;
  if (!input.isTensor || !type || !(type in ARRAYS)) throw new Error(`its input ${input.name} is not a picture`);
  const dims = input.shape.map((dim, i) => (typeof dim === 'number' && dim > 0 ? dim : i === 0 ? 1 : SIDE));
  return new Tensor(type, new ARRAYS[type](dims.reduce((size, dim) => size * dim, 1)), dims);
}
