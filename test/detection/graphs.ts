import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from '../../src/core/frame.ts';
import { type Detector, type DetectorOptions, loadDetector } from '../../src/detection/index.ts';
import {
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  writeOnnx,
} from '../../src/inference/onnx/writer.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A tensor that a test network gives whatever it is shown. */
export interface Output {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
  /** Declared dimensions where they differ from the real ones. */
  readonly declared?: readonly (number | string)[];
}

/** Writes a file into a folder of its own. */
export function writeFile(name: string, content: string | Uint8Array): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** Writes a graph as an ONNX file. */
export function writeGraph(graph: Omit<OnnxGraph, 'name'>): string {
  return writeFile('graph.onnx', writeOnnx({ name: 'test', ...graph }, { opset: 14, producer: 'test' }));
}

/**
 * A network that always gives these outputs. It multiplies its input's mean by zero and adds it, so that the input is really
 * read, and shape and type are checked by onnxruntime.
 */
export function constantNetwork(inputs: readonly OnnxValue[], outputs: readonly Output[]): string {
  const initializers: OnnxTensor[] = [
    { name: 'zero', type: 'float32', dims: [], data: Float32Array.of(0) },
    { name: 'one', type: 'int64', dims: [1], data: BigInt64Array.of(-1n) },
  ];
  const nodes: OnnxNode[] = [
    { op: 'Cast', inputs: [inputs[0].name], outputs: ['floats'], attributes: { to: { int: 1 } } },
    { op: 'ReduceMean', inputs: ['floats'], outputs: ['mean'], attributes: { keepdims: { int: 0 } } },
    { op: 'Mul', inputs: ['mean', 'zero'], outputs: ['nothing'] },
    { op: 'Cast', inputs: ['nothing'], outputs: ['nothing64'], attributes: { to: { int: 7 } } },
  ];
  const values: OnnxValue[] = [];
  for (const { name, dims, data, declared } of outputs) {
    const type = data instanceof Float32Array ? 'float32' : 'int64';
    initializers.push({ name: `${name}/data`, type, dims, data });
    nodes.push({ op: 'Add', inputs: [`${name}/data`, type === 'int64' ? 'nothing64' : 'nothing'], outputs: [name] });
    values.push({ name, type, dims: declared ?? dims });
  }
  return writeGraph({ nodes, initializers, inputs, outputs: values });
}

/** A float image input of this size. */
export function imageInput(width: number | string, height: number | string, name = 'images'): OnnxValue {
  return { name, type: 'float32', dims: [1, 3, height, width] };
}

/** A frame of one colour, with the input that a detector asks for. */
export function plainFrame(detector: Detector, width: number, height: number, rgb = [0, 0, 0]): Frame {
  const letterbox = detector.letterbox(width, height);
  if (!letterbox) return { index: 0, time: 0, width, height };
  const size = letterbox.width * letterbox.height;
  const input = new Uint8Array(3 * size);
  rgb.forEach((value, plane) => {
    input.fill(value, plane * size, (plane + 1) * size);
  });
  return { index: 0, time: 0, width, height, input };
}

/** What a detector finds in a black frame of this size: rows of x, y, w, h, score. */
export async function findIn(file: string, width: number, height: number, options: DetectorOptions = {}) {
  const detector = await loadDetector(file, { cores: 1, calibration: 'off', minScore: 0.1, ...options });
  try {
    const { boxes, scores, length } = await detector.detect(plainFrame(detector, width, height));
    const rows = Array.from({ length }, (_, i) => [...boxes.subarray(4 * i, 4 * i + 4), scores[i]]);
    return { family: detector.family, rows };
  } finally {
    await detector.close();
  }
}

/** Expects rows of x, y, w, h, score to agree to a thousandth. */
export function rounded(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row) => row.map((value) => Math.round(value * 1000) / 1000 + 0));
}
