import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type OnnxGraph, writeOnnx } from '../../../src/inference/onnx/writer.ts';

const graph: OnnxGraph = {
  name: 'affine',
  inputs: [{ name: 'x', type: 'float32', dims: ['n', 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['n', 3] }],
  initializers: [
    { name: 'w', type: 'float16', dims: [3, 2], data: Uint16Array.of(0x3c00, 0, 0, 0x4000, 0xbc00, 0x3800) },
    { name: 'b', type: 'float32', dims: [3], data: Float32Array.of(10, 20, 30) },
  ],
  nodes: [
    { op: 'Cast', inputs: ['w'], outputs: ['w32'], attributes: { to: { int: 1 } } },
    {
      op: 'Gemm',
      inputs: ['x', 'w32', 'b'],
      outputs: ['z'],
      attributes: { transB: { int: 1 }, beta: { float: 0.5 } },
    },
    { op: 'LeakyRelu', inputs: ['z'], outputs: ['y'], attributes: { alpha: { float: 0.1 } } },
  ],
};
const options = { opset: 14, producer: 'test', metadata: { note: 'é' } };

describe('an ONNX file', () => {
  test('is what onnxruntime takes it for', async () => {
    const session = await InferenceSession.create(writeOnnx(graph, options));
    expect(session.inputMetadata).toMatchObject([{ name: 'x', type: 'float32', shape: ['n', 2] }]);
    expect(session.outputMetadata).toMatchObject([{ name: 'y', shape: ['n', 3] }]);
    const { y } = await session.run({ x: new Tensor('float32', [1, 2, -100, 0], [2, 2]) });
    // x · wᵀ + b / 2, negative values to a tenth; w = [[1, 0], [0, 2], [-1, .5]]
    expect([...(y.data as Float32Array)].map((v) => Math.round(v * 1e4) / 1e4)).toEqual([6, 14, 15, -9.5, 10, 115]);
  });

  test('is the same each time', () => {
    expect(writeOnnx(graph, options)).toEqual(writeOnnx(graph, options));
  });

  test('is not written when a tensor does not fill its shape', () => {
    const broken = { ...graph, initializers: [{ ...graph.initializers[1], dims: [4] }] };
    expect(() => writeOnnx(broken, options)).toThrow('tensor b: 3 elements for shape [4]');
  });

  test('whole numbers of any size, and negative ones', async () => {
    const values = [0, 1, 127, 128, 300, 2 ** 31, -1, -(2 ** 40)];
    const file = writeOnnx(
      {
        name: 'constant',
        inputs: [],
        outputs: [{ name: 'y', type: 'int64', dims: [values.length] }],
        initializers: [],
        nodes: [{ op: 'Constant', inputs: [], outputs: ['y'], attributes: { value_ints: { ints: values } } }],
      },
      options,
    );
    const { y } = await (await InferenceSession.create(file)).run({});
    expect([...(y.data as BigInt64Array)].map(Number)).toEqual(values);
  });
});
