import '@tensorflow/tfjs-backend-cpu';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../../src/learning/siamese/backend.ts';
import type { Tf } from '../../../src/learning/siamese/tf.ts';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend()).tf;
});
afterAll(async () => {
  await tf.setBackend('wasm');
});

interface Case {
  readonly n: number;
  readonly size: readonly [height: number, width: number];
  readonly channels: readonly [inputs: number, outputs: number];
  readonly filter: readonly [height: number, width: number];
  readonly strides: readonly [height: number, width: number];
  readonly pad: 'same' | 'valid' | number;
}

/** Gradients of a weighted sum of a convolution's outputs on the current back-end: of the input, then of the filter. */
function gradients({ n, size, channels, filter, strides, pad }: Case): Float32Array[] {
  const result = tf.tidy(() => {
    const x = tf.randomUniform([n, ...size, channels[0]], -1, 1, 'float32', 1) as Tensor4D;
    const w = tf.randomUniform([...filter, ...channels], -1, 1, 'float32', 2) as Tensor4D;
    const shape = tf.conv2d(x, w, [...strides], pad).shape;
    const weights = tf.randomUniform(shape, -1, 1, 'float32', 3);
    return tf.grads((a, b) => tf.sum(tf.mul(tf.conv2d(a as Tensor4D, b as Tensor4D, [...strides], pad), weights)))([
      x,
      w,
    ]);
  });
  return result.map((tensor) => {
    const values = tensor.dataSync() as Float32Array;
    tensor.dispose();
    return values;
  });
}

async function compare(example: Case): Promise<void> {
  await tf.setBackend('wasm');
  const ours = gradients(example);
  await tf.setBackend('cpu');
  const reference = gradients(example);
  for (const [k, values] of reference.entries()) {
    expect(ours[k].length).toBe(values.length);
    values.forEach((value, i) => {
      expect(Math.abs(ours[k][i] - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
    });
  }
}

describe('the gradients made for wasm', () => {
  it.each<[string, Case]>([
    ['a block', { n: 2, size: [8, 4], channels: [3, 5], filter: [3, 3], strides: [1, 1], pad: 'same' }],
    ['a step down', { n: 3, size: [10, 6], channels: [2, 4], filter: [3, 3], strides: [2, 2], pad: 'valid' }],
    ['padding given as a number', { n: 1, size: [8, 6], channels: [3, 2], filter: [3, 3], strides: [2, 2], pad: 1 }],
    [
      'rows and columns left over',
      { n: 1, size: [9, 8], channels: [1, 2], filter: [2, 3], strides: [3, 2], pad: 'valid' },
    ],
    ['one by one', { n: 2, size: [3, 3], channels: [4, 2], filter: [1, 1], strides: [1, 1], pad: 'same' }],
    [
      'one by one with a stride',
      { n: 2, size: [5, 5], channels: [2, 2], filter: [1, 1], strides: [2, 2], pad: 'same' },
    ],
  ])('are those of the cpu back-end: %s', (_, example) => compare(example));

  it('are those of the cpu back-end for any geometry', async () => {
    const small = (max: number) => fc.integer({ min: 1, max });
    const example = fc.record<Case>({
      n: small(3),
      size: fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 })),
      channels: fc.tuple(small(3), small(3)),
      filter: fc.tuple(small(3), small(3)),
      strides: fc.tuple(small(3), small(3)),
      pad: fc.constantFrom('same' as const, 'valid' as const),
    });
    await fc.assert(fc.asyncProperty(example, compare), { numRuns: 40 });
  });

  it('are those of the formula for a batch norm', async () => {
    await tf.setBackend('wasm');
    const random = (shape: number[], seed: number) => tf.randomUniform(shape, 0.5, 2, 'float32', seed);
    const inputs = [random([3, 4, 2, 5], 1), ...[2, 3, 4, 5].map((seed) => random([5], seed))];
    const weights = random([3, 4, 2, 5], 6);
    const fused = (x: Tensor, mean: Tensor, variance: Tensor, offset: Tensor, scale: Tensor) =>
      tf.batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D, 0.01);
    const formula = (x: Tensor, mean: Tensor, variance: Tensor, offset: Tensor, scale: Tensor) =>
      tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.01))), scale), offset);
    const [ours, reference] = [fused, formula].map((norm) =>
      tf.grads((...args) => tf.sum(tf.mul(norm(args[0], args[1], args[2], args[3], args[4]), weights)))(inputs),
    );
    for (const [k, gradient] of ours.entries()) {
      const expected = reference[k].dataSync();
      gradient.dataSync().forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected[i])));
      });
    }
    tf.dispose([...inputs, weights, ...ours, ...reference]);
  });

  it('keep no memory', async () => {
    await tf.setBackend('wasm');
    const example: Case = { n: 2, size: [8, 4], channels: [3, 5], filter: [3, 3], strides: [2, 2], pad: 'valid' };
    gradients(example);
    const before = tf.memory();
    gradients(example);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});
