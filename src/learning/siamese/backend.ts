import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { inputError } from '../../core/errors.ts';
import type { BackendInfo } from './figures.ts';
import type { Tf } from './tf.ts';

/** TensorFlow.js with what it computes on. */
export interface Backend extends BackendInfo {
  readonly tf: Tf;
}

const NATIVE = [
  { name: 'tfjs-node-gpu', description: 'TensorFlow on the GPU (tfjs-node-gpu)' },
  { name: 'tfjs-node', description: 'TensorFlow on the CPU (tfjs-node)' },
];

/** What installs the fallback. */
const WASM_PACKAGES = '@tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-wasm';

/**
 * Loads the fastest back-end that is installed: `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node`, or WebAssembly on one core.
 *
 * @throws TwintrackError when none is installed, with the command that installs one
 */
export async function loadBackend(): Promise<Backend> {
  for (const { name, description } of NATIVE) {
    const tf = await importInstalled<Tf>(`@tensorflow/${name}`);
    if (tf) return { tf, name, description };
  }
  const core = await importInstalled<typeof Core>('@tensorflow/tfjs-core');
  const layers = await importInstalled<typeof Layers>('@tensorflow/tfjs-layers');
  const wasm = await importInstalled<object>('@tensorflow/tfjs-backend-wasm');
  if (!core || !layers || !wasm) {
    const fix = `npm install ${WASM_PACKAGES}, or @tensorflow/tfjs-node, which is several times faster`;
    throw inputError('TensorFlow.js', 'is needed for training and not installed', fix);
  }
  await core.setBackend('wasm');
  const { completeWasm } = await import('./wasm-kernels.ts');
  const tf = { ...core, ...layers } as Tf;
  completeWasm(tf);
  return { tf, name: 'wasm', description: 'WebAssembly on one core' };
}

/** A package that may be absent; a broken one (a native library that does not load) counts as absent. */
async function importInstalled<T>(name: string): Promise<T | undefined> {
  try {
    const module = await import(name);
    return module.default ?? module;
  } catch {
    return undefined;
  }
}
