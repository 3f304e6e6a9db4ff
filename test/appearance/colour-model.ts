import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { similarityCalibrationText } from '../../src/appearance/calibration-file.ts';
import { type OnnxGraph, writeOnnx } from '../../src/inference/onnx/writer.ts';

/** Writes an ONNX file. */
export function writeGraph(file: string, graph: Omit<OnnxGraph, 'name'>): string {
  writeFileSync(file, writeOnnx({ name: 'test', ...graph }, { opset: 14, producer: 'test' }));
  return file;
}

/**
 * The similarity head σ(out · max(0, hidden · |a − b| + hiddenBias) + outBias) as an ONNX file.
 *
 * @param hidden h × d
 */
export function writeHead(
  file: string,
  hidden: Float32Array,
  hiddenBias: Float32Array,
  out: Float32Array,
  outBias: number,
): string {
  const [h, d] = [hiddenBias.length, hidden.length / hiddenBias.length];
  const transposed = { transB: { int: 1 } };
  return writeGraph(file, {
    inputs: ['a', 'b'].map((name) => ({ name, type: 'float32' as const, dims: ['n', d] })),
    outputs: [{ name: 'similarity', type: 'float32', dims: ['n', 1] }],
    initializers: [
      { name: 'hidden.weight', type: 'float32', dims: [h, d], data: hidden },
      { name: 'hidden.bias', type: 'float32', dims: [h], data: hiddenBias },
      { name: 'out.weight', type: 'float32', dims: [1, h], data: out },
      { name: 'out.bias', type: 'float32', dims: [1], data: Float32Array.of(outBias) },
    ],
    nodes: [
      { op: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
      { op: 'Abs', inputs: ['difference'], outputs: ['distance'] },
      {
        op: 'Gemm',
        inputs: ['distance', 'hidden.weight', 'hidden.bias'],
        outputs: ['hidden'],
        attributes: transposed,
      },
      { op: 'Relu', inputs: ['hidden'], outputs: ['rectified'] },
      { op: 'Gemm', inputs: ['rectified', 'out.weight', 'out.bias'], outputs: ['logit'], attributes: transposed },
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['similarity'] },
    ],
  });
}

/**
 * Writes a Siamese network that goes by the mean colour of a patch alone: its embedding is the mean of R, G and B, 0..1, and the
 * similarity σ(8 − 60 Σ|difference|). Small enough for tests, and run by the same code as the shipped one.
 *
 * @returns the folder
 */
export function writeColourModel(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeGraph(join(folder, 'siamese-embedding.onnx'), {
    inputs: [{ name: 'patches', type: 'float32', dims: ['n', 3, 128, 64] }],
    outputs: [{ name: 'embeddings', type: 'float32', dims: ['n', 3] }],
    initializers: [{ name: 'scale', type: 'float32', dims: [], data: Float32Array.of(1 / 255) }],
    nodes: [
      {
        op: 'ReduceMean',
        inputs: ['patches'],
        outputs: ['mean'],
        attributes: { axes: { ints: [2, 3] }, keepdims: { int: 0 } },
      },
      { op: 'Mul', inputs: ['mean', 'scale'], outputs: ['embeddings'] },
    ],
  });
  const head = join(folder, 'siamese-head.onnx');
  writeHead(head, Float32Array.of(1, 1, 1), Float32Array.of(0), Float32Array.of(-60), 8);
  const scale = { even: 0, weight: 1, strangers: -20 };
  const calibration = similarityCalibrationText({ oneCamera: scale, twoCameras: scale });
  writeFileSync(join(folder, 'siamese-calibration.json'), calibration);
  return folder;
}
