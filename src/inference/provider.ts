import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError, type TwintrackError } from '../core/errors.ts';
import type { Runtime } from './onnx/runtime.ts';

/** What onnxruntime calls each execution provider. Behind the CPU they stand in the order in which `auto` tries them. */
export const BACKENDS = { cpu: 'cpu', cuda: 'cuda', coreml: 'coreml', directml: 'dml', webgpu: 'webgpu' } as const;

/** What computes a network: the CPU or an accelerator. */
export type Provider = keyof typeof BACKENDS;
/** A provider, or the best one that works. */
export type ProviderChoice = Provider | 'auto';

/** The providers by name. */
export const PROVIDERS = Object.keys(BACKENDS) as Provider[];

const TITLES = { cpu: 'CPU', cuda: 'CUDA', coreml: 'CoreML', directml: 'DirectML', webgpu: 'WebGPU' } as const;
const CUDA_FILE = 'libonnxruntime_providers_cuda.so';
const INSTALL = 'install the package onnxruntime-node beside twintrack';
/** What to do where onnxruntime has no such provider. */
const IF_MISSING: Readonly<Record<Provider, string>> = {
  cpu: INSTALL,
  cuda: `on Linux x64 ${INSTALL} with its CUDA libraries (npm install onnxruntime-node --onnxruntime-node-install=cuda12)`,
  coreml: `on macOS ${INSTALL}`,
  directml: `on Windows ${INSTALL}`,
  webgpu: `on Linux x64, macOS or Windows ${INSTALL}`,
};
/** What to do where it has one that does not work. */
const IF_FAILED: Readonly<Record<Provider, string>> = {
  cpu: INSTALL,
  cuda: 'install CUDA 12 with cuDNN 9 and the driver of the device',
  coreml: 'take a model of fixed size',
  directml: 'install the driver of the device',
  webgpu: 'install the driver of the device (on Linux one for Vulkan)',
};

/**
 * The providers that an onnxruntime has, the CPU among them. Whether one works shows when a network is loaded: there may be no device
 * for it.
 */
export async function offeredProviders({ url }: Runtime): Promise<Provider[]> {
  const runtime = await import(url);
  const { listSupportedBackends }: typeof import('onnxruntime-node') = runtime.default ?? runtime;
  const names = listSupportedBackends().map(({ name }) => name);
  // CUDA is listed as well where its libraries, which are no part of the package, are missing
  return PROVIDERS.filter(
    (provider) => names.includes(BACKENDS[provider]) && (provider !== 'cuda' || hasCudaLibraries(url)),
  );
}

function hasCudaLibraries(url: string): boolean {
  const bin = join(dirname(fileURLToPath(url)), '../bin');
  const versions = existsSync(bin) ? readdirSync(bin) : [];
  return versions.some((version) => existsSync(join(bin, version, process.platform, process.arch, CUDA_FILE)));
}

/**
 * The providers to try, one after the other.
 *
 * @param offered what this onnxruntime has
 * @param graphics whether the machine has a graphics device; default: what the system says
 * @throws TwintrackError when the one that is asked for is not among them
 */
export function providersToTry(
  choice: ProviderChoice,
  offered: readonly Provider[],
  { packed }: Pick<Runtime, 'packed'>,
  graphics = hasGraphics(),
): readonly Provider[] {
  if (choice === 'auto') {
    const accelerators = PROVIDERS.filter((provider) => provider !== 'cpu' && offered.includes(provider));
    return [...accelerators.filter((provider) => provider !== 'webgpu' || graphics), 'cpu'];
  }
  if (offered.includes(choice)) return [choice];
  const which = packed ? 'the onnxruntime that comes with twintrack' : 'this onnxruntime';
  const reason = `${which} has no ${TITLES[choice]} (it offers ${offered.join(', ')})`;
  throw inputError(`detection.provider=${choice}`, reason, `${IF_MISSING[choice]}, or take another provider`);
}

/** Vulkan also has drivers that compute on the CPU, slower than onnxruntime does: WebGPU is worth it with a device alone. */
function hasGraphics(): boolean {
  if (process.platform !== 'linux') return true;
  const devices = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  return devices('/dev/dri').some((name) => name.startsWith('renderD')) || devices('/dev').includes('nvidia0');
}

/**
 * The error of a provider that onnxruntime has, and that does not work.
 *
 * @param what what was to be computed, such as detector
 * @param message onnxruntime's
 */
export function providerError(
  provider: Provider,
  what: string,
  message: string,
  { packed }: Pick<Runtime, 'packed'>,
): TwintrackError {
  const reason = message.replace(/^.* was false\.\s*/s, '').replace(/\/\S+\.(?:cc|h):\d+\s*/g, '');
  const fixes = [
    IF_FAILED[provider],
    ...(packed ? [`${INSTALL}, as the files that come with twintrack are for the CPU`] : []),
  ];
  return inputError(
    `detection.provider=${provider}`,
    `${TITLES[provider]} cannot compute the ${what} here: ${reason.slice(0, 300)}`,
    `${fixes.join(', ')}, or set detection.provider=cpu`,
  );
}
