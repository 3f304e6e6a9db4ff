import { describe, expect, it } from 'vitest';
import { Perspective } from '../../src/tracking/perspective.ts';
import { detection, heightAt, peopleSeen } from './heights.ts';

function seen(people: number, misfits = 0): Perspective {
  const perspective = new Perspective();
  for (const one of peopleSeen(people, misfits)) perspective.observe(one, 0.5);
  return perspective;
}

const misfit = (perspective: Perspective, feet: number, height: number) =>
  perspective.misfit(detection(feet, height, 0.9), 0);

describe('Perspective', () => {
  it('finds how far a height is from the one expected there', () => {
    for (const feet of [220, 480])
      expect([1, 2, 0.5].map((times) => misfit(seen(500), feet, heightAt(feet) * times))).toEqual([0, 3, 3]);
  });

  it('lets a person bend: up to the usual difference there is none', () => {
    expect(misfit(seen(500), 300, heightAt(300) * 0.87)).toBe(0);
    // the usual difference is 0.15 at least
    expect(misfit(seen(500), 300, heightAt(300) * 0.78)).toBeCloseTo(-Math.log(0.78) / 0.15 - 1, 1);
  });

  it('finds the people among things of other heights', () => {
    const perspective = seen(1000, 25);
    expect(misfit(perspective, 400, heightAt(400))).toBe(0);
    expect(misfit(perspective, 400, 2 * heightAt(400))).toBeGreaterThan(0.8);
  });

  it('knows of none before the first detection, and after a reset', () => {
    expect(misfit(new Perspective(), 300, 200)).toBe(0);
    const perspective = seen(500);
    perspective.reset();
    expect(misfit(perspective, 300, 2 * heightAt(300))).toBe(0);
  });

  it('is of use where all feet are at one height, and follows a camera that is turned', () => {
    const perspective = new Perspective();
    for (let i = 0; i < 300; i++) perspective.observe(detection(400, 150, 0.9), 0.5);
    expect([150, 300].map((height) => misfit(perspective, 400, height))).toEqual([0, 3]);
    for (let i = 0; i < 30_000; i++) perspective.observe(detection(400, 300, 0.9), 0.5);
    expect(misfit(perspective, 400, 300)).toBe(0);
  });

  it('is not confused by boxes that are none', () => {
    const perspective = seen(500);
    for (const height of [0, Number.NaN, Number.POSITIVE_INFINITY])
      perspective.observe(detection(300, height, 0.9), 0.5);
    expect(misfit(perspective, 300, heightAt(300))).toBe(0);
  });
});
