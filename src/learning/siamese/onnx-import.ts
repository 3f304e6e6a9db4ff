import type { Tensor } from '@tensorflow/tfjs-core';
import { type OnnxInitializer, readOnnxInitializers } from '../../inference/onnx/reader.ts';
import type { NetworkSize } from './figures.ts';
import { buildNetwork, layersOf, type Network, NORM_EPSILON, normOf, STRIPES } from './network.ts';
import { type OnnxPair, stripeMajor, transposed } from './onnx-export.ts';
import type { Tf } from './tf.ts';

/**
 * Reads a network back from its two ONNX files, in which the batch norms are folded: here they only add the bias, and the network
 * computes the same.
 *
 * @throws RangeError when the files are not of such a network
 */
export function fromOnnx(tf: Tf, pair: OnnxPair): Network {
  const weights = new Map([...readOnnxInitializers(pair.embedding), ...readOnnxInitializers(pair.head)]);
  const network = buildNetwork(tf, sizeOf(weights));
  const take = (name: string, length: number): OnnxInitializer => {
    const weight = weights.get(name);
    if (weight?.data.length !== length) throw new RangeError(`${name} is missing or not of ${length} numbers`);
    return weight;
  };
  const set = (layer: string, values: readonly Float32Array[]): void => {
    const model = layer === 'hidden' || layer === 'out' ? network.head : network.sister;
    const target = model.getLayer(layer);
    const tensors: Tensor[] = target.getWeights().map((old, k) => tf.tensor(values[k], old.shape));
    target.setWeights(tensors);
    tf.dispose(tensors);
  };
  const setNorm = (layer: string, bias: Float32Array): void => {
    const [one, zero] = [new Float32Array(bias.length).fill(1), new Float32Array(bias.length)];
    set(normOf(layer), [one, bias, zero, one.map(() => 1 - NORM_EPSILON)]);
  };
  const setFilter = (layer: string, inputs: number, outputs: number): void => {
    set(layer, [unfoldedFilter(take(`${layer}.weight`, 9 * inputs * outputs).data, inputs, outputs)]);
    setNorm(layer, take(`${layer}.bias`, outputs).data);
  };

  let inputs = 3;
  for (const { name, kind, width } of layersOf(network.size)) {
    for (const part of kind === 'step' ? ['conv'] : ['first', 'second']) {
      setFilter(`${name}.${part}`, inputs, width);
      inputs = width;
    }
  }
  const { embedding, hidden } = network.size;
  const pooled = inputs * (STRIPES + 1);
  const projection = take('project.weight', embedding * pooled).data;
  const reordered = new Float32Array(projection.length);
  for (let o = 0; o < embedding; o++)
    for (let k = 0; k < pooled; k++) reordered[stripeMajor(k, inputs) * embedding + o] = projection[o * pooled + k];
  set('project', [reordered]);
  setNorm('project', take('project.bias', embedding).data);
  for (const [layer, from, to] of [
    ['hidden', embedding, hidden],
    ['out', hidden, 1],
  ] as const) {
    const weight = take(`${layer}.weight`, from * to).data;
    set(layer, [transposed(weight, to, from), take(`${layer}.bias`, to).data]);
  }
  return network;
}

/** A filter [outputs, inputs, 3, 3] as [3, 3, inputs, outputs]. */
function unfoldedFilter(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let o = 0, k = 0; o < outputs; o++)
    for (let c = 0; c < inputs; c++)
      for (let place = 0; place < 9; place++) result[(place * inputs + c) * outputs + o] = values[k++];
  return result;
}

/** The size of a network from the names and shapes of its weights. */
function sizeOf(weights: ReadonlyMap<string, OnnxInitializer>): NetworkSize {
  const widths: number[] = [];
  const blocks: number[] = [];
  for (let k = 0; ; k++) {
    const step = weights.get(`layers.${k}.conv.weight`);
    if (step) {
      widths.push(step.dims[0]);
      blocks.push(0);
    } else if (weights.has(`layers.${k}.first.weight`) && blocks.length > 0) blocks[blocks.length - 1]++;
    else break;
  }
  const embedding = weights.get('project.bias')?.data.length;
  const hidden = weights.get('hidden.bias')?.data.length;
  if (widths.length === 0 || !embedding || !hidden) throw new RangeError('no Siamese network of twintrack');
  return { widths, blocks, embedding, hidden };
}
