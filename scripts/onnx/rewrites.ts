/** Graphs that compute the same in less time, or from less. */
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../src/inference/onnx/writer.ts';

type Parts = Pick<OnnxGraph, 'nodes' | 'initializers'>;

/** Max pools of 5, 9 and 13 pixels over one value: each is the one before pooled by 5. */
export function cascadePools({ nodes, initializers }: Parts): Parts {
  const pools = nodes.filter(({ op }) => op === 'MaxPool');
  const cascaded = pools.map(({ inputs, ...pool }, i): OnnxNode => {
    const { kernel_shape: kernel, pads } = pool.attributes as Record<string, { ints: number[] }>;
    const side = 5 + 4 * i;
    if (
      inputs[0] !== pools[0].inputs[0] ||
      kernel.ints.some((k) => k !== side) ||
      pads.ints.some((p) => p !== side >> 1)
    )
      throw new RangeError(`${pool.outputs[0]} is not a pool of ${side} pixels`);
    return { ...pool, attributes: pools[0].attributes ?? {}, inputs: i === 0 ? inputs : pools[i - 1].outputs };
  });
  return { nodes: nodes.map((node) => cascaded[pools.indexOf(node)] ?? node), initializers };
}

/**
 * Convolutions of 1 × 1 over two values side by side, the first of which is enlarged (nearest neighbour): it is convolved before it is
 * enlarged, and the second value's convolution is added.
 */
export function enlargeLater({ nodes, initializers }: Parts): Parts {
  const enlarged = byOutput(nodes.filter(({ op }) => op === 'Resize'));
  const joined = byOutput(nodes.filter(({ op, inputs }) => op === 'Concat' && enlarged.has(inputs[0])));
  const added: OnnxTensor[] = [];
  const rewritten = nodes.flatMap((node): OnnxNode[] => {
    const [output] = node.outputs;
    if (enlarged.has(output) || joined.has(output)) return [];
    const join = joined.get(node.inputs[0]);
    if (!join) return [node];
    const [, weights, bias] = node.inputs;
    const resize = enlarged.get(join.inputs[0])!;
    const [small, large] = halves(initializers.find(({ name }) => name === weights)!);
    added.push(small, large);
    return [
      { ...node, inputs: [resize.inputs[0], small.name], outputs: [`${output}/small`] },
      { ...resize, inputs: [`${output}/small`, ...resize.inputs.slice(1)], outputs: [`${output}/enlarged`] },
      { ...node, inputs: [join.inputs[1], large.name, bias], outputs: [`${output}/large`] },
      { op: 'Add', inputs: [`${output}/enlarged`, `${output}/large`], outputs: [output] },
    ];
  });
  return used({ nodes: rewritten, initializers: [...initializers, ...added] });
}

/** The weights [out, in, 1, 1] of each half of the input channels. */
function halves({ name, type, dims: [out, channels, ...kernel], data }: OnnxTensor): [OnnxTensor, OnnxTensor] {
  const half = channels / 2;
  const part = (k: number): OnnxTensor => {
    const weights = Float32Array.from({ length: out * half }, (_, i) =>
      Number(data[Math.floor(i / half) * channels + k * half + (i % half)]),
    );
    return { name: `${name}/${k}`, type, dims: [out, half, ...kernel], data: weights };
  };
  return [part(0), part(1)];
}

/** What a graph takes and gives besides the picture and its people. */
export interface MeansOfChannels {
  /** Input: the means of all channels [batch, length, 1, 1] that weigh the channels, one after the other. */
  readonly given: string;
  /** Input [1]: 1 to take the means of the picture itself, and zeros as those given; 0 to take those given. */
  readonly whole: string;
  /** Output: the means that were taken, as those given. */
  readonly taken: string;
}

/**
 * Where channels are weighed by their means over the whole picture, the means may be given: those of the whole picture, when the network sees a
 * part of it.
 *
 * @returns also the number of means
 */
