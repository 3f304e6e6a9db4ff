/**
 * A minimal reader of ONNX files: the constants of the main graph, out of the protobuf wire format
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). The counterpart of writer.ts.
 */

/** A float32 constant of a model, row by row. */
export interface OnnxInitializer {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

const FLOAT32 = 1; // in TensorProto.DataType
/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * The float32 initializers of an ONNX model by name, stored as raw bytes or as floats. Those of other types are left out.
 *
 * @param bytes a whole ONNX file; the result does not refer to it
 * @throws RangeError when the bytes are no ONNX model, end too early, or a constant has not the elements its shape asks for
 */
export function readOnnxInitializers(bytes: Uint8Array): Map<string, OnnxInitializer> {
  const initializers = new Map<string, OnnxInitializer>();
  let graphs = 0;
  for (const model of fields(bytes)) {
    if (model.number !== 7 || !model.bytes) continue;
    graphs++;
    for (const graph of fields(model.bytes)) {
      if (graph.number !== 5 || !graph.bytes) continue;
      const tensor = readTensor(graph.bytes);
      if (tensor) initializers.set(...tensor);
    }
  }
  if (graphs !== 1) throw new RangeError('not an ONNX model');
  return initializers;
}

/** A TensorProto of type float32; undefined when it is of another type. */
function readTensor(bytes: Uint8Array): [name: string, OnnxInitializer] | undefined {
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  const dims: number[] = [];
  const floats: Uint8Array[] = [];
  for (const field of fields(bytes)) {
    if (field.number === 1) dims.push(...(field.bytes ? varints(field.bytes) : [field.value]));
    else if (field.number === 2) type = field.value;
    else if (field.number === 4 && field.bytes) floats.push(field.bytes);
    else if (field.number === 8 && field.bytes) name = Buffer.from(field.bytes).toString();
    else if (field.number === 9) raw = field.bytes;
  }
  if (type !== FLOAT32) return undefined;
  const source = raw ?? Buffer.concat(floats);
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (source.length !== 4 * size) {
    throw new RangeError(`tensor ${name}: ${source.length} bytes for shape [${dims}] of float32`);
  }
  // copied: the bytes need not lie at a multiple of four
  return [name, { dims, data: new Float32Array(new Uint8Array(source).buffer) }];
}

/** One field of a protobuf message. */
export interface Field {
  readonly number: number;
  /** A whole number (wire type varint), else 0. */
  readonly value: number;
  /** The content of a length-delimited or 32-bit field. */
  readonly bytes?: Uint8Array;
}

/** The fields of one protobuf message in file order. */
export function* fields(message: Uint8Array): Generator<Field> {
  const at = { position: 0 };
  const take = (length: number): Uint8Array => {
    if (at.position + length > message.length) throw new RangeError('the ONNX model ends too early');
    at.position += length;
    return message.subarray(at.position - length, at.position);
  };
  while (at.position < message.length) {
    const key = varint(message, at);
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === VARINT) yield { number, value: varint(message, at) };
    else if (wire === BYTES) yield { number, value: 0, bytes: take(varint(message, at)) };
    else if (wire === FIXED32) yield { number, value: 0, bytes: take(4) };
    else if (wire === FIXED64) take(8);
    else throw new RangeError('not an ONNX model');
  }
}

/** The whole numbers of a packed field. */
export function* varints(bytes: Uint8Array): Generator<number> {
  const at = { position: 0 };
  while (at.position < bytes.length) yield varint(bytes, at);
}

/** A whole number in base 128, low digits first, exact below 2⁵³. */
function varint(bytes: Uint8Array, at: { position: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    if (at.position >= bytes.length || scale > 2 ** 63) throw new RangeError('the ONNX model ends too early');
    const byte = bytes[at.position++];
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}
