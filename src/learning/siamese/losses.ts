import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Pairs } from './pairs.ts';
import type { Tf } from './tf.ts';

/** Distance from which on a pair of different people costs nothing, on embeddings of unit length. */
const CONTRASTIVE_MARGIN = 1;
/** How much farther the other person must be than the same one. */
const TRIPLET_MARGIN = 0.3;
/** Logits of the identity classification are cosines times this and √d, so this is their deviation at the start. */
const COSINE_SCALE = 1.4;
/** Share of the probability given to all other people. */
const LABEL_SMOOTHING = 0.1;

/** Rows of a batch, chosen such that there is a gradient on every back-end (WebAssembly has none for `gather`). */
function select(tf: Tf, values: Tensor2D, rows: Int32Array): Tensor2D {
  return tf.matMul(oneHot(tf, rows, values.shape[0]), values);
}

/** Rows of zeros with a 1 each. Cast, since WebAssembly writes whole numbers whatever the type. */
function oneHot(tf: Tf, places: Int32Array, width: number): Tensor2D {
  return tf.cast(tf.oneHot(tf.tensor1d(places, 'int32'), width), 'float32') as Tensor2D;
}

/** Embeddings of the pictures of pairs, each n × d. */
export interface PairEmbeddings {
  readonly anchors: Tensor2D;
  readonly positives: Tensor2D;
  readonly negatives: Tensor2D;
}

export function pairEmbeddings(tf: Tf, embeddings: Tensor2D, pairs: Pairs): PairEmbeddings {
  return {
    anchors: select(tf, embeddings, pairs.anchors),
    positives: select(tf, embeddings, pairs.positives),
    negatives: select(tf, embeddings, pairs.negatives),
  };
}

/** Mean binary cross-entropy of the similarity's logits of pairs of one person and of as many of two. */
export function binaryCrossEntropy(tf: Tf, positive: Tensor, negative: Tensor): Scalar {
  return tf.mean(tf.add(tf.softplus(tf.neg(positive)), tf.softplus(negative))) as Scalar;
}

/** Contrastive loss (Hadsell et al. 2006): d² of one person, max(0, m − d)² of two. */
export function contrastive(tf: Tf, { anchors, positives, negatives }: PairEmbeddings): Scalar {
  const near = squaredDistance(tf, anchors, positives);
  const short = tf.relu(tf.sub(CONTRASTIVE_MARGIN, distance(tf, anchors, negatives)));
  return tf.mean(tf.add(near, tf.square(short))) as Scalar;
}

/** Triplet loss: max(0, m + d(anchor, positive) − d(anchor, negative)) (Hermans et al. 2017, batch-hard with the hardest pairs). */
export function triplet(tf: Tf, { anchors, positives, negatives }: PairEmbeddings): Scalar {
  const difference = tf.sub(distance(tf, anchors, positives), distance(tf, anchors, negatives));
  return tf.mean(tf.relu(tf.add(difference, TRIPLET_MARGIN))) as Scalar;
}

/**
 * Cross-entropy of the person among all people of the training.
 *
 * @param embeddings n × d, of unit length
 * @param directions d × people, of any length: the direction that embeddings of each person should have
 */
export function identity(tf: Tf, embeddings: Tensor2D, directions: Tensor2D, people: Int32Array): Scalar {
  const length = tf.sqrt(tf.add(tf.sum(tf.square(directions), 0, true), 1e-12));
  const [d, count] = directions.shape;
  const scale = COSINE_SCALE * Math.sqrt(d);
  const logits = tf.mul(tf.matMul(embeddings, tf.div(directions, length)), scale);
  const off = LABEL_SMOOTHING / count;
  const target = tf.add(tf.mul(oneHot(tf, people, count), 1 - LABEL_SMOOTHING), off);
  // written out: the gradient of logSumExp needs operations that WebAssembly lacks
  const shifted = tf.sub(logits, scale);
  const normaliser = tf.log(tf.sum(tf.exp(shifted), 1, true));
  return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.sub(shifted, normaliser)), 1))) as Scalar;
}

function squaredDistance(tf: Tf, a: Tensor2D, b: Tensor2D): Tensor1D {
  return tf.sum(tf.square(tf.sub(a, b)), 1);
}

/** The root has no gradient at 0: a little is added. */
function distance(tf: Tf, a: Tensor2D, b: Tensor2D): Tensor1D {
  return tf.sqrt(tf.add(squaredDistance(tf, a, b), 1e-6));
}
