import type { AdamOptimizer, Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { PATCH_BYTES } from '../../appearance/patches.ts';
import { Augmentation } from './augmentation.ts';
import { patchTensor } from './embedding.ts';
import type { LossName } from './figures.ts';
import { binaryCrossEntropy, contrastive, identity, pairEmbeddings, triplet } from './losses.ts';
import type { Network } from './network.ts';
import { minePairs } from './pairs.ts';
import type { People } from './people.ts';
import type { Tf } from './tf.ts';

/**
 * Probability at the end that a pair is the hardest of its anchor; at the start it is 0. In an untrained network the hardest pairs of
 * one person are less alike than those of two people, and the similarity learns the opposite.
 */
const HARD = 0.3;

/** The network, its optimiser and what the losses need. */
export interface Learner {
  readonly tf: Tf;
  readonly network: Network;
  readonly optimizer: AdamOptimizer;
  /** d × people of the training, for the classification of {@link identity}. */
  readonly directions: Variable | undefined;
  readonly loss: LossName;
  /** Whether batch norms keep their statistics, which is better with few pictures. */
  readonly frozenNorms: boolean;
}

/**
 * One step: augments, embeds and pairs the pictures of a batch, and moves the weights against the gradient of the loss.
 *
 * @param rows the pictures of the batch, as rows of `people`
 * @param classes number of each person among those of the training
 * @param progress share of the training done, 0..1
 * @returns the loss
 */
export function learnBatch(
  learner: Learner,
  people: People,
  rows: Int32Array,
  classes: Int32Array,
  progress: number,
  random: () => number,
): number {
  const { tf, network, optimizer, directions } = learner;
  const pixels = new Float32Array(rows.length * PATCH_BYTES);
  const augmentation = new Augmentation(random);
  rows.forEach((row, k) => {
    const other = rows[Math.floor(random() * rows.length)];
    augmentation.apply(people.patches, row, other, pixels, k * PATCH_BYTES);
  });
  const who = rows.map((row) => people.person[row]);
  return tf.tidy(() => {
    const patches = patchTensor(tf, pixels);
    const loss = () => {
      const embeddings = network.embed(patches, !learner.frozenNorms);
      return lossOf(
        learner,
        embeddings,
        who,
        people,
        who.map((p) => classes[p]),
        progress,
        random,
      );
    };
    const variables = directions ? [...network.variables, directions] : network.variables;
    return (optimizer.minimize(loss, true, variables) as Scalar).dataSync()[0];
  });
}

/** The chosen loss, plus that of the similarity head, which always learns. */
function lossOf(
  { tf, network, directions, loss }: Learner,
  embeddings: Tensor2D,
  who: Int32Array,
  { different }: People,
  classes: Int32Array,
  progress: number,
  random: () => number,
): Scalar {
  const values = embeddings.dataSync() as Float32Array;
  const pairs = pairEmbeddings(tf, embeddings, minePairs(values, who, HARD * progress, random, different));
  const hardest = () => pairEmbeddings(tf, embeddings, minePairs(values, who, 1, random, different));
  const similarity = ({ anchors, positives, negatives } = pairs) =>
    binaryCrossEntropy(tf, network.logits(anchors, positives), network.logits(anchors, negatives));
  // a copy: through it no gradient reaches the sister network
  const headAlone = () => {
    const copy = tf.tensor2d(values, embeddings.shape);
    return similarity(pairEmbeddings(tf, copy, minePairs(values, who, HARD * progress, random, different)));
  };
  if (loss === 'bce') return similarity();
  if (loss === 'contrastive') return tf.add(contrastive(tf, pairs), headAlone());
  if (loss === 'triplet') return tf.add(triplet(tf, hardest()), headAlone());
  const terms = [similarity(), contrastive(tf, pairs), triplet(tf, hardest())];
  if (directions) terms.push(identity(tf, embeddings, directions as Variable & Tensor2D, classes));
  return tf.addN(terms);
}
