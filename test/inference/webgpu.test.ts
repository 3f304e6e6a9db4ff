import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Inference } from '../../src/inference/session.ts';
import { constantNetwork, imageInput, writeGraph } from '../detection/graphs.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A driver that computes Vulkan on the CPU, which comes with Chromium (Debian: apt-get install chromium). */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
for (const name of ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES']) process.env[name] = DRIVER; // of this process, before it looks for one

const FORMAT = { name: 'images', type: 'float32', order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const;
const network = constantNetwork(
  [imageInput('height', 'width')],
  [{ name: 'two', dims: [2], data: Float32Array.of(1, 2) }],
);

describe('WebGPU', needs(existsSync(DRIVER), `a driver: ${DRIVER}; install chromium`), () => {
  it('computes several networks, each in its thread, at once', async () => {
    const networks = await Promise.all(
      (['detector', 'embedding'] as const).map((kind) => Inference.load(network, 2, 1, kind, 'webgpu')),
    );
    expect(networks.map(({ provider }) => provider)).toEqual(['webgpu', 'webgpu']);
    const runs = Array.from({ length: 20 }, (_, i) => networks[i % 2].run(new Uint8Array(3 * 32 * 32), 32, 32, FORMAT));
    for (const { outputs } of await Promise.all(runs)) expect([...outputs.two.data]).toEqual([1, 2]);
    await networks[0].close();
    const { outputs } = await networks[1].run(new Uint8Array(3 * 32 * 32), 32, 32, FORMAT);
    expect([...outputs.two.data]).toEqual([1, 2]);
    await networks[1].close();
  });

  it('refuses a network that the CPU would compute all of, and leaves no files', async () => {
    const file = writeGraph({
      nodes: [{ op: 'NonZero', inputs: ['images'], outputs: ['where'] }],
      initializers: [],
      inputs: [imageInput(32, 32)],
      outputs: [{ name: 'where', type: 'int64', dims: [4, 'n'] }],
    });
    const folder = temporaryFolder();
    process.env.TMPDIR = folder;
    await expect(Inference.load(file, 1, 1, 'detector', 'webgpu')).rejects.toThrow(
      'WebGPU cannot compute the detector here: it takes none of the operations, and the CPU would compute them all; ',
    );
    const onCpu = await Inference.load(file, 1, 1, 'detector', 'cpu');
    await onCpu.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
