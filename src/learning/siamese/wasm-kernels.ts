import type {
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  FusedBatchNormAttrs,
  NamedTensorInfoMap,
  Tensor,
  Tensor2D,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Tf } from './tf.ts';

type Size = [number, number, number, number];

/**
 * Gives the WebAssembly back-end the gradients of a convolution, both made of its fast forward convolution: it has none with respect
 * to the filter, and the one it has with respect to the input takes eight times as long. The gradient of a batch norm is
 * replaced by one without TensorFlow.js's `tile`, which takes longer here than a convolution. A second call does nothing.
 */
export function completeWasm(tf: Tf): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { filterShape, ...rest } = attrs as unknown as Conv2DBackpropFilterAttrs;
      const { x, dy } = tensors(inputs);
      return filterGradient(tf, x, dy, filterShape, rest);
    },
  });
  tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
  tf.registerKernel({
    kernelName: 'Conv2DBackpropInput',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { inputShape, ...rest } = attrs as unknown as Conv2DBackpropInputAttrs;
      const { dy, filter } = tensors(inputs);
      return inputGradient(tf, dy, filter, inputShape, rest);
    },
  });
  tf.registerGradient({
    kernelName: 'FusedBatchNorm',
    inputsToSave: ['x', 'mean', 'variance', 'scale'],
    gradFunc: (dy, saved, attrs) => {
      const [x, mean, variance, scale] = saved;
      const { varianceEpsilon } = attrs as unknown as FusedBatchNormAttrs;
      return normGradient(tf, dy as Tensor4D, x as Tensor4D, mean, variance, scale, varianceEpsilon);
    },
  });
}

/** Gradients of y = (x − mean) / √(variance + ε) · scale + offset; all but x have one number a channel. */
function normGradient(
  tf: Tf,
  dy: Tensor4D,
  x: Tensor4D,
  mean: Tensor,
  variance: Tensor,
  scale: Tensor,
  epsilon: number,
): Record<string, () => Tensor> {
  const channels = x.shape[3];
  const rows = x.size / channels;
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const gain = tf.mul(inverse, scale);
  // a product of matrices sums up each channel thirty times as fast as `sum`
  const total = (values: Tensor): Tensor =>
    tf.reshape(tf.matMul(tf.ones([1, rows]), tf.reshape(values, [rows, channels]) as Tensor2D), [channels]);
  const sum = total(dy);
  const correlation = tf.mul(total(tf.mul(dy, tf.sub(x, mean))), inverse);
  return {
    x: () => tf.mul(dy, gain),
    mean: () => tf.neg(tf.mul(sum, gain)),
    variance: () => tf.mul(tf.mul(correlation, -0.5), tf.mul(inverse, gain)),
    scale: () => correlation,
    offset: () => sum,
  };
}

type Convolution = Pick<Conv2DBackpropFilterAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'>;

/**
 * dL/dw[i, j, c, o] = Σ over n, y, x of input[n, s·y + i − top, s·x + j − left, c] · dy[n, y, x, o]: a convolution whose batch is
 * the channels c, whose channels are the pictures n, and whose filter is dy, spread out by the stride.
 */
function filterGradient(tf: Tf, x: Tensor4D, dy: Tensor4D, filterShape: Size, convolution: Convolution): Tensor4D {
  const info = geometry(tf, x.shape, filterShape, convolution);
  const { strideHeight, strideWidth, outHeight, outWidth, padInfo } = info;
  const height = (outHeight - 1) * strideHeight + filterShape[0];
  const width = (outWidth - 1) * strideWidth + filterShape[1];
  return tf.tidy(() => {
    const input = place(tf, x, padInfo.top, padInfo.left, height, width);
    const turned = tf.transpose(input, [3, 1, 2, 0]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    const gradient = tf.conv2d(turned, filter as Tensor4D, 1, 'valid', 'NHWC', [strideHeight, strideWidth]);
    return tf.transpose(gradient, [1, 2, 0, 3]) as Tensor4D;
  });
}

/** dL/dx: the convolution of dy, its values a stride apart with zeros between, with the filter turned by 180 degrees. */
function inputGradient(tf: Tf, dy: Tensor4D, filter: Tensor4D, inputShape: Size, convolution: Convolution): Tensor4D {
  const info = geometry(tf, inputShape, filter.shape, convolution);
  const { strideHeight, strideWidth, padInfo, filterHeight, filterWidth } = info;
  const [, height, width] = inputShape;
  return tf.tidy(() => {
    const spread = spreadOut(tf, dy, strideHeight, strideWidth);
    const top = filterHeight - 1 - padInfo.top;
    const left = filterWidth - 1 - padInfo.left;
    const padded = place(tf, spread, top, left, height + filterHeight - 1, width + filterWidth - 1);
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(padded, turned as Tensor4D, 1, 'valid');
  });
}

/** Puts strides − 1 rows and columns of zeros behind each one. */
function spreadOut(tf: Tf, dy: Tensor4D, strideHeight: number, strideWidth: number): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [n, rows, columns, channels] = dy.shape;
  const after = (stride: number, size: number): [number, number] => [0, (stride - 1) * size];
  const inRows = tf.pad(tf.reshape(dy, [n * rows * columns, channels]), [[0, 0], after(strideWidth, channels)]);
  const row = columns * strideWidth * channels;
  const inColumns = tf.pad(tf.reshape(inRows, [n * rows, row]), [[0, 0], after(strideHeight, row)]);
  return tf.reshape(inColumns, [n, rows * strideHeight, columns * strideWidth, channels]);
}

/** The part of height × width that begins `top` rows above and `left` columns before the pictures; zeros where they are not. */
function place(tf: Tf, x: Tensor4D, top: number, left: number, height: number, width: number): Tensor4D {
  const [n, rows, columns, channels] = x.shape;
  const bottom = Math.max(0, height - top - rows);
  const right = Math.max(0, width - left - columns);
  const [above, before] = [Math.max(0, top), Math.max(0, left)];
  const padded = tf.pad(x, [
    [0, 0],
    [above, bottom],
    [before, right],
    [0, 0],
  ]);
  return tf.slice(padded, [0, above - top, before - left, 0], [n, height, width, channels]);
}

function geometry(tf: Tf, inputShape: Size, filterShape: Size, convolution: Convolution) {
  const { strides, pad, dataFormat, dimRoundingMode } = convolution;
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
  return tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode, false, format);
}

/** The engine gives a kernel its tensors, though the type promises less. */
function tensors(inputs: NamedTensorInfoMap): Record<string, Tensor4D> {
  return inputs as Record<string, Tensor4D>;
}
