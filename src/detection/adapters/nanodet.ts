import { fits, isFree, type TensorInfo } from '../../inference/tensors.ts';
import type { Candidates } from '../candidates.ts';
import { type Adapter, cellCount, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

/**
 * NanoDet (RangiLyu, 2020) with the distance distributions of Generalized Focal Loss (Li et al., 2020, section 3.2): per
 * cell the class scores, and for each side of the box a discrete distribution whose mean is its distance in strides.
 * Two layouts are known: scores and distributions apart for each of the strides 8, 16, 32 (NanoDet-m), and all in one output
 * for the strides 8 to 64 (NanoDet-Plus).
 */
export const recogniseNanoDet: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  if (!image?.size || inputs.length !== 1 || inputs[0].type !== 'float32') return undefined;
  const size = image.size;
  const strides = outputs.length === 1 ? [8, 16, 32, 64] : [8, 16, 32];
  const levels = outputs.length === 1 ? plusLevels(outputs[0], cellCount(size, strides)) : apartLevels(outputs);
  if (!levels) return undefined;
  const cells = strides.map((stride) => cellCount(size, [stride]));
  if (outputs.length > 1 && !levels.every(({ scores }, i) => scores.shape[1] === cells[i])) return undefined;
  const adapter: Adapter = {
    family: 'NanoDet',
    input: { name: image.name, type: 'float32', ...PREPARATIONS.imagenetBgr },
    size,
    align: 'centre',
    calibration: { of: 'log-odds', intercept: 0.2, slope: 2.56 },
    needsNms: true,
    decode(values, input, minScore, found) {
      const plus = levels.length === 1;
      let first = 0;
      strides.forEach((stride, i) => {
        const level = levels[plus ? 0 : i];
        const columns = Math.ceil(input.width / stride);
        const scores = values[level.scores.name].data as Float32Array;
        const sides = values[level.sides.name].data as Float32Array;
        for (let cell = 0; cell < cells[i]; cell++) {
          const row = first + cell;
          const score = scores[row * level.scoreStep];
          if (score < minScore) continue;
          // NanoDet-m takes the middle of a cell for its place, NanoDet-Plus the corner.
          const half = plus ? 0 : 0.5;
          const x = ((cell % columns) + half) * stride;
          const y = (Math.floor(cell / columns) + half) * stride;
          addBox(sides, row * level.sideStep + level.sideAt, level.bins, x, y, stride, score, found);
        }
        if (plus) first += cells[i];
      });
    },
  };
  return adapter;
};

interface Level {
  readonly scores: TensorInfo;
  readonly sides: TensorInfo;
  /** Elements from one cell's score to the next, and from one cell's distributions to the next. */
  readonly scoreStep: number;
  readonly sideStep: number;
  /** Where the distributions begin within a cell. */
  readonly sideAt: number;
  /** Bins of each distribution. */
  readonly bins: number;
}

/** Distributions have 8 bins in every published NanoDet. */
const BINS = 8;

function plusLevels(output: TensorInfo, cells: number): Level[] | undefined {
  const step = output.shape[2];
  if (!fits(output.shape, [1, cells, null]) || output.shape[1] !== cells) return undefined;
  if (typeof step !== 'number' || step <= 4 * BINS) return undefined;
  const sideAt = step - 4 * BINS;
  return [{ scores: output, sides: output, scoreStep: step, sideStep: step, sideAt, bins: BINS }];
}

function apartLevels(outputs: readonly TensorInfo[]): Level[] | undefined {
  if (outputs.length !== 6 || !outputs.every(({ shape }) => shape.length === 3 && !shape.slice(1).some(isFree))) {
    return undefined;
  }
  const byCells = (a: TensorInfo, b: TensorInfo): number => (b.shape[1] as number) - (a.shape[1] as number);
  const sides = outputs.filter(({ shape }) => shape[2] === 4 * BINS).sort(byCells);
  const scores = outputs.filter((output) => !sides.includes(output)).sort(byCells);
  if (sides.length !== 3 || sides.some(({ shape }, i) => shape[1] !== scores[i].shape[1])) return undefined;
  return scores.map((output, i) => {
    const scoreStep = output.shape[2] as number;
    return { scores: output, sides: sides[i], scoreStep, sideStep: 4 * BINS, sideAt: 0, bins: BINS };
  });
}

function addBox(
  sides: Float32Array,
  at: number,
  bins: number,
  x: number,
  y: number,
  stride: number,
  score: number,
  found: Candidates,
): void {
  const distance = (side: number): number => stride * meanBin(sides, at + side * bins, bins);
  found.add(x - distance(0), y - distance(1), x + distance(2), y + distance(3), score);
}

/** Mean of the distribution that is given by its logits. */
function meanBin(logits: Float32Array, at: number, bins: number): number {
  let max = logits[at];
  for (let i = 1; i < bins; i++) max = Math.max(max, logits[at + i]);
  let sum = 0;
  let mean = 0;
  for (let i = 0; i < bins; i++) {
    const p = Math.exp(logits[at + i] - max);
    sum += p;
    mean += i * p;
  }
  return mean / sum;
}
