import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PATCH_BYTES } from '../../../src/appearance/patches.ts';
import { seededRandom } from '../../../src/learning/random.ts';
import { loadBackend } from '../../../src/learning/siamese/backend.ts';
import { embedPatches } from '../../../src/learning/siamese/embedding.ts';
import { buildNetwork, type Network } from '../../../src/learning/siamese/network.ts';
import { checkOnnx } from '../../../src/learning/siamese/onnx-check.ts';
import { toOnnx } from '../../../src/learning/siamese/onnx-export.ts';
import { fromOnnx } from '../../../src/learning/siamese/onnx-import.ts';
import type { Tf } from '../../../src/learning/siamese/tf.ts';

const SIZE = { widths: [4, 6, 6, 8], blocks: [0, 1, 2, 1], embedding: 16, hidden: 5 };
const random = seededRandom(5);
const patches = Uint8Array.from({ length: 5 * PATCH_BYTES }, () => 256 * random());

let tf: Tf;
let networks: Network[] = [];
beforeAll(async () => {
  tf = (await loadBackend()).tf;
});
afterEach(() => {
  for (const network of networks) network.dispose();
  networks = [];
});
const keep = (network: Network): Network => {
  networks.push(network);
  return network;
};

/** A network of which no weight, and no statistic of a batch norm, is at its start value. */
function stirred(): Network {
  const network = keep(buildNetwork(tf, SIZE, 3));
  for (const model of [network.sister, network.head])
    for (const layer of model.layers) {
      const noise = layer
        .getWeights()
        .map((weight) => tf.add(weight, tf.randomUniform(weight.shape, 0.1, 0.4, 'float32', 9)));
      layer.setWeights(noise);
      tf.dispose(noise);
    }
  return network;
}

describe('the ONNX files of a network', () => {
  it('give what TensorFlow.js gives, to 1e-4', async () => {
    const network = stirred();
    const difference = await checkOnnx(tf, network, toOnnx(network), patches);
    expect(difference.embedding).toBeLessThan(1e-5);
    expect(difference.similarity).toBeLessThan(1e-5);
  });

  it('are refused when they are not the network', async () => {
    const other = keep(buildNetwork(tf, SIZE, 4));
    await expect(checkOnnx(tf, stirred(), toOnnx(other), patches)).rejects.toThrow(/differs from the trained one/);
  });

  it('can be read back and written again', async () => {
    const network = stirred();
    const pair = toOnnx(network);
    const again = keep(fromOnnx(tf, pair));
    expect(again.size).toEqual(SIZE);
    const rows = [0, 1, 2, 3, 4];
    const expected = await embedPatches(tf, network, patches, rows);
    const embeddings = await embedPatches(tf, again, patches, rows);
    embeddings.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-5);
    });
    await checkOnnx(tf, again, toOnnx(again), patches);
  });

  it('are the same bytes for the same weights', () => {
    const [a, b] = [keep(buildNetwork(tf, SIZE, 8)), keep(buildNetwork(tf, SIZE, 8))].map(toOnnx);
    expect(Buffer.from(a.embedding).equals(b.embedding)).toBe(true);
    expect(Buffer.from(a.head).equals(b.head)).toBe(true);
  });

  it.each(['embedding', 'head'] as const)('of another kind cannot be read as the %s', (part) => {
    const pair = toOnnx(keep(buildNetwork(tf, SIZE)));
    expect(() => fromOnnx(tf, { ...pair, [part]: readFileSync('models/rtmdet-nano-person.onnx') })).toThrow(RangeError);
  });

  it('that are shipped can be read back', async () => {
    const pair = {
      embedding: readFileSync('models/siamese-embedding.onnx'),
      head: readFileSync('models/siamese-head.onnx'),
    };
    const network = keep(fromOnnx(tf, pair));
    await checkOnnx(tf, network, pair, patches);
  });
});
