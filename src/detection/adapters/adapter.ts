import type { Candidates } from '../candidates.ts';

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
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is known about a family of detectors: how to feed one and how to read what it gives. */
export interface Adapter {
  readonly family: string;
  readonly input: InputFormat;
  /** Input size of the network; undefined when it takes any multiple of 32. */
  readonly size?: Size | undefined;
  /** Where the family's training puts the padding of a letterboxed picture. */
  readonly align: 'centre' | 'topLeft';
  /** Whether one person can come as several boxes. */
  readonly needsNms: boolean;
  /** Adds the people among the outputs (by name), in input pixels, from `minScore` on. */
  decode(outputs: Readonly<Record<string, TensorValue>>, input: Size, minScore: number, found: Candidates): void;
}

/** Tells from names, types and shapes whether a network is of the family; undefined when not. */
export type Recognise = (inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]) => Adapter | undefined;

const IMAGENET_RGB = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;

/** Usual ways to prepare a picture. */
export const PREPARATIONS = {
  /** Bytes as they are. */
  rgb255: { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] },
  bgr255: { order: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] },
  rgb1: { order: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] },
  bgr1: { order: 'bgr', mean: [0, 0, 0], std: [255, 255, 255] },
  imagenetRgb: { order: 'rgb', ...IMAGENET_RGB },
  imagenetBgr: { order: 'bgr', mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] },
} as const satisfies Record<string, Omit<InputFormat, 'name' | 'type'>>;

/** An image input [1, 3, height, width], one picture at a time, of fixed or of free size; undefined when it is none. */
export function imageInput(input: TensorInfo | undefined): { name: string; size: Size | undefined } | undefined {
  if (!input || (input.type !== 'float32' && input.type !== 'uint8') || input.shape.length !== 4) return undefined;
  const [batch, channels, height, width] = input.shape;
  if (!fits([batch, channels], [1, 3])) return undefined;
  if (typeof height === 'number' && typeof width === 'number' && height > 0 && width > 0) {
    return { name: input.name, size: { width, height } };
  }
  return isFree(height) && isFree(width) ? { name: input.name, size: undefined } : undefined;
}

/** A dimension that is not fixed (some exporters write -1 or 0). */
export function isFree(dim: number | string): boolean {
  return typeof dim === 'string' || dim <= 0;
}

/** Whether `shape` has this pattern: a number must be that number or free, null may be anything. */
export function fits(shape: readonly (number | string)[], pattern: readonly (number | null)[]): boolean {
  return shape.length === pattern.length && pattern.every((p, i) => p === null || shape[i] === p || isFree(shape[i]));
}

/** Number of cells of the grids of these strides over an input. */
export function cellCount({ width, height }: Size, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}

/** The probability of a logit. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
