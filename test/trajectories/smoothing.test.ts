import { describe, expect, it } from 'vitest';
import type { Trajectory } from '../../src/core/trajectory.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { chooseDeviations, smooth } from '../../src/trajectories/smoothing.ts';

/** A person seen for 20 s at a rate, at x (box heights of 100), with an error of the boxes. */
function seen(x: (time: number) => number, error: number, rate = 25): Trajectory {
  const random = seededRandom(7);
  const n = 20 * rate;
  const noise = (): number => 100 * error * (random() + random() + random() + random() - 2) * Math.sqrt(3);
  const boxes = new Float64Array(4 * n);
  for (let i = 0; i < n; i++)
    boxes.set([100 * x(i / rate) + noise(), 50 + noise(), 40 + noise(), 100 + noise()], 4 * i);
  return {
    id: 1,
    frames: Int32Array.from({ length: n }, (_, i) => i),
    times: Float64Array.from({ length: n }, (_, i) => i / rate),
    boxes,
    scores: new Float32Array(n).fill(0.9),
    detected: new Uint8Array(n).fill(1),
  };
}

const walker = (time: number): number => 0.8 * time;
const dancer = (time: number): number => Math.sin(6 * time);

describe('chooseDeviations', () => {
  it('smooths inexact boxes of people who walk by half a second, at any frame rate', () => {
    expect(chooseDeviations([seen(walker, 0.05)])).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(chooseDeviations([seen(walker, 0.05, 7)])).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('hardly smooths exact boxes of dancers along the way they dance', () => {
    const [x, y] = chooseDeviations([seen(dancer, 0.002)]);
    expect(x).toBeLessThanOrEqual(0.04);
    expect(y).toBe(0.5);
  });

  it('the more inexact the boxes of dancers are, the more they are smoothed', () => {
    const chosen = [0.002, 0.05, 0.3].map((error) => chooseDeviations([seen(dancer, error)])[0]);
    expect(chosen[0]).toBeLessThan(chosen[1]);
    expect(chosen[1]).toBeLessThan(chosen[2]);
  });

  it('nobody, and people seen once or twice, need no choice', () => {
    const once = { ...seen(walker, 0), times: Float64Array.of(0) };
    for (const people of [[], [once]]) for (const deviation of chooseDeviations(people)) expect(deviation).toBe(0.5);
  });
});

describe('smooth', () => {
  it('by its own deviation on each axis: 0 leaves it as it is', () => {
    const jagged = seen(dancer, 0.05);
    const smoothed = smooth(jagged, [0, 0.3, 0, 0]);
    const centre = ({ boxes }: Trajectory, i: number, k: number): number => boxes[4 * i + k] + boxes[4 * i + k + 2] / 2;
    for (let i = 10; i < 490; i++) {
      expect(centre(smoothed, i, 0)).toBeCloseTo(centre(jagged, i, 0), 9);
      expect(smoothed.boxes[4 * i + 2]).toBeCloseTo(jagged.boxes[4 * i + 2], 9);
      expect(Math.abs(centre(smoothed, i, 1) - 100)).toBeLessThan(6);
    }
  });
});
