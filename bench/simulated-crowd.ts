import type { Detections } from '../src/detection/detections.ts';
import { gaussian, seededRandom } from '../src/training/random.ts';

const WIDTH = 1920;
const HEIGHT = 1080;
/** Number of columns of a person: centre x, centre y, speed x, speed y (pixels/s), height, seconds to stay. */
const COLUMNS = 6;

/**
 * People walking at random before a camera, and what a detector would say of them: boxes that jitter, one in ten missed, one in
 * twenty false, scores that are higher for people. Those who have been there for a while leave and others come, at any time.
 * The same seed gives the same crowd.
 */
export class Crowd {
  private readonly people: Float64Array;
  private readonly random: () => number;

  constructor(
    private readonly count: number,
    seed: number,
  ) {
    this.random = seededRandom(seed);
    this.people = new Float64Array(count * COLUMNS);
    for (let i = 0; i < count; i++) this.enter(i);
  }

  /** Moves everybody on by `dt` seconds and detects them. */
  step(dt: number): Detections {
    const { people, random } = this;
    const boxes: number[] = [];
    const scores: number[] = [];
    const add = (x: number, y: number, h: number, score: number): void => {
      const height = h * (1 + 0.04 * gaussian(random));
      const width = 0.4 * h * (1 + 0.06 * gaussian(random));
      const jitter = 0.02 * h;
      boxes.push(x + jitter * gaussian(random) - width / 2, y + jitter * gaussian(random) - height / 2, width, height);
      scores.push(Math.min(1, Math.max(0, score + 0.1 * gaussian(random))));
    };
    for (let i = 0; i < this.count; i++) {
      const o = i * COLUMNS;
      for (const axis of [0, 1]) {
        people[o + axis] += dt * people[o + 2 + axis];
        people[o + 2 + axis] += 0.5 * people[o + 4] * Math.sqrt(dt) * gaussian(random);
        people[o + 2 + axis] *= 1 - 0.3 * dt;
      }
      people[o + 5] -= dt;
      const [x, y, , , h] = people.subarray(o, o + 5);
      if (people[o + 5] < 0 || x < 0 || y < 0 || x > WIDTH || y > HEIGHT) this.enter(i);
      else if (random() < 0.9) add(x, y, h, 0.8);
    }
    for (let i = 0; i < this.count; i++)
      if (random() < 0.05) add(WIDTH * random(), HEIGHT * random(), 40 + 60 * random(), 0.35);
    return { length: scores.length, boxes: Float64Array.from(boxes), scores: Float32Array.from(scores) };
  }

  private enter(i: number): void {
    const { random } = this;
    const h = 40 + 80 * random();
    const person = [
      WIDTH * random(),
      HEIGHT * random(),
      h * (random() - 0.5),
      h * (random() - 0.5),
      h,
      2 + 20 * random(),
    ];
    this.people.set(person, i * COLUMNS);
  }
}
