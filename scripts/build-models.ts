/**
 * Builds the shipped detector from the person detector of RTMPose: `npm run models:build -- RTMDET_NANO.onnx [DIR]` writes it to DIR (default
 * `models/`), always the same bytes. What is different from its source:
 * - the picture goes in as bytes in the order R, G, B; the network brings them to the range it was trained with;
 * - it ends with the outputs of its three detection heads: no decoding, no NMS, which twintrack does in less time;
 * - it takes and gives the means of channels over the whole picture, so that a part of the picture can be looked at by itself;
 * - some of its parts are rewritten to compute the same in less time.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  writeOnnx,
} from '../src/inference/onnx/writer.ts';
import { readOnnxGraph } from './onnx/read-graph.ts';
import { cascadePools, enlargeLater, pairColumns, takeMeans } from './onnx/rewrites.ts';

/** SHA-256 of the file that the shipped model is made from. */
const SOURCE = '4720eda18a18402e7b76d85827d4bc60fba18111fc0b74b559e4d24da9ddc3d2';
/** Output value of each head in the source, its name here, and its channels. */
const HEADS = [
  ['y', 'cls_8', 1],
  ['y.8', 'cls_16', 1],
  ['y.16', 'cls_32', 1],
  ['y.4', 'reg_8', 4],
  ['y.12', 'reg_16', 4],
  ['y.20', 'reg_32', 4],
] as const;
/** What the source subtracts from blue, green and red, and what it divides them by. */
const MEAN_BGR = [103.53, 116.28, 123.675];
const STD_BGR = [57.375, 57.12, 58.395];

/** The person detector with bytes in and the outputs of its heads out. */
export function buildRtmdet(source: Uint8Array): Uint8Array {
  const sha256 = createHash('sha256').update(source).digest('hex');
  if (sha256 !== SOURCE) throw new Error(`the source has the SHA-256 ${sha256}, not ${SOURCE}`);
  const values = HEADS.map(([value]) => value);
  const faster = pairColumns(enlargeLater(cascadePools(readOnnxGraph(source, values))));
  const { nodes, initializers, length } = takeMeans(faster, { given: 'means', whole: 'whole', taken: 'means_taken' });
  const names = new Map<string, string>([...HEADS.map(([value, name]) => [value, name] as const)]);
  const [split, first, ...others] = nodes.map((node) => renamed(node, names));
  const graph: OnnxGraph = {
    name: 'rtmdet-nano-person',
    nodes: [
      { op: 'Cast', inputs: ['picture'], outputs: ['floats'], attributes: { to: { int: 1 } } },
      { op: 'Sub', inputs: ['floats', 'mean'], outputs: ['centred'] },
      split,
      { ...first, inputs: ['centred', ...first.inputs.slice(1)] },
      ...others,
    ],
    initializers: [
      { name: 'mean', type: 'float32', dims: [1, 3, 1, 1], data: Float32Array.from(MEAN_BGR.toReversed()) },
      ...initializers.map((tensor) => (tensor.name === first.inputs[1] ? forRgbBytes(tensor) : tensor)),
    ],
    inputs: [
      { name: 'picture', type: 'uint8', dims: ['batch', 3, 'height', 'width'] },
      { name: 'means', type: 'float32', dims: ['batch', length, 1, 1] },
      { name: 'whole', type: 'float32', dims: [1] },
    ],
    outputs: [
      ...HEADS.map(([, name, channels]): OnnxValue => {
        const stride = name.slice(4);
        return { name, type: 'float32', dims: ['batch', channels, `height/${stride}`, `width/${stride}`] };
      }),
      { name: 'means_taken', type: 'float32', dims: ['batch', length, 1, 1] },
    ],
  };
  return writeOnnx(graph, {
    opset: 11,
    producer: 'twintrack',
    metadata: { source: `RTMDet-nano, person, of OpenMMLab's RTMPose (Apache-2.0), sha256 ${sha256}` },
  });
}

function renamed({ inputs, outputs, ...node }: OnnxNode, names: ReadonlyMap<string, string>): OnnxNode {
  const name = (value: string) => names.get(value) ?? value;
  return { ...node, inputs: inputs.map(name), outputs: outputs.map(name) };
}

/** The first convolution [out, blue green red, y, x], for centred bytes in the order R, G, B. */
function forRgbBytes({ name, dims, data }: OnnxTensor): OnnxTensor {
  const [out, , ...kernel] = dims;
  const size = kernel[0] * kernel[1];
  const weights = new Float32Array(data.length);
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < size; k++)
        weights[(3 * o + 2 - c) * size + k] = Number(data[(3 * o + c) * size + k]) / STD_BGR[c];
    }
  }
  return { name, type: 'float32', dims, data: weights };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [source, folder = fileURLToPath(new URL('../models', import.meta.url))] = process.argv.slice(2);
  const directory = resolve(folder);
  mkdirSync(directory, { recursive: true });
  const model = buildRtmdet(readFileSync(source));
  writeFileSync(join(directory, 'rtmdet-nano-person.onnx'), model);
  const sha256 = createHash('sha256').update(model).digest('hex');
  console.log(`rtmdet-nano-person.onnx  ${model.length} bytes  sha256 ${sha256}`);
}
