import { describe, expect, it } from 'vitest';
import type { Detections } from '../../src/core/detections.ts';
import { Survival } from '../../src/tracking/survival.ts';
import { Track } from '../../src/tracking/track.ts';

/** A track with so many detections of a score. */
function track(hits: number, score: number): Track {
  const made = new Track(0, 0);
  const found: Detections = { length: 1, boxes: Float64Array.of(0, 0, 10, 30), scores: Float32Array.of(score) };
  for (let i = 0; i < hits; i++) made.observe(found, 0, i);
  return made;
}

/** Tracks of a score, each seen once, of which some were established. */
function after(established: number, ended: number, score: number): Survival {
  const survival = new Survival();
  for (let i = 0; i < established + ended; i++) {
    const young = track(1, score);
    survival.observe(young);
    survival.close(young, i < established);
  }
  return survival;
}

describe('Survival', () => {
  it('is the score as long as nothing is known', () => {
    expect(new Survival().observe(track(1, 0.75))).toBeCloseTo(0.75, 6);
    expect(new Survival().observe(track(2, 0.9))).toBeCloseTo(0.9, 6);
  });

  it('is the share that lasted, the score counting as ten tracks', () => {
    expect(after(30, 10, 0.75).observe(track(1, 0.75))).toBeCloseTo((7.5 + 30) / 50, 6);
    expect(after(0, 40, 0.9).observe(track(1, 0.9))).toBeCloseTo(9 / 50, 6);
  });

  it('tells scores and numbers of detections apart', () => {
    const survival = after(0, 100, 0.65);
    expect(survival.observe(track(1, 0.97))).toBeCloseTo(0.97, 6);
    expect(survival.observe(track(2, 0.65))).toBeCloseTo(0.65, 6);
  });

  it('counts a track once at each stage, whatever it is seen as later', () => {
    const survival = new Survival();
    const young = track(1, 0.75);
    survival.observe(young);
    for (const score of [0.75, 0.75, 0.75]) {
      young.observe({ length: 1, boxes: Float64Array.of(0, 0, 10, 30), scores: Float32Array.of(score) }, 0, 1);
      survival.observe(young);
    }
    survival.close(young, true);
    for (const hits of [1, 2, 3, 9]) expect(survival.observe(track(hits, 0.75))).toBeCloseTo(8.5 / 11, 6);
  });

  it('follows a scene that changes', () => {
    const survival = after(2000, 0, 0.75);
    for (let i = 0; i < 2000; i++) {
      const young = track(1, 0.75);
      survival.observe(young);
      survival.close(young, false);
    }
    expect(survival.observe(track(1, 0.75))).toBeLessThan(0.1);
  });
});
