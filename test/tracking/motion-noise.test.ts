import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { MotionNoise } from '../../src/tracking/motion-noise.ts';
import { Tracker } from '../../src/tracking/tracker.ts';

/** A person of height `h` whose speed changes by `acceleration` (heights/s^1.5), seen at a rate with an error of 1 % of the height. */
function* way(acceleration: number, rate: number, h: number): Generator<Float64Array, never> {
  const random = seededRandom(3);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let [x, speed] = [0, 0];
  for (;;) {
    yield Float64Array.of(x + 0.01 * h * gaussian(), 0.01 * h * gaussian(), h / 2, h);
    speed += acceleration * h * Math.sqrt(1 / rate) * gaussian();
    x += speed / rate;
  }
}

function measured(acceleration: number, rate: number, h: number, boxes = 600): number {
  const noise = new MotionNoise(0.8, 0.25);
  const along = way(acceleration, rate, h);
  noise.start(0, along.next().value, 0);
  for (let i = 1; i < boxes; i++) noise.observe(0, along.next().value, 0, 1 / rate);
  return noise.acceleration;
}

describe('MotionNoise', () => {
  it.each([
    [25, 100],
    [7, 100],
    [60, 400],
    [25, 10],
  ])('finds how suddenly people move at %i frames/s and a height of %i pixels', (rate, h) => {
    // One axis accelerates and the other does not; the choice is between them, half as much again is used.
    const [calm, lively, wild] = [0.1, 0.5, 2].map((acceleration) => measured(acceleration, rate, h));
    expect(calm).toBeLessThan(lively);
    expect(lively).toBeLessThan(wild);
    expect(calm).toBeLessThanOrEqual(1.5 * 0.18);
    expect(wild).toBeGreaterThanOrEqual(1.5);
  });

  it('keeps to what it was given until 50 detections are seen', () => {
    expect(measured(2, 25, 100, 50)).toBe(0.25);
    expect(measured(2, 25, 100, 51)).toBeGreaterThan(0.5);
  });

  it('follows a scene that changes', () => {
    const noise = new MotionNoise(0.8, 0.25);
    const [calm, wild] = [way(0.1, 25, 100), way(2, 25, 100)];
    noise.start(0, calm.next().value, 0);
    for (let i = 0; i < 100_000; i++) noise.observe(0, calm.next().value, 0, 0.04);
    expect(noise.acceleration).toBeLessThanOrEqual(1.5 * 0.18);
    noise.start(1, wild.next().value, 0);
    for (let i = 0; i < 60_000; i++) noise.observe(1, wild.next().value, 0, 0.04);
    expect(noise.acceleration).toBeGreaterThan(1);
  });

  it('is not moved by the camera', () => {
    const [still, moving] = [new MotionNoise(0.8, 0.25), new MotionNoise(0.8, 0.25)];
    const along = way(0.25, 25, 100);
    const first = along.next().value;
    for (const noise of [still, moving]) noise.start(0, first, 0);
    for (let i = 1; i < 200; i++) {
      const box = along.next().value;
      still.observe(0, box, 0, 0.04);
      const jump = i % 2 ? 300 : -300;
      moving.shift(0, jump, -jump);
      moving.observe(
        0,
        Float64Array.from(box, (v, k) => v + (i % 2 ? [300, -300, 0, 0][k] : 0)),
        0,
        0.04,
      );
    }
    expect(moving.acceleration).toBe(still.acceleration);
  });
});

describe('Tracker', () => {
  it('keeps a person who turns on the spot, once it has seen the scene', () => {
    const ids = (parameters: object): number => {
      const tracker = new Tracker({ association: handSetScore, parameters: { cameraMotion: false, ...parameters } });
      for (let i = 0; i < 600; i++) {
        const x = 300 + 80 * Math.abs(((i / 6) % 2) - 1); // to and fro, 1.6 heights a second, turning at once
        tracker.update([{ box: [x, 100, 40, 100], score: 0.9 }], i / 12);
      }
      return tracker.confirmed;
    };
    expect(ids({ accelerationNoise: 0.25 })).toBeGreaterThan(40); // lost at most of the 100 turns
    expect(ids({})).toBeLessThan(10);
  });
});
