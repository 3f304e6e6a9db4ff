import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { Tracker } from '../../src/tracking/index.ts';

/** Boxes of one person, 100 high: IoU of the second with the first .65. */
const WHOLE = [300, 100, 55, 100] as const;
const NARROW = [300, 100, 36, 100] as const;

/** The id of each detection in each frame. */
function ids(frames: readonly (readonly (readonly [x: number, y: number, w: number, h: number])[])[]): number[][] {
  const tracker = new Tracker({ association: handSetScore, parameters: { cameraMotion: false } });
  return frames.map((boxes, f) => {
    const tracks = tracker.update(
      boxes.map((box) => ({ box, score: 0.9 })),
      f / 10,
    );
    return boxes.map((_, j) => tracks.find(({ detection }) => detection === j)?.id ?? 0);
  });
}

const times = <T>(n: number, frame: T): T[] => new Array<T>(n).fill(frame);

describe('two boxes on one person', () => {
  const found = ids([...times(6, [WHOLE]), ...times(4, [WHOLE, NARROW]), ...times(6, [NARROW])]);

  it('are two tracks while there are both', () => {
    expect(found[9]).toEqual([1, 2]);
  });

  it('and the one that is left is the person’s who was there before, whom it fits less', () => {
    expect(found.slice(10)).toEqual(times(6, [1]));
  });

  it('belong to two people once these have been apart', () => {
    const away = (x: number) => [300 + x, 100, 36, 100] as const;
    const apart = [0, 10, 20, 30, 40, 50, 60].map((x) => [WHOLE, away(x)]);
    const seen = ids([...times(6, [WHOLE]), ...times(4, [WHOLE, NARROW]), ...apart, [away(60)], [away(55)]]);
    expect(seen[16]).toEqual([1, 2]);
    expect(seen.slice(17)).toEqual([[2], [2]]);
  });
});
