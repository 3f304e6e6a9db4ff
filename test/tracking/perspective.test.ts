import { describe, expect, it } from 'vitest';
import type { Detections } from '../../src/core/detections.ts';
import { Perspective } from '../../src/tracking/perspective.ts';

/** A camera that sees people as tall as half the height at which their feet are above row 100. */
const heightAt = (feet: number) => (feet - 100) / 2;

function detection(feet: number, height: number, score: number): Detections {
  return { length: 1, boxes: Float64Array.of(50, feet - height, height / 2, height), scores: Float32Array.of(score) };
}

/** One that has seen so many people, some of them of heights that do not fit. */
function seen(people: number, misfits = 0): Perspective {
  const perspective = new Perspective();
  for (let i = 0; i < people; i++) {
    const feet = 200 + ((i * 37) % 300);
    const height = heightAt(feet) * ((i * 61) % 100 < misfits ? 2 : 1 + 0.02 * ((i % 5) - 2));
    perspective.judge(detection(feet, height, 0.9), 1);
  }
  return perspective;
}

const judged = (perspective: Perspective, feet: number, height: number, score: number, trust: number) =>
  perspective.judge(detection(feet, height, score), trust).scores[0];

describe('Perspective', () => {
  it('lowers the score of a height that does not fit where the detector is not to be trusted', () => {
    for (const feet of [220, 480]) {
      const [fits, tall, small] = [1, 2, 0.5].map((times) => judged(seen(500), feet, heightAt(feet) * times, 0.9, 0.5));
      expect(fits).toBeCloseTo(0.9, 6);
      expect(tall).toBeLessThan(0.02);
      expect(small).toBeLessThan(0.02);
    }
  });

  it('lets a person bend: up to the usual difference nothing changes', () => {
    const perspective = seen(500);
    expect(judged(perspective, 300, heightAt(300) * 0.87, 0.9, 0.5)).toBeCloseTo(0.9, 6);
    const lower = judged(perspective, 300, heightAt(300) * 0.78, 0.9, 0.5);
    expect(lower).toBeGreaterThan(0.02);
    expect(lower).toBeLessThan(0.85);
  });

  it('holds a misfit less against a person the more the detector is to be trusted, and not at all from three quarters on', () => {
    const scores = [0.5, 0.65, 0.74, 0.75, 1].map((trust) => judged(seen(500), 300, 2 * heightAt(300), 0.9, trust));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(scores.slice(3)).toEqual([expect.closeTo(0.9, 6), expect.closeTo(0.9, 6)]);
  });

  it('holds it also against one of whom a detector that is to be trusted is less sure than of others', () => {
    const lowered = (score: number, trust: number, times = 2) =>
      score - judged(seen(500), 300, times * heightAt(300), score, trust);
    expect(lowered(0.6, 0.8)).toBeGreaterThan(0.4); // the others are at 0.9
    expect(lowered(0.74, 0.8)).toBeGreaterThan(0.1);
    expect(lowered(0.74, 0.8)).toBeLessThan(0.5);
    for (const [score, trust, times] of [
      [0.8, 0.8, 2],
      [0.6, 0.95, 2],
      [0.6, 0.8, 1.1],
    ])
      expect(lowered(score, trust, times)).toBeCloseTo(0, 6);
  });

  it('finds the people among things of other heights', () => {
    const perspective = seen(1000, 25);
    expect(judged(perspective, 400, heightAt(400), 0.9, 0.5)).toBeCloseTo(0.9, 6);
    expect(judged(perspective, 400, 2 * heightAt(400), 0.9, 0.5)).toBeLessThan(0.6);
  });

  it('judges no one by few people, and none again after a reset', () => {
    expect(judged(seen(99), 300, 2 * heightAt(300), 0.9, 0.5)).toBeCloseTo(0.9, 6);
    const perspective = seen(500);
    perspective.reset();
    expect(judged(perspective, 300, 2 * heightAt(300), 0.9, 0.5)).toBeCloseTo(0.9, 6);
  });

  it('is of use where all feet are at one height, and follows a camera that is turned', () => {
    const perspective = new Perspective();
    for (let i = 0; i < 300; i++) perspective.judge(detection(400, 150, 0.9), 1);
    expect(judged(perspective, 400, 150, 0.9, 0.5)).toBeCloseTo(0.9, 6);
    expect(judged(perspective, 400, 300, 0.9, 0.5)).toBeLessThan(0.1);
    for (let i = 0; i < 30_000; i++) perspective.judge(detection(400, 300, 0.9), 1);
    expect(judged(perspective, 400, 300, 0.9, 0.5)).toBeCloseTo(0.9, 6);
  });

  it('leaves scores that are no probabilities, and boxes that are none, as they are', () => {
    const perspective = seen(500);
    expect(judged(perspective, 300, 400, 37, 0.5)).toBe(37);
    for (const height of [0, Number.NaN, Number.POSITIVE_INFINITY]) judged(perspective, 300, height, 0.9, 0.5);
    expect(judged(perspective, 300, heightAt(300), 0.9, 0.5)).toBeCloseTo(0.9, 6);
  });
});
