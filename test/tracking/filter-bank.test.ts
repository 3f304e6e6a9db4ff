import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { seededRandom } from '../../src/learning/random.ts';
import { centreBank, sizeBank } from '../../src/tracking/filter-bank.ts';
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
  const bank = centreBank();
  const along = way(acceleration, rate, h);
  bank.start(0, along.next().value, 0);
  for (let i = 1; i < boxes; i++) bank.observe(0, along.next().value, 0, 1 / rate);
  bank.choose();
  return bank.acceleration;
}

describe('FilterBank', () => {
  it.each([
    [25, 100],
    [7, 100],
    [60, 400],
    [25, 10],
  ])('finds how suddenly people move at %i frames/s and a height of %i pixels', (rate, h) => {
    // One axis accelerates and the other does not; the choice is between them.
    const [calm, lively, wild] = [0.1, 0.5, 2].map((acceleration) => measured(acceleration, rate, h));
    expect(calm).toBeLessThan(lively);
    expect(lively).toBeLessThan(wild);
    expect(calm).toBeLessThanOrEqual(0.18);
    expect(wild).toBeGreaterThanOrEqual(1);
  });

  it('keeps to its first choice until 50 detections are seen', () => {
    expect(measured(2, 25, 100, 50)).toBe(0.18);
    expect(measured(2, 25, 100, 51)).toBeGreaterThan(0.4);
  });

  it('follows a scene that changes', () => {
    const bank = centreBank();
    const [calm, wild] = [way(0.1, 25, 100), way(2, 25, 100)];
    bank.start(0, calm.next().value, 0);
    const play = (s: number, along: typeof calm, frames: number): void => {
      for (let i = 0; i < frames; i++) {
        bank.observe(s, along.next().value, 0, 0.04);
        bank.choose();
      }
    };
    play(0, calm, 100_000);
    expect(bank.acceleration).toBeLessThanOrEqual(0.18);
    bank.start(1, wild.next().value, 0);
    play(1, wild, 60_000);
    expect(bank.acceleration).toBeGreaterThan(0.6);
  });

  it('is not moved by the camera', () => {
    const [still, moving] = [centreBank(), centreBank()];
    const along = way(0.25, 25, 100);
    const first = along.next().value;
    for (const bank of [still, moving]) bank.start(0, first, 0);
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
      for (const bank of [still, moving]) bank.choose();
    }
    expect(moving.acceleration).toBe(still.acceleration);
    const seen = along.next().value;
    const there = seen.map((v, k) => v + [300, -300, 0, 0][k]);
    expect(moving.value(0, 0, there, 0)).toBeCloseTo(still.value(0, 0, seen, 0) + 300, 6);
  });

  it('gives a value that is a quarter as it is seen', () => {
    const bank = centreBank();
    bank.start(0, Float64Array.of(0, 0, 40, 100), 0);
    const at = (x: number) => bank.value(0, 0, Float64Array.of(x - 20, 0, 40, 100), 0);
    expect([at(20), at(60), at(-20)]).toEqual([20, 30, 10]);
  });

  it('smooths sizes that jitter, and follows those that change at once', () => {
    const after = (width: (i: number) => number): number => {
      const bank = sizeBank();
      bank.start(0, Float64Array.of(0, 0, width(0), 100), 0);
      for (let i = 1; i < 400; i++) {
        bank.observe(0, Float64Array.of(0, 0, width(i), 100), 0, 0.04);
        bank.choose();
      }
      return bank.value(0, 0, Float64Array.of(0, 0, width(399), 100), 0);
    };
    const random = seededRandom(5);
    expect(Math.abs(after(() => 40 + 16 * (random() - 0.5)) - 40)).toBeLessThan(3);
    const arms = (i: number): number => 60 + 30 * Math.sin(i / 4);
    expect(Math.abs(after(arms) - arms(399))).toBeLessThan(2);
  });

  it('forgets all when it is reset', () => {
    const bank = centreBank();
    const wild = way(2, 25, 100);
    bank.start(0, wild.next().value, 0);
    for (let i = 0; i < 100; i++) bank.observe(0, wild.next().value, 0, 0.04);
    bank.choose();
    expect(bank.acceleration).toBeGreaterThan(0.4);
    bank.reset();
    expect(bank.acceleration).toBe(0.18);
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
