import { emptyFrame, type TrackedFrame } from '../../src/core/tracked-frame.ts';
import { seededRandom } from '../../src/learning/random.ts';

/** Frames a second. */
const RATE = 10;

/**
 * People who walk to and fro before a camera that looks down on a square: the lower their feet in the picture, the larger they are.
 *
 * @param count people
 * @param frames of a tenth of a second each
 */
export function crowd(width: number, height: number, count: number, frames: number, seed = 1): TrackedFrame[] {
  const random = seededRandom(seed);
  const people = Array.from({ length: count }, () => ({
    x: width * random(),
    y: height * (0.3 + 0.65 * random()),
    vx: 0.03 * width * (2 * random() - 1),
    vy: 0.02 * height * (2 * random() - 1),
  }));
  return Array.from({ length: frames }, (_, k) => {
    const frame = emptyFrame(k, k / RATE, count);
    for (const [i, person] of people.entries()) {
      person.x += person.vx / RATE;
      person.y += person.vy / RATE;
      if (person.x < 0 || person.x > width) person.vx = -person.vx;
      if (person.y < 0.3 * height || person.y > 0.95 * height) person.vy = -person.vy;
      const h = 0.08 * height + 0.2 * (person.y - 0.25 * height);
      frame.boxes.set([person.x - 0.19 * h, person.y - h, 0.38 * h, h], 4 * i);
      frame.ids[i] = i + 1;
      frame.scores[i] = 0.9;
      frame.detected[i] = 1;
    }
    return frame;
  });
}
