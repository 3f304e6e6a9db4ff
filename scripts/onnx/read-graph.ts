import { fields, varints } from '../../src/inference/onnx/reader.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '../../src/inference/onnx/writer.ts';

const FLOAT32 = 1; // in TensorProto.DataType

/**
 * The part of an ONNX model that some of its values are computed from, its nodes in their order. Initializers are float32, which is what a
 * feed-forward network needs; inputs and outputs are left for the caller to describe.
 *
 * @param bytes a whole ONNX file
 * @param values names of the values
 * @throws RangeError when a value is not in the model, or an initializer or attribute is of another type
 */
export function readOnnxGraph(bytes: Uint8Array, values: readonly string[]): OnnxGraph {
  const [graph] = messages(bytes, 7);
  const needed = new Set(values);
  const nodes: OnnxNode[] = [];
  for (const node of messages(graph, 1).reverse()) {
    const outputs = messages(node, 2).map(text);
    if (!outputs.some((output) => needed.has(output))) continue;
    const inputs = messages(node, 1).map(text);
    for (const input of inputs) needed.add(input);
    const attributes = Object.fromEntries(messages(node, 5).map(readAttribute));
    nodes.unshift({ op: messages(node, 4).map(text)[0], inputs, outputs, attributes });
  }
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  for (const value of values) if (!made.has(value)) throw new RangeError(`no value ${value} in the model`);
  const initializers = messages(graph, 5).flatMap((tensor) => readTensor(tensor, needed) ?? []);
  return { name: '', nodes, initializers, inputs: [], outputs: [] };
}

function readAttribute(bytes: Uint8Array): [name: string, OnnxAttribute] {
  let name = '';
  const kept: { int: number; float: number; string: string; ints: number[] } = {
    int: 0,
    float: 0,
    string: '',
    ints: [],
  };
  let type = 0;
  for (const { number, value, bytes: content } of fields(bytes)) {
    if (number === 1 && content) name = text(content);
    else if (number === 2 && content) kept.float = view(content).getFloat32(0, true);
    else if (number === 3) kept.int = value;
    else if (number === 4 && content) kept.string = text(content);
    else if (number === 8) kept.ints.push(...(content ? varints(content) : [value]));
    else if (number === 20) type = value;
  }
  const key = ({ 1: 'float', 2: 'int', 3: 'string', 7: 'ints' } as const)[type];
  const numbers = key === 'int' ? [kept.int] : kept.ints;
  if (!key || numbers.some((n) => !Number.isSafeInteger(n))) throw new RangeError(`attribute ${name} cannot be read`);
  return [name, { [key]: kept[key] } as OnnxAttribute];
}

/** A tensor whose name is wanted; undefined for another. */
function readTensor(bytes: Uint8Array, wanted: ReadonlySet<string>): OnnxTensor | undefined {
  const name = messages(bytes, 8).map(text)[0];
  if (!wanted.has(name)) return undefined;
  let type = 0;
  let raw = new Uint8Array();
  const dims: number[] = [];
  for (const { number, value, bytes: content } of fields(bytes)) {
    if (number === 1) dims.push(...(content ? varints(content) : [value]));
    else if (number === 2) type = value;
    else if (number === 9 && content) raw = new Uint8Array(content); // copied: it need not lie at a multiple of four
  }
  if (type !== FLOAT32) throw new RangeError(`${name} is not float32`);
  return { name, type: 'float32', dims, data: new Float32Array(raw.buffer) };
}

/** The contents of the fields of this number. */
function messages(message: Uint8Array, number: number): Uint8Array[] {
  return [...fields(message)].flatMap((field) => (field.number === number && field.bytes ? [field.bytes] : []));
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const view = ({ buffer, byteOffset }: Uint8Array): DataView => new DataView(buffer, byteOffset);
