import { describe, expect, it } from 'vitest';
import { type AssociationScore, FEATURE_COUNT, FEATURES } from '../../src/association/features.ts';
import { Tracker } from '../../src/tracking/index.ts';

const IOU = FEATURES.indexOf('iou');
/** A pair is as probable as its boxes overlap. */
const byOverlap: AssociationScore = {
  score({ length, values }, out) {
    for (let k = 0; k < length; k++) out[k] = values[k * FEATURE_COUNT + IOU];
  },
};
/** All pairs are as probable as this. */
const always = (probability: number): AssociationScore => ({
  score: ({ length }, out) => out.fill(probability, 0, length),
});
const parameters = {
  cameraMotion: false,
  minProbabilityTurned: 0.3,
  minProbabilityAlone: 0.36,
  minProbability: 0.5,
  minProbabilityLow: 0.75,
};

/** The ids at these places, after people stood at others for half a second. Boxes are 40 wide: moved by 17, they overlap by 23 / 57 = .40. */
function ids(
  stood: readonly number[],
  then: readonly number[],
  { score = 0.9, association = byOverlap } = {},
): (number | undefined)[] {
  const tracker = new Tracker({ association, parameters });
  const at = (places: readonly number[], last: number) =>
    places.map((x, i) => ({ box: [x, 100, 40, 100] as const, score: i === places.length - 1 ? last : 0.9 }));
  for (let i = 0; i < 6; i++) tracker.update(at(stood, 0.9), i / 10);
  const tracks = tracker.update(at(then, score), 0.6);
  return then.map((_, j) => tracks.find(({ detection }) => detection === j)?.id);
}

describe('how probable a pair must be', () => {
  it('is little where no one else may be meant', () => {
    expect(ids([300], [317])).toEqual([1]);
    expect(ids([100, 300], [100, 317])).toEqual([1, 2]);
  });

  it('is more where the two do not overlap', () => {
    expect(ids([300], [339], { association: always(0.4) })).toEqual([1]);
    expect(ids([300], [341], { association: always(0.4) })).toEqual([2]);
    expect(ids([300], [341], { association: always(0.6) })).toEqual([1]);
  });

  it('is more where another detection is where the person is expected', () => {
    expect(ids([265, 300], [265, 317])).toEqual([1, 3]); // the other one overlaps by 5
  });

  it('is more where another person is expected at the detection', () => {
    expect(ids([355, 300], [355, 317])).toEqual([1, 3]); // the detection overlaps person 1 by 2
    expect(ids([360, 300], [360, 317])).toEqual([1, 2]); // by nothing: 2 is alone
  });

  it('is most for a doubtful detection', () => {
    expect(ids([300], [303], { score: 0.4 })).toEqual([1]); // .86
    expect(ids([300], [317], { score: 0.4 })).toEqual([undefined]);
  });

  /** The id of the box at a place, `seconds` after the last of the steps of 10 that someone took to the right, up to 500. */
  function idAt(x: number, seconds = 0.1): number | undefined {
    const tracker = new Tracker({ association: byOverlap, parameters });
    for (let i = 0; i <= 30; i++) tracker.update([{ box: [200 + 10 * i, 100, 40, 100], score: 0.9 }], i / 10);
    const tracks = tracker.update([{ box: [x, 100, 40, 100], score: 0.9 }], 3 + seconds);
    return tracks.find(({ detection }) => detection === 0)?.id;
  }

  it('is least where someone turned: nearer to where they were than to where they are expected', () => {
    // Boxes 20 apart overlap by 20 / 60 = .33.
    expect(idAt(510)).toBe(1);
    expect(idAt(510 - 20)).toBe(1);
    expect(idAt(510 + 20)).toBe(2);
  });

  it('is not where they were seen too long ago', () => {
    expect(idAt(540, 0.4)).toBe(1);
    expect(idAt(519, 0.4)).toBe(2); // overlaps the expected box by .31, the last one by .36
  });
});
