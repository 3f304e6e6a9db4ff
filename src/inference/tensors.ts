/** An input or output of a network: a dimension that is not fixed is a name. */
export interface TensorInfo {
  readonly name: string;
  /** Element type as onnxruntime calls it: float32, uint8, int64 … */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** An output of one run. */
export interface TensorValue {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array;
}

/** How the planes R, G, B of bytes become the network's image input [1, 3, height, width]. */
export interface InputFormat {
  readonly name: string;
  readonly type: 'uint8' | 'float32';
  readonly order: 'rgb' | 'bgr';
  /** Subtracted from, and divided into, the bytes of each plane, in the order of the planes fed. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Name of a second input, int64 [1, 2], that takes width and height. */
  readonly sizeInput?: string;
  readonly context?: ContextFormat;
}

/** How a network gives what it knows of a whole picture, and takes it when it sees a part of one. */
export interface ContextFormat {
  /** Input, float32 [1, length, 1, 1]: what is known; zeros for a whole picture. */
  readonly given: string;
  /** Input, float32 [1]: 1 for a whole picture, 0 where something is known. */
  readonly whole: string;
  /** Output, as `given`: what is known now. */
  readonly taken: string;
  readonly length: number;
}

/** A dimension that is not fixed (some exporters write -1 or 0). */
export function isFree(dim: number | string): boolean {
  return typeof dim === 'string' || dim <= 0;
}

/** Whether `shape` has this pattern: a number must be that number or free, null may be anything. */
export function fits(shape: readonly (number | string)[], pattern: readonly (number | null)[]): boolean {
  return shape.length === pattern.length && pattern.every((p, i) => p === null || shape[i] === p || isFree(shape[i]));
}
