import { describe, expect, it } from 'vitest';
import { bestOf, HiddenViews, viewsOf } from '../../src/report/best-views.ts';
import type { Trajectory } from '../../src/trajectories/index.ts';

const PICTURE = { width: 200, height: 200 };

/** A person with these boxes in consecutive frames. */
function person(id: number, boxes: number[][], scores = boxes.map(() => 1), detected = boxes.map(() => 1)): Trajectory {
  return {
    id,
    frames: Int32Array.from(boxes, (_, i) => i),
    times: Float64Array.from(boxes, (_, i) => i / 10),
    boxes: Float64Array.from(boxes.flat()),
    scores: Float32Array.from(scores),
    detected: Uint8Array.from(detected),
  };
}

describe('the best view of a person', () => {
  it('is large, sure, detected and within the picture', () => {
    const boxes = [
      [10, 10, 20, 40],
      [10, 10, 30, 60],
      [10, 150, 40, 80],
      [10, 10, 35, 70],
      [10, 10, 28, 56],
    ];
    expect(bestOf(viewsOf(person(1, boxes, [1, 0.5, 1, 1, 1], [1, 1, 1, 0, 1]), PICTURE)).frame).toBe(4);
  });

  it('is one that nobody else hides, of those of sixteen parts of the trajectory', () => {
    const walk = Array.from({ length: 32 }, (_, i) => [10, 10, 20, 40 + (i === 20 ? 10 : 0)]);
    const one = person(1, walk);
    const views = viewsOf(one, PICTURE);
    expect(views).toHaveLength(16);
    expect(bestOf(views).frame).toBe(20);
    const hidden = new HiddenViews([{ id: 1, views }]);
    hidden.add(one); // does not hide herself
    expect(bestOf(views).frame).toBe(20);
    // another hides half of her in all frames up to 23, and nothing afterwards
    hidden.add(
      person(
        2,
        Array.from({ length: 24 }, () => [0, 0, 20, 100]),
      ),
    );
    expect(views[10].worth).toBeCloseTo(50 / 2, 9);
    expect(bestOf(views).frame).toBe(24);
  });

  it('is there whatever the scores are', () => {
    expect(bestOf(viewsOf(person(1, [[0, 0, 10, 20]], [-50]), PICTURE)).frame).toBe(0);
  });
});