export function takeMeans({ nodes, initializers }: Parts, names: MeansOfChannels): Parts & { length: number } {
  const pools = nodes.filter(({ op }) => op === 'GlobalAveragePool');
  const channels = pools.map(({ outputs }) => {
    const convolution = nodes.find(({ op, inputs }) => op === 'Conv' && inputs[0] === outputs[0]);
    return initializers.find(({ name }) => name === convolution?.inputs[1])!.dims[1];
  });
  const parts = pools.map((_, i) => `${names.given}/${i}`);
  const rewritten = nodes.flatMap((node): OnnxNode[] => {
    const i = pools.indexOf(node);
    if (i < 0) return [node];
    const [output] = node.outputs;
    return [
      { ...node, outputs: [`${output}/own`] },
      { op: 'Mul', inputs: [`${output}/own`, names.whole], outputs: [`${output}/whole`] },
      { op: 'Add', inputs: [`${output}/whole`, parts[i]], outputs: [output] },
    ];
  });
  const axis = { axis: { int: 1 } };
  return {
    nodes: [
      { op: 'Split', inputs: [names.given], outputs: parts, attributes: { ...axis, split: { ints: channels } } },
      ...rewritten,
      { op: 'Concat', inputs: pools.map(({ outputs }) => outputs[0]), outputs: [names.taken], attributes: axis },
    ],
    initializers,
    length: channels.reduce((sum, count) => sum + count, 0),
  };
}

function byOutput(nodes: readonly OnnxNode[]): Map<string, OnnxNode> {
  return new Map(nodes.map((node) => [node.outputs[0], node]));
}

/** Channels of the first values, of which CPUs with AVX-512 fill half of a vector. */
const FEW = 8;

/**
 * The first four convolutions (3 × 3: three channels to 8 at half the size, to 8, to 16, and by depth to half the size) on columns two by
 * two: the first values are 16 channels of half as many columns. The 16 channels after them come as those of the even and those of the odd
 * columns, and the last convolution adds up what it makes of both.
 */
export function pairColumns({ nodes, initializers }: Parts): Parts {
  const convolutions = nodes.filter(({ op }) => op === 'Conv').slice(0, 4);
  const [first, second, third, last] = convolutions.map(({ inputs, outputs }) => {
    const [weights, bias] = inputs.slice(1).map((name) => initializers.find((tensor) => tensor.name === name)!);
    return { weights, bias, input: inputs[0], output: outputs[0] };
  });
  const shapes = [first, second, third, last].map(({ weights }) => weights.dims.join());
  if (shapes.join(' ') !== '8,3,3,3 8,8,3,3 16,8,3,3 16,1,3,3') throw new RangeError(`convolutions of ${shapes}`);
  const made: OnnxTensor[] = [];
  const added: OnnxNode[] = [];
  const tensor = (name: string, dims: readonly number[], data: Float32Array): string => {
    made.push({ name, type: 'float32', dims, data });
    return name;
  };
  const twice = ({ data }: OnnxTensor) =>
    Float32Array.from({ length: 2 * data.length }, (_, i) => Number(data[i % data.length]));
  /** Convolves, and applies SiLU. */
  const convolve = (input: string, weights: string, bias: string, output: string, attributes: ConvAttributes): void => {
    added.push(
      { op: 'Conv', inputs: [input, weights, bias], outputs: [`${output}/linear`], attributes: ints(attributes) },
      { op: 'Sigmoid', inputs: [`${output}/linear`], outputs: [`${output}/sigmoid`] },
      { op: 'Mul', inputs: [`${output}/linear`, `${output}/sigmoid`], outputs: [output] },
    );
  };

  // two columns of the output from five of the input
  const wide = new Float32Array(2 * FEW * 3 * 3 * 5);
  each(first.weights, (out, channel, y, x, weight) => {
    for (const p of [0, 1]) wide[(((p * FEW + out) * 3 + channel) * 3 + y) * 5 + 2 * p + x] = weight;
  });
  const biases = tensor('pairs/first/bias', [2 * FEW], twice(first.bias));
  const kernel = tensor('pairs/first/weights', [2 * FEW, 3, 3, 5], wide);
  convolve(first.input, kernel, biases, 'pairs/first', { kernel_shape: [3, 5], strides: [2, 4], pads: [1, 1, 0, 0] });

  const pairs = tensor('pairs/second/weights', [2 * FEW, 2 * FEW, 3, 3], onPairs(second.weights, [0, 1], -1, 3));
  const bias = tensor('pairs/second/bias', [2 * FEW], twice(second.bias));
  convolve('pairs/first', pairs, bias, 'pairs/second', { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });

  const { dims } = third.weights;
  for (const [name, p] of [
    ['even', 0],
    ['odd', 1],
  ] as const) {
    // an even column needs the pair before its own, an odd one the pair after
    const weights = tensor(`pairs/${name}/weights`, [dims[0], 2 * FEW, 3, 2], onPairs(third.weights, [p], p - 1, 2));
    const attributes = { kernel_shape: [3, 2], strides: [1, 1], pads: [1, 1 - p, 1, p] };
    convolve('pairs/second', weights, third.bias.name, name, attributes);
  }

  const columns = (of: readonly number[]) => {
    const data = new Float32Array(dims[0] * 3 * of.length);
    each(last.weights, (out, _, y, x, weight) => {
      if (of.includes(x)) data[(out * 3 + y) * of.length + of.indexOf(x)] = weight;
    });
    return tensor(`pairs/last/${of}`, [dims[0], 1, 3, of.length], data);
  };
  const halved = { strides: [2, 1], group: dims[0] };
  added.push(
    {
      op: 'Conv',
      inputs: ['even', columns([1])],
      outputs: ['pairs/even'],
      attributes: ints({ ...halved, kernel_shape: [3, 1], pads: [1, 0, 0, 0] }),
    },
    {
      op: 'Conv',
      inputs: ['odd', columns([0, 2]), last.bias.name],
      outputs: ['pairs/odd'],
      attributes: ints({ ...halved, kernel_shape: [3, 2], pads: [1, 1, 0, 0] }),
    },
    { op: 'Add', inputs: ['pairs/even', 'pairs/odd'], outputs: [last.output] },
  );
  const [from, to] = [nodes.indexOf(convolutions[0]), nodes.indexOf(convolutions[3])];
  return used({
    nodes: [...nodes.slice(0, from), ...added, ...nodes.slice(to + 1)],
    initializers: [...initializers, ...made],
  });
}

