import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOnnxInitializers } from '../../../src/inference/onnx/reader.ts';
import { type OnnxTensor, writeOnnx } from '../../../src/inference/onnx/writer.ts';

const model = (initializers: readonly OnnxTensor[]): Uint8Array =>
  writeOnnx(
    { name: 'g', nodes: [], initializers, inputs: [], outputs: [] },
    { opset: 17, producer: 'test', metadata: { key: 'value' } },
  );

describe('readOnnxInitializers', () => {
  it('gives back what the writer wrote, bit by bit', () => {
    const dims = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
    const tensor = dims.chain((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return fc
        .float32Array({ minLength: size, maxLength: size })
        .map((data) => ({ dims: shape, data: new Float32Array(data) }));
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor, { maxKeys: 4 }), (tensors) => {
        const entries = Object.entries(tensors);
        const read = readOnnxInitializers(model(entries.map(([name, t]) => ({ name, type: 'float32', ...t }))));
        expect([...read.keys()]).toEqual(entries.map(([name]) => name));
        for (const [name, { dims, data }] of entries) {
          expect(read.get(name)?.dims).toEqual(dims);
          expect(Buffer.from(read.get(name)!.data.buffer)).toEqual(Buffer.from(data.buffer));
        }
      }),
    );
  });

  it('leaves out constants of other types', () => {
    const read = readOnnxInitializers(
      model([
        { name: 'shape', type: 'int64', dims: [2], data: BigInt64Array.of(-1n, 128n) },
        { name: 'bias', type: 'float32', dims: [1], data: Float32Array.of(0.5) },
      ]),
    );
    expect([...read.keys()]).toEqual(['bias']);
  });

  it('reads floats stored one by one or packed, as other exporters do', () => {
    const float = (value: number) => {
      const data = Buffer.alloc(4);
      data.writeFloatLE(value);
      return data;
    };
    const bytes = (field: number, ...parts: Buffer[]) => {
      const content = Buffer.concat(parts);
      return Buffer.concat([Buffer.of(field * 8 + 2, content.length), content]);
    };
    const type = Buffer.of(2 * 8, 1);
    const packed = bytes(5, bytes(1, Buffer.of(2)), type, bytes(4, float(1), float(2)), bytes(8, Buffer.from('p')));
    const single = Buffer.concat([Buffer.of(4 * 8 + 5), float(3), Buffer.of(4 * 8 + 5), float(4)]);
    const plain = bytes(5, Buffer.of(1 * 8, 2), type, single, bytes(8, Buffer.from('s')));
    const read = readOnnxInitializers(bytes(7, packed, plain));
    expect(read.get('p')).toEqual({ dims: [2], data: Float32Array.of(1, 2) });
    expect(read.get('s')).toEqual({ dims: [2], data: Float32Array.of(3, 4) });
  });

  it('refuses what is no ONNX model, or part of one', () => {
    const whole = model([{ name: 'w', type: 'float32', dims: [64], data: new Float32Array(64) }]);
    expect(() => readOnnxInitializers(new Uint8Array(0))).toThrow(RangeError);
    expect(() => readOnnxInitializers(Buffer.from('{"no":"model"}'))).toThrow(RangeError);
    expect(() => readOnnxInitializers(whole.subarray(0, 200))).toThrow(/ends too early/);
  });
});
