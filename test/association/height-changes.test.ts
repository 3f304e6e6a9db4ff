import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, FEATURES, PairFeatures } from '../../src/association/features.ts';
import { HeightChanges } from '../../src/association/height-changes.ts';

const column = (name: (typeof FEATURES)[number]): number => FEATURES.indexOf(name);

/** Pairs of some relative differences of height that overlap by .8, with nobody else near. */
function pairs(differences: readonly number[], more: Partial<Record<(typeof FEATURES)[number], number>> = {}) {
  const made = new PairFeatures();
  made.length = differences.length;
  made.values = new Float64Array(FEATURE_COUNT * differences.length);
  differences.forEach((difference, k) => {
    const row = { iou: 0.8, gap: 0.04, heightDifference: difference, ...more };
    for (const [name, value] of Object.entries(row))
      made.values[k * FEATURE_COUNT + column(name as (typeof FEATURES)[number])] = value;
  });
  return made;
}

/** The log-odds of some differences after many others. */
function odds(heights: HeightChanges, differences: readonly number[]): number[] {
  const asked = pairs(differences);
  heights.fill(asked);
  return differences.map((_, k) => asked.values[k * FEATURE_COUNT + column('heightOdds')]);
}

const many = (count: number, difference: number) => new Array<number>(count).fill(difference);

describe('HeightChanges', () => {
  it('says nothing as long as little is known', () => {
    const heights = new HeightChanges();
    heights.observe(pairs(many(49, 0.01)));
    expect(odds(heights, [0, 0.1, -0.4])).toEqual([0, 0, 0]);
  });

  it('takes a large change for another person where there are none', () => {
    const heights = new HeightChanges();
    heights.observe(pairs([...many(600, 0.01), ...many(300, 0.03), ...many(100, 0.06), ...many(20, 0.08)]));
    // the fifth class, .1 to .125: 20 e^-1 expected, of 620 without a difference; and e^-1.8 of those between two people
    expect(odds(heights, [0.2])[0]).toBeCloseTo(Math.log((20 * Math.exp(-1)) / 620) + 1.8, 6);
    const [none, taller, shorter] = odds(heights, [0.02, 0.24, -0.24]);
    expect(none).toBeCloseTo(0, 12);
    expect(taller).toBeLessThan(-2);
    expect(shorter).toBe(taller);
  });

  it('holds nothing against it where people bend down', () => {
    const heights = new HeightChanges();
    heights.observe(
      pairs([...many(500, 0.01), ...[0.03, 0.06, 0.08, 0.11, 0.13, 0.16, 0.18].flatMap((d) => many(300, d))]),
    );
    expect(odds(heights, [0.15])[0]).toBeGreaterThan(-0.6);
  });

  it('never takes a larger difference for likelier', () => {
    const heights = new HeightChanges();
    heights.observe(pairs([...many(500, 0.01), ...many(300, 0.21)]));
    const rising = odds(heights, [0, 0.03, 0.06, 0.1, 0.13, 0.16, 0.2, 0.21, 0.26]);
    for (let k = 1; k < rising.length; k++) expect(rising[k]).toBeLessThanOrEqual(rising[k - 1]);
  });

  it('does not learn from pairs that may be of two people', () => {
    for (const more of [{ iou: 0.3 }, { gap: 1 }, { trackRivals: 0.8 }, { detectionRivals: 0.9 }]) {
      const heights = new HeightChanges();
      heights.observe(pairs(many(200, 0.01), more));
      expect(odds(heights, [0.3])).toEqual([0]);
    }
  });

  it('forgets', () => {
    const heights = new HeightChanges();
    heights.observe(pairs(many(1000, 0.01)));
    heights.reset();
    expect(odds(heights, [0.3])).toEqual([0]);
  });
});
