import type { Detections } from '../src/core/detections.ts';
import { gaussian, seededRandom } from '../src/learning/random.ts';

/** Number of columns of a person: centre x, centre y, speed x, speed y (pixels/s), height, seconds to stay, id. */
const COLUMNS = 7;

/**
 * People who walk at random before a camera, and the detections of a simulated detector: boxes that jitter, one in ten missed, one in
 * twenty false, higher scores for people. People leave after a while and others enter, at any time. The same seed gives the same crowd.
 */
export class Crowd {
  /** Ids of those in the picture after the last step, and their true boxes: x, y, w, h each. */
  ids: number[] = [];
  boxes: number[] = [];
  private readonly people: Float64Array;
  private readonly random: () => number;
  private nextId = 1;

  /**
   * @param count number of people
   * @param width size of the picture in pixels
   */
  constructor(
    private readonly count: number,
    seed: number,
    private readonly width = 1920,
    private readonly height = 1080,
  ) {
    this.random = seededRandom(seed);
    this.people = new Float64Array(count * COLUMNS);
    for (let i = 0; i < count; i++) this.enter(i);
  }

  /** Moves all people on by `dt` seconds and detects them. */
  step(dt: number): Detections {
    const { people, random } = this;
    const found: number[] = [];
    const scores: number[] = [];
    const add = (x: number, y: number, h: number, score: number): void => {
      const high = h * (1 + 0.04 * gaussian(random));
      const wide = 0.4 * h * (1 + 0.06 * gaussian(random));
      found.push(x + 0.02 * h * gaussian(random) - wide / 2, y + 0.02 * h * gaussian(random) - high / 2, wide, high);
      scores.push(Math.min(1, Math.max(0, score + 0.1 * gaussian(random))));
    };
    this.ids = [];
    this.boxes = [];
    for (let i = 0; i < this.count; i++) {
      const o = i * COLUMNS;
      for (const axis of [0, 1]) {
        people[o + axis] += dt * people[o + 2 + axis];
        people[o + 2 + axis] += 0.5 * people[o + 4] * Math.sqrt(dt) * gaussian(random);
        people[o + 2 + axis] *= 1 - 0.3 * dt;
      }
      people[o + 5] -= dt;
      const [x, y, , , h, stay, id] = people.subarray(o, o + COLUMNS);
      if (stay < 0 || x < 0 || y < 0 || x > this.width || y > this.height) {
        this.enter(i);
        continue;
      }
      this.ids.push(id);
      this.boxes.push(x - 0.2 * h, y - h / 2, 0.4 * h, h);
      if (random() < 0.9) add(x, y, h, 0.8);
    }
    for (let i = 0; i < this.count; i++)
      if (random() < 0.05) add(this.width * random(), this.height * random(), 40 + 60 * random(), 0.35);
    return { length: scores.length, boxes: Float64Array.from(found), scores: Float32Array.from(scores) };
  }

  private enter(i: number): void {
    const { random } = this;
    const h = 40 + 80 * random();
    const [x, y] = [this.width * random(), this.height * random()];
    const stay = 2 + 20 * random();
    this.people.set([x, y, h * (random() - 0.5), h * (random() - 0.5), h, stay, this.nextId++], i * COLUMNS);
  }
}
