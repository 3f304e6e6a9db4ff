import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../../src/learning/siamese/backend.ts';
import {
  binaryCrossEntropy,
  contrastive,
  identity,
  pairEmbeddings,
  triplet,
} from '../../../src/learning/siamese/losses.ts';
import type { Tf } from '../../../src/learning/siamese/tf.ts';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend()).tf;
});

const value = (loss: () => Scalar) => tf.tidy(() => loss().dataSync()[0]);
/** Four unit vectors: along x, a little off it, along y, against x. */
const vectors = () =>
  tf.tensor2d([
    [1, 0],
    [0.8, 0.6],
    [0, 1],
    [-1, 0],
  ]);
const pairs = { anchors: Int32Array.of(0, 1), positives: Int32Array.of(1, 0), negatives: Int32Array.of(2, 3) };
const near = Math.sqrt(0.4); // between the first two
const far = [Math.SQRT2, Math.sqrt(3.6)];

describe('the losses on wasm, by hand', () => {
  it('choose the rows of pairs', () => {
    tf.tidy(() => {
      const { anchors, positives, negatives } = pairEmbeddings(tf, vectors(), pairs);
      expect(
        [anchors, positives, negatives].map((rows) => rows.arraySync().map(([x]) => Number(x.toFixed(5)))),
      ).toEqual([
        [1, 0.8],
        [0.8, 1],
        [0, -1],
      ]);
    });
  });

  it('binary cross-entropy', () => {
    const [sure, even] = [Math.log(1 + Math.exp(-2)), Math.log(2)];
    const loss = value(() => binaryCrossEntropy(tf, tf.tensor2d([[2], [0]]), tf.tensor2d([[-2], [0]])));
    expect(loss).toBeCloseTo((2 * sure + 2 * even) / 2, 5);
  });

  it('contrastive: near pairs pay their distance squared, far ones nothing beyond the margin', () => {
    expect(value(() => contrastive(tf, pairEmbeddings(tf, vectors(), pairs)))).toBeCloseTo(near ** 2, 4);
    const close = { anchors: Int32Array.of(0), positives: Int32Array.of(0), negatives: Int32Array.of(1) };
    expect(value(() => contrastive(tf, pairEmbeddings(tf, vectors(), close)))).toBeCloseTo((1 - near) ** 2, 3);
  });

  it('triplet: the other must be 0.3 farther', () => {
    expect(value(() => triplet(tf, pairEmbeddings(tf, vectors(), pairs)))).toBe(0);
    const turned = { ...pairs, positives: pairs.negatives, negatives: pairs.positives };
    const expected = (far[0] + far[1]) / 2 - near + 0.3;
    expect(value(() => triplet(tf, pairEmbeddings(tf, vectors(), turned)))).toBeCloseTo(expected, 4);
  });

  it('identity: smoothed cross-entropy of scaled cosines, whatever the length of the directions', () => {
    const scale = 1.4 * Math.SQRT2;
    const [hit, miss] = [scale, 0].map((logit) => logit - Math.log(Math.exp(scale) + 1));
    const loss = value(() =>
      identity(
        tf,
        tf.tensor2d([[1, 0]]),
        tf.tensor2d([
          [5, 0],
          [0, 0.1],
        ]),
        Int32Array.of(0),
      ),
    );
    expect(loss).toBeCloseTo(-(0.95 * hit + 0.05 * miss), 4);
  });

  it('pull the embeddings the right way', () => {
    const losses: ((e: Tensor2D) => Scalar)[] = [
      (e) =>
        contrastive(
          tf,
          pairEmbeddings(tf, e, {
            anchors: Int32Array.of(0),
            positives: Int32Array.of(1),
            negatives: Int32Array.of(2),
          }),
        ),
      (e) =>
        triplet(
          tf,
          pairEmbeddings(tf, e, {
            anchors: Int32Array.of(0),
            positives: Int32Array.of(2),
            negatives: Int32Array.of(1),
          }),
        ),
      (e) =>
        identity(
          tf,
          e,
          tf.tensor2d([
            [1, 0],
            [0, 1],
          ]),
          Int32Array.of(1, 0, 0, 0),
        ),
    ];
    for (const loss of losses)
      tf.tidy(() => {
        const start = vectors();
        const slope = tf.grad((e: Tensor) => loss(e as Tensor2D))(start) as Tensor2D;
        const moved = tf.sub(start, tf.mul(slope, 0.05)) as Tensor2D;
        expect(loss(moved).dataSync()[0]).toBeLessThan(loss(start).dataSync()[0]);
      });
  });
});
