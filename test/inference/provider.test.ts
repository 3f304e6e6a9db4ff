import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findRuntime } from '../../src/inference/onnx/runtime.ts';
import { offeredProviders, type Provider, providerError, providersToTry } from '../../src/inference/provider.ts';
import { Inference } from '../../src/inference/session.ts';
import { constantNetwork, imageInput, writeFile } from '../detection/graphs.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const network = constantNetwork(
  [imageInput('height', 'width')],
  [{ name: 'two', dims: [2], data: Float32Array.of(1, 2) }],
);
const failureOf = (doing: Promise<unknown>) =>
  doing.then(
    () => 'no error',
    (error: Error) => `${error.name} ${error.message}`,
  );

describe('the providers to try', () => {
  const installed = { packed: false };
  const all: Provider[] = ['cpu', 'cuda', 'coreml', 'directml', 'webgpu'];

  it('are the one that is asked for, and no other', () => {
    for (const provider of all) expect(providersToTry(provider, all, installed)).toEqual([provider]);
  });

  it('are for auto those that are offered, the CPU last, and WebGPU where there is a graphics device', () => {
    expect(providersToTry('auto', all, installed, true)).toEqual(['cuda', 'coreml', 'directml', 'webgpu', 'cpu']);
    expect(providersToTry('auto', ['cpu', 'webgpu'], installed, false)).toEqual(['cpu']);
    expect(providersToTry('auto', ['cpu', 'cuda'], installed, false)).toEqual(['cuda', 'cpu']);
  });

  it.each([
    [
      'cuda',
      installed,
      'detection.provider=cuda: this onnxruntime has no CUDA (it offers cpu, webgpu); on Linux x64 install the package onnxruntime-node beside twintrack with its CUDA libraries (npm install onnxruntime-node --onnxruntime-node-install=cuda12), or take another provider',
    ],
    [
      'directml',
      { packed: true },
      'detection.provider=directml: the onnxruntime that comes with twintrack has no DirectML (it offers cpu, webgpu); on Windows install the package onnxruntime-node beside twintrack, or take another provider',
    ],
  ] as const)('are an error for one that is not offered: %s', (provider, runtime, message) => {
    expect(() => providersToTry(provider, ['cpu', 'webgpu'], runtime)).toThrow(
      expect.objectContaining({ name: 'TwintrackError', message, exitCode: 1 }),
    );
  });
});

describe('the error of a provider that does not work', () => {
  // as onnxruntime words it where the libraries of CUDA itself are missing
  const message = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';

  it('has the reason and the fix', () => {
    expect(providerError('cuda', 'detector', message, { packed: false }).message).toBe(
      `detection.provider=cuda: CUDA cannot compute the detector here: ${message}; install CUDA 12 with cuDNN 9 and the driver of the device, or set detection.provider=cpu`,
    );
  });

  it('says that the files of twintrack are for the CPU', () => {
    expect(providerError('directml', 'embedding', 'no DirectML.dll', { packed: true }).message).toBe(
      'detection.provider=directml: DirectML cannot compute the embedding here: no DirectML.dll; install the driver of the device, install the package onnxruntime-node beside twintrack, as the files that come with twintrack are for the CPU, or set detection.provider=cpu',
    );
  });
});

describe('onnxruntime', async () => {
  const offered = await offeredProviders(await findRuntime());

  it('always offers the CPU, and none that belongs to another system', () => {
    expect(offered[0]).toBe('cpu');
    const foreign = process.platform === 'darwin' ? 'directml' : 'coreml';
    expect(offered).not.toContain(foreign);
  });

  it(
    'offers CUDA where its libraries are beside it, as it lists it in any case',
    needs(process.platform === 'linux' && process.arch === 'x64', 'Linux x64'),
    async () => {
      const { url } = await findRuntime();
      const folder = temporaryFolder();
      const libraries = join(folder, 'bin/napi-v6/linux/x64');
      mkdirSync(join(folder, 'dist'));
      mkdirSync(libraries, { recursive: true });
      const index = join(folder, 'dist/index.cjs');
      writeFileSync(index, `module.exports = require(${JSON.stringify(fileURLToPath(url))});`);
      const beside = { url: pathToFileURL(index).href, packed: false };
      expect(await offeredProviders(beside)).not.toContain('cuda');
      writeFileSync(join(libraries, 'libonnxruntime_providers_cuda.so'), '');
      expect(await offeredProviders(beside)).toContain('cuda');
    },
  );

  it('loads a network on the CPU unless asked', async () => {
    const inference = await Inference.load(network, 1, 1);
    await inference.close();
    expect(inference.provider).toBe('cpu');
  });

  it('loads nothing where a provider is missing', async () => {
    const missing = process.platform === 'darwin' ? 'directml' : 'coreml';
    expect(await failureOf(Inference.load(network, 1, 1, 'detector', missing))).toContain(
      `TwintrackError detection.provider=${missing}: this onnxruntime has no `,
    );
  });

  it(
    'does not fall back to the CPU where there is no device',
    needs(offered.includes('webgpu') && process.platform === 'linux', 'WebGPU in onnxruntime, on Linux'),
    async () => {
      for (const name of ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES']) process.env[name] = '/none.json';
      expect(await failureOf(Inference.load(network, 1, 1, 'embedding', 'webgpu'))).toMatch(
        /^TwintrackError detection\.provider=webgpu: WebGPU cannot compute the embedding here: Failed to get a WebGPU adapter: [^\n]*; install the driver of the device \(on Linux one for Vulkan\), or set detection\.provider=cpu$/,
      );
      const broken = writeFile('broken.onnx', 'no network');
      expect(await failureOf(Inference.load(broken, 1, 1, 'detector', 'webgpu'))).toBe(
        `TwintrackError ${broken}: not an ONNX model; give the ONNX file of a person detector`,
      );
    },
  );
});
