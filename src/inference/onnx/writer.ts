/**
 * A minimal writer of ONNX files: just the protobuf wire format of the messages a feed-forward network needs
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). The same graph always gives the same bytes.
 */

/** Element types that can be stored, with their number in `TensorProto.DataType`. */
const DATA_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export type OnnxType = keyof typeof DATA_TYPES;

/** A constant: `data` holds the elements in row-major order (float16 as its bit patterns). */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array | Uint16Array | Int32Array | BigInt64Array;
}

/** One attribute of a node; the key says its ONNX type. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph input or output; a dimension given as a string is dynamic. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which each node comes after those it takes its inputs from. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxModelOptions {
  /** Version of the standard operator set. */
  readonly opset: number;
  /** Shown by model viewers as the program that made the file. */
  readonly producer: string;
  /** Free key-value pairs stored with the model. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Serialises a graph as the bytes of an ONNX file (IR version 8). */
export function writeOnnx(graph: OnnxGraph, options: OnnxModelOptions): Uint8Array {
  const metadata = Object.entries(options.metadata ?? {});
  return message(
    int(1, 8),
    text(2, options.producer),
    bytes(7, graphProto(graph)),
    bytes(8, message(int(2, options.opset))),
    ...metadata.map(([key, value]) => bytes(14, message(text(1, key), text(2, value)))),
  );
}

function graphProto(graph: OnnxGraph): Buffer {
  return message(
    ...graph.nodes.map((node) => bytes(1, nodeProto(node))),
    text(2, graph.name),
    ...graph.initializers.map((tensor) => bytes(5, tensorProto(tensor))),
    ...graph.inputs.map((value) => bytes(11, valueProto(value))),
    ...graph.outputs.map((value) => bytes(12, valueProto(value))),
  );
}

function nodeProto(node: OnnxNode): Buffer {
  return message(
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(3, node.outputs[0]),
    text(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => bytes(5, attributeProto(name, value))),
  );
}

function attributeProto(name: string, value: OnnxAttribute): Buffer {
  if ('int' in value) return message(text(1, name), int(3, value.int), int(20, 2));
  if ('ints' in value) return message(text(1, name), ...value.ints.map((i) => int(8, i)), int(20, 7));
  if ('float' in value) return message(text(1, name), float(2, value.float), int(20, 1));
  if ('floats' in value) return message(text(1, name), ...value.floats.map((f) => float(7, f)), int(20, 6));
  return message(text(1, name), text(4, value.string), int(20, 3));
}

function tensorProto(tensor: OnnxTensor): Buffer {
  const size = tensor.dims.reduce((product, dim) => product * dim, 1);
  if (size !== tensor.data.length) {
    throw new RangeError(`tensor ${tensor.name}: ${tensor.data.length} elements for shape [${tensor.dims}]`);
  }
  const raw = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return message(
    ...tensor.dims.map((dim) => int(1, dim)),
    int(2, DATA_TYPES[tensor.type]),
    text(8, tensor.name),
    bytes(9, raw),
  );
}

function valueProto(value: OnnxValue): Buffer {
  const dims = value.dims.map((dim) => bytes(1, typeof dim === 'number' ? int(1, dim) : text(2, dim)));
  const tensorType = message(int(1, DATA_TYPES[value.type]), bytes(2, message(...dims)));
  return message(text(1, value.name), bytes(2, bytes(1, tensorType)));
}

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));
const int = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}

function float(field: number, value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), data]);
}

/** A whole number in base 128, low digits first; a negative one as its 64-bit two's complement. */
function varint(value: number): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const digits: number[] = [];
  while (rest > 127n) {
    digits.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  digits.push(Number(rest));
  return Buffer.from(digits);
}
