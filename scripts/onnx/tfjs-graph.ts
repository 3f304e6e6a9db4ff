import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A constant of a TF.js graph model; floats stay as stored, in IEEE half precision bit patterns. */
export interface TfConstant {
  readonly dims: readonly number[];
  readonly half?: Uint16Array;
  readonly ints?: Int32Array;
}

export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly strides: readonly number[];
  readonly padding: string;
  /** Operations the convolution carries with it, such as BiasAdd and Relu. */
  readonly fused: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly constants: ReadonlyMap<string, TfConstant>;
}

interface RawAttribute {
  readonly s?: string;
  readonly b?: boolean;
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
}
interface RawNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, RawAttribute>>;
}
interface RawWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}
interface RawModel {
  readonly modelTopology: { readonly node: readonly RawNode[] };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly RawWeight[] }[];
}

/** Reads a TF.js graph model whose float weights are stored as float16. */
export function readTfjsGraph(file: string): TfGraph {
  const model: RawModel = JSON.parse(readFileSync(file, 'utf8'));
  const constants = new Map<string, TfConstant>();
  for (const group of model.weightsManifest) {
    const data = Buffer.concat(group.paths.map((path) => readFileSync(join(dirname(file), path))));
    let offset = 0;
    for (const { name, shape, dtype, quantization } of group.weights) {
      const length = shape.reduce((product, dim) => product * dim, 1);
      const stored = quantization?.dtype ?? dtype;
      if (stored !== 'float16' && stored !== 'int32') throw new Error(`${name}: cannot read ${stored} weights`);
      const size = length * (stored === 'float16' ? 2 : 4);
      const raw = Uint8Array.from(data.subarray(offset, offset + size)).buffer;
      constants.set(
        name,
        stored === 'float16' ? { dims: shape, half: new Uint16Array(raw) } : { dims: shape, ints: new Int32Array(raw) },
      );
      offset += size;
    }
    if (offset !== data.length) throw new Error(`${file}: ${data.length - offset} bytes of weights left over`);
  }
  const nodes = new Map(model.modelTopology.node.map((raw) => [raw.name, parseNode(raw)]));
  return { nodes, constants };
}

function parseNode(raw: RawNode): TfNode {
  return {
    name: raw.name,
    op: raw.op,
    inputs: (raw.input ?? []).filter((input) => !input.startsWith('^')),
    strides: (raw.attr.strides?.list?.i ?? []).map(Number),
    padding: decode(raw.attr.padding?.s),
    fused: (raw.attr.fused_ops?.list?.s ?? []).map(decode),
    attributes: raw.attr,
  };
}

/** Strings in the JSON are base64. */
function decode(value = ''): string {
  return Buffer.from(value, 'base64').toString();
}

/** The number that an IEEE half precision bit pattern stands for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
