import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import {
  evaluateSequence,
  type Figures,
  figures,
  type GroundTruthOptions,
  type GroundTruthRows,
  type IdentifiedBoxes,
  prepareGroundTruth,
} from '../../src/evaluation/index.ts';

/** frame, id, x, y, w, h */
export type Row = readonly [frame: number, id: number, x: number, y: number, w: number, h: number];

export function columns(rows: readonly Row[]): IdentifiedBoxes {
  return {
    frames: Int32Array.from(rows, (row) => row[0]),
    ids: Float64Array.from(rows, (row) => row[1]),
    boxes: Float64Array.from(rows.flatMap((row) => row.slice(2))),
  };
}

/** Figures of result rows against ground truth rows. */
export function score(
  gt: readonly Row[] | GroundTruthRows,
  results: readonly Row[],
  options?: GroundTruthOptions,
): Figures {
  const truth = prepareGroundTruth('frames' in gt ? gt : columns(gt), options);
  return figures(evaluateSequence(truth, columns(results)));
}

/** A box of 10 × 10 at x, once in each of the frames. */
export function standing(id: number, x: number, frames: readonly number[]): Row[] {
  return frames.map((frame) => [frame, id, x, 0, 10, 10]);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Compares with figures of TrackEval to six significant digits, counts exactly. */
export function expectFigures(actual: Figures, expected: Record<string, number>, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    const own = actual[name as keyof Figures];
    if (own === undefined || !(Math.abs(own - value) <= 5e-7 * Math.abs(value)))
      expect.fail(`${where}: ${name} is ${own}, expected ${value}`);
  }
  expect(Object.keys(expected).length).toBeGreaterThan(10);
}

export function readFigures(path: string): Record<string, Record<string, number>> {
  return JSON.parse(readFileSync(path, 'utf8'));
}
