import type { Size } from '../../core/geometry.ts';
import { fits, type InputFormat, isFree, type TensorInfo, type TensorValue } from '../../inference/tensors.ts';
import type { Calibration } from '../calibration.ts';
import type { Candidates } from '../candidates.ts';

/** What is known about a family of detectors: how to feed one and how to read what it gives. */
export interface Adapter {
  readonly family: string;
  readonly input: InputFormat;
  /** Input size of the network; undefined when it takes any multiple of 32. */
  readonly size?: Size | undefined;
  /** Where the family's training puts the padding of a letterboxed picture. */
  readonly align: 'centre' | 'topLeft';
  /** What the scores of the family are worth, as measured on street photographs and frames of MOT17; without it they are probabilities. */
  readonly calibration?: Calibration;
  /** Whether one person can come as several boxes. */
  readonly needsNms: boolean;
  /** Adds the people among the outputs (by name), in input pixels, from `minScore` on. */
  decode(outputs: Readonly<Record<string, TensorValue>>, input: Size, minScore: number, found: Candidates): void;
}

/** Recognises a network of the family by names, types and shapes; returns undefined for any other. */
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

/** Number of cells of the grids of these strides over an input. */
export function cellCount({ width, height }: Size, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}