interface ConvAttributes {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly group?: number;
}

function ints({ group, ...lists }: ConvAttributes): NonNullable<OnnxNode['attributes']> {
  const attributes = Object.fromEntries(Object.entries(lists).map(([name, ints]) => [name, { ints }]));
  return group === undefined ? attributes : { ...attributes, group: { int: group } };
}

/**
 * Weights [out, in, 3, 3] for columns two by two: [out of each of `outputs`, 2 × in, 3, width] over the pairs from number `left` on, counted
 * from that of the output. An output is the even column of its pair, 0, or the odd one, 1.
 */
function onPairs(weights: OnnxTensor, outputs: readonly number[], left: number, width: number): Float32Array {
  const [outs, ins] = weights.dims;
  const data = new Float32Array(outputs.length * outs * 2 * ins * 3 * width);
  each(weights, (out, channel, y, x, weight) => {
    for (const [k, p] of outputs.entries()) {
      const column = p + x - 1;
      const pair = Math.floor(column / 2);
      const row = (k * outs + out) * 2 * ins + (column - 2 * pair) * ins + channel;
      data[(row * 3 + y) * width + pair - left] = weight;
    }
  });
  return data;
}

/** Calls for each weight of a convolution of 3 × 3. */
function each(
  { dims: [, ins], data }: OnnxTensor,
  then: (out: number, channel: number, y: number, x: number, weight: number) => void,
): void {
  for (let i = 0; i < data.length; i++) {
    const kernel = Math.floor(i / 9);
    then(Math.floor(kernel / ins), kernel % ins, Math.floor((i % 9) / 3), i % 3, Number(data[i]));
  }
}

/** Without the initializers that no node takes. */
function used({ nodes, initializers }: Parts): Parts {
  const names = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { nodes, initializers: initializers.filter(({ name }) => names.has(name)) };
}
