import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '../../src/inference/onnx/writer.ts';
import { fromHalf, type TfConstant, type TfGraph, type TfNode } from './tfjs-graph.ts';

export interface ConvertOptions {
  readonly name: string;
  /** Nodes of the TF.js graph to cut at, with the name of each output. */
  readonly outputs: Readonly<Record<string, { readonly as: string; readonly channels: number }>>;
  /** Output channels to keep of a convolution, by the name of its node. */
  readonly keepChannels: Readonly<Record<string, readonly number[]>>;
  /** Ratio of the input size to the output maps' size. */
  readonly stride: number;
}

/**
 * Converts the part of a TF.js graph model (NHWC, float input) that leads to the named outputs into an ONNX graph with
 * NCHW layout, a uint8 input of any height and width, and the weights stored as float16 and widened at load.
 *
 * The padding of strided convolutions is TensorFlow's SAME for even sizes, so height and width must be a multiple of the
 * deepest stride (32).
 */
export function convertTfjs(graph: TfGraph, options: ConvertOptions): OnnxGraph {
  return new Converter(graph, options).run();
}

class Converter {
  readonly #graph: TfGraph;
  readonly #options: ConvertOptions;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  /** TF node → the ONNX value that holds its result. */
  readonly #values = new Map<string, string>();

  constructor(graph: TfGraph, options: ConvertOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  run(): OnnxGraph {
    const { name, outputs, stride } = this.#options;
    for (const [node, { as }] of Object.entries(outputs)) this.#emit('Identity', [this.#value(node)], {}, as);
    const maps = Object.values(outputs).map(({ as, channels }) => ({
      name: as,
      type: 'float32' as const,
      dims: [1, channels, `height/${stride}`, `width/${stride}`],
    }));
    const input = { name: 'image', type: 'uint8' as const, dims: [1, 3, 'height', 'width'] };
    return { name, nodes: this.#nodes, initializers: this.#initializers, inputs: [input], outputs: maps };
  }

  /** The ONNX value of a TF node; emits the nodes that it depends on first. */
  #value(name: string): string {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = this.#convert(this.#node(name));
    this.#values.set(name, value);
    return value;
  }

  #convert(node: TfNode): string {
    const inputs = (count = node.inputs.length): string[] => node.inputs.slice(0, count).map((i) => this.#value(i));
    switch (node.op) {
      case 'Placeholder':
        return this.#emit('Cast', ['image'], { to: { int: 1 } });
      case '_FusedConv2D':
      case 'Conv2D':
      case 'FusedDepthwiseConv2dNative':
      case 'DepthwiseConv2dNative':
        return this.#convolution(node);
      case 'Identity':
        return this.#value(node.inputs[0]);
      case 'Relu':
      case 'Sigmoid':
        return this.#emit(node.op, inputs());
      case 'Add':
        return this.#emit('Add', inputs());
      case 'Mul':
        return this.#hardSigmoid(node) ?? this.#emit('Mul', this.#scaled(node) ?? inputs());
      case 'Mean':
        this.#expectInts(node.inputs[1], [1, 2]);
        return this.#emit('GlobalAveragePool', [this.#value(node.inputs[0])]);
      case 'ConcatV2':
        this.#expectInts(node.inputs[2], [3]);
        return this.#emit('Concat', inputs(2), { axis: { int: 1 } });
      case 'ResizeBilinear':
        return this.#double(node);
      default:
        throw new Error(`no conversion for ${node.op} (${node.name})`);
    }
  }

  #convolution(node: TfNode): string {
    const { data, weights, bias } = { data: node.inputs[0], weights: node.inputs[1], bias: node.inputs[2] };
    const depthwise = node.op.includes('Depthwise');
    const keep = this.#options.keepChannels[node.name];
    const kernel = toOihw(this.#constant(weights), depthwise, keep);
    const [, , height, width] = kernel.dims;
    const stride = node.strides[1];
    // SAME pads kernel - stride in all (sizes are multiples of the stride), the odd one at the end.
    const pad = node.padding === 'SAME' ? [height - stride, width - stride] : [0, 0];
    const begin = pad.map((p) => p >> 1);
    const attributes = {
      group: { int: depthwise ? kernel.dims[0] : 1 },
      kernel_shape: { ints: [height, width] },
      strides: { ints: [stride, stride] },
      pads: { ints: [...begin, pad[0] - begin[0], pad[1] - begin[1]] },
    };
    const parameters = [this.#weights(weights, kernel)];
    if (node.fused.includes('BiasAdd')) parameters.push(this.#weights(bias, pick(this.#constant(bias), keep)));
    const value = this.#emit('Conv', [this.#value(data), ...parameters], attributes);
    return node.fused.includes('Relu') ? this.#emit('Relu', [value]) : value;
  }

  /**
   * relu6(x + 3) / 6 is HardSigmoid(x), and (x / 6) · relu6(x + 3) is HardSwish(x). The factor 1/6 is stored as the nearest
   * float16, .166626, and exact here.
   */
  #hardSigmoid(node: TfNode): string | undefined {
    const relu6 = node.inputs.map((input) => this.#graph.nodes.get(input)).find((input) => input?.op === 'Relu6');
    if (!relu6) return undefined;
    const [x, three] = this.#node(relu6.inputs[0]).inputs;
    const factor = node.inputs.find((input) => input !== relu6.name) as string;
    const swish = this.#graph.nodes.get(factor)?.op === 'Mul';
    const sixth = this.#scalar(swish ? this.#node(factor).inputs[0] : factor);
    if (this.#scalar(three) !== 3 || Math.abs(sixth - 1 / 6) > 1e-4)
      throw new Error(`${node.name}: not a hard sigmoid`);
    if (swish) return this.#emit('HardSwish', [this.#value(x)]);
    return this.#emit('HardSigmoid', [this.#value(x)], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  }

  /** A product with a constant keeps that constant as a scalar. */
  #scaled(node: TfNode): string[] | undefined {
    const constant = node.inputs.find((input) => this.#graph.constants.get(input)?.dims.length === 0);
    const other = node.inputs.find((input) => input !== constant);
    if (constant === undefined || other === undefined) return undefined;
    return [this.#value(other), this.#weights(constant, { dims: [], half: this.#half(constant) })];
  }

  /** Bilinear enlargement to twice the size; TensorFlow's old rule, which takes x / 2 for the source of x. */
  #double(node: TfNode): string {
    const scales = `${node.name}/scales`;
    this.#initializers.push({ name: scales, type: 'float32', dims: [4], data: Float32Array.of(1, 1, 2, 2) });
    return this.#emit('Resize', [this.#value(node.inputs[0]), '', scales], {
      mode: { string: 'linear' },
      coordinate_transformation_mode: { string: 'asymmetric' },
    });
  }

  /** Adds a float16 initializer and its widening to float32 (folded when the model is loaded). */
  #weights(name: string, tensor: { dims: readonly number[]; half: Uint16Array }): string {
    const stored = `${name}/half`;
    this.#initializers.push({ name: stored, type: 'float16', dims: tensor.dims, data: tensor.half });
    return this.#emit('Cast', [stored], { to: { int: 1 } }, name);
  }

  #emit(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, OnnxAttribute> = {},
    output?: string,
  ): string {
    const name = output ?? `${op}_${this.#nodes.length}`;
    this.#nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  #node(name: string): TfNode {
    const node = this.#graph.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  #constant(name: string): TfConstant {
    const constant = this.#graph.constants.get(name);
    if (!constant) throw new Error(`${name} is not a constant`);
    return constant;
  }

  #half(name: string): Uint16Array {
    const { half } = this.#constant(name);
    if (!half) throw new Error(`${name} is not a float`);
    return half;
  }

