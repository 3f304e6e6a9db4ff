import { PATCH_HEIGHT, PATCH_WIDTH } from '../../appearance/patches.ts';
import { version } from '../../core/version.ts';
import { type OnnxAttribute, type OnnxNode, type OnnxTensor, writeOnnx } from '../../inference/onnx/writer.ts';
import { INPUT_MEAN, INPUT_SCALE, layersOf, type Network, NORM_EPSILON, normOf, STRIPES } from './network.ts';

/** The two ONNX files of a network, as bytes. */
export interface OnnxPair {
  /** `patches` [n, 3, 128, 64] of 0..255, planes R, G, B → `embeddings` [n, d] of unit length. */
  readonly embedding: Uint8Array;
  /** `a`, `b` [n, d] → `similarity` [n, 1]. */
  readonly head: Uint8Array;
}

/** Writes a network as ONNX, its batch norms folded into the weights before them. The same weights give the same bytes. */
export function toOnnx(network: Network): OnnxPair {
  return { embedding: embeddingModel(network), head: headModel(network) };
}

/** Values of a layer's weight, row by row. */
function valuesOf(network: Network, layer: string, k: number): Float32Array {
  const model = layer === 'hidden' || layer === 'out' ? network.head : network.sister;
  return model.getLayer(layer).getWeights()[k].dataSync() as Float32Array;
}

/** What a layer's outputs are multiplied by, and what is added then, in place of the batch norm behind it. */
function normAsGain(network: Network, layer: string): { gain: Float32Array; offset: Float32Array } {
  const [gamma, beta, mean, variance] = [0, 1, 2, 3].map((k) => valuesOf(network, normOf(layer), k));
  const gain = gamma.map((value, c) => value / Math.sqrt(variance[c] + NORM_EPSILON));
  return { gain, offset: beta.map((value, c) => value - mean[c] * gain[c]) };
}

class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];

  weight(name: string, dims: readonly number[], data: Float32Array): string {
    this.initializers.push({ name, type: 'float32', dims, data });
    return name;
  }

  add(op: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, output?: string): string {
    const name = output ?? `${op.toLowerCase()}${this.nodes.length}`;
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  bytes(name: string, inputs: Readonly<Record<string, readonly number[]>>, output: string, size: number): Uint8Array {
    const value = (of: string, dims: readonly number[]) =>
      ({ name: of, type: 'float32', dims: ['n', ...dims] }) as const;
    return writeOnnx(
      {
        name,
        nodes: this.nodes,
        initializers: this.initializers,
        inputs: Object.entries(inputs).map(([of, dims]) => value(of, dims)),
        outputs: [value(output, [size])],
      },
      { opset: 17, producer: `twintrack ${version}` },
    );
  }
}

