import type { Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PATCH_HEIGHT, PATCH_WIDTH } from '../../appearance/patches.ts';
import type { NetworkSize } from './figures.ts';
import type { Tf } from './tf.ts';

/** The size of the shipped network: 0.94 million parameters, 58 million multiplications a patch. */
export const STANDARD: NetworkSize = { widths: [32, 32, 64, 128], blocks: [0, 1, 2, 2], embedding: 128, hidden: 32 };

/** Horizontal stripes of a person that are averaged one by one. */
export const STRIPES = 4;
/** Added to the variance by the batch norms. */
export const NORM_EPSILON = 1e-5;
/** Bytes are brought to about −2..2 by (x − MEAN) · SCALE. */
export const INPUT_MEAN = 127.5;
export const INPUT_SCALE = 1 / 64;

/** The two halves of the Siamese network as TensorFlow.js layers. */
export interface Network {
  readonly size: NetworkSize;
  /** The sister network: patches [n, 128, 64, 3] of 0..255 to embeddings before they are brought to unit length. */
  readonly sister: LayersModel;
  /** |a − b| [n, d] to the logit of the similarity [n, 1]. */
  readonly head: LayersModel;
  /**
   * Embeddings of unit length [n, d].
   *
   * @param training whether batch norms go by the batch, and take note of it, instead of by what they noted
   */
  embed(patches: Tensor4D, training?: boolean): Tensor2D;
  /** Logits of the similarity of rows of `a` and of `b` [n, 1]. */
  logits(a: Tensor2D, b: Tensor2D): Tensor2D;
  /** Everything that is learned. */
  readonly variables: Variable[];
  dispose(): void;
}

/**
 * Builds the network with random weights: convolutions of 3 × 3, each with a batch norm; a step is one of stride 2, a residual block
 * two of them (He et al. 2016). Behind the last step the means of {@link STRIPES} horizontal stripes and the maximum of all places give
 * the embedding by one linear layer.
 *
 * @param seed the same seed gives the same weights on the same back-end
 */
export function buildNetwork(tf: Tf, size: NetworkSize = STANDARD, seed = 1): Network {
  const initial = () => tf.initializers.heNormal({ seed: seed++ });
  const relu = (x: SymbolicTensor) => tf.layers.reLU().apply(x) as SymbolicTensor;
  const norm = (x: SymbolicTensor, name: string, gammaInitializer: 'ones' | 'zeros' = 'ones') =>
    tf.layers
      .batchNormalization({ name: normOf(name), epsilon: NORM_EPSILON, momentum: 0.9, gammaInitializer })
      .apply(x);
  const convolve = (x: SymbolicTensor, name: string, filters: number, strides: 1 | 2, last = false): SymbolicTensor => {
    const padded = tf.layers.zeroPadding2d({ padding: 1 }).apply(x);
    const config = { name, filters, kernelSize: 3, strides, useBias: false, kernelInitializer: initial() };
    const y = tf.layers.conv2d(config).apply(padded) as SymbolicTensor;
    return norm(y, name, last ? 'zeros' : 'ones') as SymbolicTensor;
  };

  const patches = tf.input({ shape: [PATCH_HEIGHT, PATCH_WIDTH, 3] });
  const scaling = { scale: INPUT_SCALE, offset: -INPUT_MEAN * INPUT_SCALE };
  let x = tf.layers.rescaling(scaling).apply(patches) as SymbolicTensor;
  for (const { name, kind, width } of layersOf(size)) {
    if (kind === 'step') x = relu(convolve(x, `${name}.conv`, width, 2));
    else {
      const inner = relu(convolve(x, `${name}.first`, width, 1));
      // a block starts as the identity
      const y = convolve(inner, `${name}.second`, width, 1, true);
      x = relu(tf.layers.add().apply([x, y]) as SymbolicTensor);
    }
  }
  const [rows, columns] = x.shape.slice(1) as number[];
  const poolSize: [number, number] = [rows / STRIPES, columns];
  const stripes = tf.layers.averagePooling2d({ poolSize, strides: poolSize }).apply(x);
  const parts = [tf.layers.flatten().apply(stripes), tf.layers.globalMaxPooling2d({}).apply(x)] as SymbolicTensor[];
  const pooled = tf.layers.concatenate().apply(parts);
  const project = { name: 'project', units: size.embedding, useBias: false, kernelInitializer: initial() };
  const projected = tf.layers.dense(project).apply(pooled) as SymbolicTensor;
  const sister = tf.model({ inputs: patches, outputs: norm(projected, 'project') as SymbolicTensor });

  const difference = tf.input({ shape: [size.embedding] });
  const hidden = { name: 'hidden', units: size.hidden, activation: 'relu' as const, kernelInitializer: initial() };
  const out = { name: 'out', units: 1, kernelInitializer: initial() };
  const logit = tf.layers.dense(out).apply(tf.layers.dense(hidden).apply(difference)) as SymbolicTensor;
  const head = tf.model({ inputs: difference, outputs: logit });

  return {
    size,
    sister,
    head,
    embed: (batch, training = false) =>
      tf.tidy(() => {
        const raw = sister.apply(batch, { training }) as Tensor2D;
        return tf.div(raw, tf.sqrt(tf.add(tf.sum(tf.square(raw), 1, true), 1e-12)));
      }),
    logits: (a, b) => tf.tidy(() => head.apply(tf.abs(tf.sub(a, b))) as Tensor2D),
    variables: [sister, head].flatMap((model) => model.trainableWeights.map((weight) => weight.read() as Variable)),
    dispose() {
      sister.dispose();
      head.dispose();
    },
  };
}

/** One step or block of the sister network. */
export interface NetworkLayer {
  /** What the names of its weights begin with. */
  readonly name: string;
  readonly kind: 'step' | 'block';
  readonly width: number;
}

/** The steps and blocks of a network in order. */
export function layersOf({ widths, blocks }: NetworkSize): NetworkLayer[] {
  return widths
    .flatMap((width, step) => [
      { kind: 'step' as const, width },
      ...Array.from({ length: blocks[step] }, () => ({ kind: 'block' as const, width })),
    ])
    .map((layer, k) => ({ name: `layers.${k}`, ...layer }));
}

/** The name of the batch norm that follows a layer. */
export function normOf(name: string): string {
  return `${name}.norm`;
}