  #scalar(name: string): number {
    return fromHalf(this.#half(name)[0]);
  }

  #expectInts(name: string, expected: readonly number[]): void {
    const found = [...(this.#constant(name).ints ?? [])];
    if (found.join() !== expected.join()) throw new Error(`${name} is ${found}, expected ${expected}`);
  }
}

/** Kernel [h, w, in, out] (depthwise: [h, w, channel, 1]) to ONNX's [out, in / groups, h, w], keeping some outputs only. */
function toOihw(
  kernel: TfConstant,
  depthwise: boolean,
  keep?: readonly number[],
): { dims: number[]; half: Uint16Array } {
  const half = kernel.half as Uint16Array;
  const [height, width, first, second] = kernel.dims;
  if (depthwise && second !== 1) throw new Error('depthwise multiplier other than 1');
  const [inputs, all] = depthwise ? [1, first] : [first, second];
  const outputs = keep ?? Array.from({ length: all }, (_, i) => i);
  const result = new Uint16Array(outputs.length * inputs * height * width);
  let at = 0;
  for (const output of outputs)
    for (let input = 0; input < inputs; input++)
      for (let pixel = 0; pixel < height * width; pixel++) result[at++] = half[(pixel * inputs + input) * all + output];
  return { dims: [outputs.length, inputs, height, width], half: result };
}

function pick(vector: TfConstant, keep?: readonly number[]): { dims: readonly number[]; half: Uint16Array } {
  const half = vector.half as Uint16Array;
  return keep ? { dims: [keep.length], half: Uint16Array.from(keep, (i) => half[i]) } : { dims: vector.dims, half };
}