function embeddingModel(network: Network): Uint8Array {
  const graph = new Graph();
  let width = 3;
  const convolve = (x: string, name: string, outputs: number, stride: number): string => {
    const weight = graph.weight(`${name}.weight`, [outputs, width, 3, 3], foldedFilter(network, name, width, outputs));
    const bias = graph.weight(`${name}.bias`, [outputs], normAsGain(network, name).offset);
    width = outputs;
    return graph.add('Conv', [x, weight, bias], {
      kernel_shape: { ints: [3, 3] },
      strides: { ints: [stride, stride] },
      pads: { ints: [1, 1, 1, 1] },
    });
  };
  const constant = (name: string, value: number) => graph.weight(name, [1], Float32Array.of(value));
  let x = graph.add('Sub', ['patches', constant('mean', INPUT_MEAN)]);
  x = graph.add('Mul', [x, constant('scale', INPUT_SCALE)]);
  for (const layer of layersOf(network.size)) {
    if (layer.kind === 'step') x = convolve(x, `${layer.name}.conv`, layer.width, 2);
    else {
      const inner = graph.add('Relu', [convolve(x, `${layer.name}.first`, layer.width, 1)]);
      x = graph.add('Add', [x, convolve(inner, `${layer.name}.second`, layer.width, 1)]);
    }
    x = graph.add('Relu', [x]);
  }
  const steps = 2 ** network.size.widths.length;
  const stripe = { ints: [PATCH_HEIGHT / steps / STRIPES, PATCH_WIDTH / steps] };
  const stripes = graph.add('AveragePool', [x], { kernel_shape: stripe, strides: stripe });
  const most = graph.add('GlobalMaxPool', [x]);
  const parts = [stripes, most].map((part) => graph.add('Flatten', [part], { axis: { int: 1 } }));
  x = graph.add('Concat', parts, { axis: { int: 1 } });
  const { embedding } = network.size;
  const weight = graph.weight('project.weight', [embedding, width * (STRIPES + 1)], foldedProjection(network, width));
  const bias = graph.weight('project.bias', [embedding], normAsGain(network, 'project').offset);
  x = graph.add('Gemm', [x, weight, bias], { transB: { int: 1 } });
  const length = graph.add('ReduceL2', [x], { axes: { ints: [1] }, keepdims: { int: 1 } });
  graph.add('Div', [x, graph.add('Max', [length, constant('least', 1e-12)])], {}, 'embeddings');
  return graph.bytes('siamese-embedding', { patches: [3, PATCH_HEIGHT, PATCH_WIDTH] }, 'embeddings', embedding);
}

function headModel(network: Network): Uint8Array {
  const { embedding, hidden } = network.size;
  const graph = new Graph();
  const gemm = (x: string, name: string, inputs: number, outputs: number) => {
    const weight = transposed(valuesOf(network, name, 0), inputs, outputs);
    const names = [graph.weight(`${name}.weight`, [outputs, inputs], weight)];
    names.push(graph.weight(`${name}.bias`, [outputs], valuesOf(network, name, 1)));
    return graph.add('Gemm', [x, ...names], { transB: { int: 1 } });
  };
  const difference = graph.add('Abs', [graph.add('Sub', ['a', 'b'])]);
  const inner = graph.add('Relu', [gemm(difference, 'hidden', embedding, hidden)]);
  graph.add('Sigmoid', [gemm(inner, 'out', hidden, 1)], {}, 'similarity');
  return graph.bytes('siamese-head', { a: [embedding], b: [embedding] }, 'similarity', 1);
}

/** A filter [3, 3, inputs, outputs] as [outputs, inputs, 3, 3], times the gain of its batch norm. */
function foldedFilter(network: Network, name: string, inputs: number, outputs: number): Float32Array {
  const { gain } = normAsGain(network, name);
  const folded = transposed(valuesOf(network, name, 0), 9 * inputs, outputs);
  const result = new Float32Array(folded.length);
  for (let o = 0, k = 0; o < outputs; o++)
    for (let c = 0; c < inputs; c++)
      for (let place = 0; place < 9; place++) result[k++] = gain[o] * folded[(o * 9 + place) * inputs + c];
  return result;
}

/** The projection [stripes · width + width, d] as [d, width · stripes + width], times the gain of its batch norm. */
function foldedProjection(network: Network, width: number): Float32Array {
  const { gain } = normAsGain(network, 'project');
  const inputs = width * (STRIPES + 1);
  const rows = transposed(valuesOf(network, 'project', 0), inputs, gain.length);
  return rows.map((_, at) => {
    const [o, k] = [Math.floor(at / inputs), at % inputs];
    return gain[o] * rows[o * inputs + stripeMajor(k, width)];
  });
}

/** Where the pooled value k of the ONNX graph (stripes of channel 0, of channel 1, …, maxima) stands in TensorFlow.js (channels of stripe 0, …). */
export function stripeMajor(k: number, width: number): number {
  if (k >= width * STRIPES) return k;
  return (k % STRIPES) * width + Math.floor(k / STRIPES);
}

/** A matrix [rows, columns] as [columns, rows]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c];
  return result;
}
