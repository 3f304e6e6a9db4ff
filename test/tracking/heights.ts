import type { Detections } from '../../src/core/detections.ts';

/** A camera that sees people as tall as half the height at which their feet are above row 100. */
export const heightAt = (feet: number) => (feet - 100) / 2;

export function detection(feet: number, height: number, score: number): Detections {
  return { length: 1, boxes: Float64Array.of(50, feet - height, height / 2, height), scores: Float32Array.of(score) };
}

/** So many people, one a frame, some of them (percent) of heights that do not fit. */
export function* peopleSeen(people: number, misfits = 0): Generator<Detections> {
  for (let i = 0; i < people; i++) {
    const feet = 200 + ((i * 37) % 300);
    const height = heightAt(feet) * ((i * 61) % 100 < misfits ? 2 : 1 + 0.02 * ((i % 5) - 2));
    yield detection(feet, height, 0.9);
  }
}
