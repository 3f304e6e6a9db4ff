import { describe, expect, it } from 'vitest';
import { Doubt } from '../../src/tracking/doubt.ts';
import { detection, heightAt, peopleSeen } from './heights.ts';

/** One that has seen so many people, all with a score of 0.9, whose log-odds are 2.2. */
function seen(people: number): Doubt {
  const doubt = new Doubt();
  for (const one of peopleSeen(people)) doubt.judge(one, 1);
  return doubt;
}

/** The score of someone so many times as tall as expected, where a share `trust` of the surest new tracks lasts. */
const judged = (doubt: Doubt, score: number, trust: number, times = 1) =>
  doubt.judge(detection(300, times * heightAt(300), score), trust).scores[0];

describe('Doubt', () => {
  it('lowers all scores of a detector that is surer than its tracks last', () => {
    // 2.2 in log-odds against 0 and 1.39; 0.5 are allowed, and no more than 1.5 are taken off
    expect(judged(seen(500), 0.9, 0.5)).toBeCloseTo(0.6676, 3); // 2.2 − 1.5
    expect(judged(seen(500), 0.6, 0.5)).toBeCloseTo(0.2507, 3); // 0.41 − 1.5
    expect(judged(seen(500), 0.9, 0.8)).toBeCloseTo(0.8683, 3); // 2.2 − 0.31
    for (const trust of [0.85, 1]) expect(judged(seen(500), 0.9, trust)).toBeCloseTo(0.9, 6);
  });

  it('lowers the score of a height that does not fit where the detector is not to be trusted', () => {
    for (const times of [2, 0.5]) expect(judged(seen(500), 0.9, 0.5, times)).toBeCloseTo(0.0023, 3); // 2.2 − 1.5 − 3 · 2.25
    const scores = [0.5, 0.65, 0.74, 0.75, 1].map((trust) => judged(seen(500), 0.9, trust, 2));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(scores[3]).toBeCloseTo(judged(seen(500), 0.9, 0.75), 6);
  });

  it('lowers it also where the detector is to be trusted, and less sure of this one than of others', () => {
    expect(judged(seen(500), 0.8, 0.9, 2)).toBeCloseTo(0.8, 6);
    expect(judged(seen(500), 0.7, 0.9, 2)).toBeCloseTo(0.4757, 2); // 0.85 − 3 · 0.7 · 0.45
    expect(judged(seen(500), 0.6, 0.9, 2)).toBeCloseTo(0.28, 2); // 0.41 − 3 · 0.45
    expect(judged(seen(500), 0.6, 0.9)).toBeCloseTo(0.6, 6);
    expect(judged(seen(500), 0.6, 0.95, 2)).toBeCloseTo(0.6, 6);
  });

  it('doubts no one by few people, and none again after a reset', () => {
    expect(judged(seen(99), 0.9, 0.5, 2)).toBeCloseTo(0.9, 6);
    const doubt = seen(500);
    doubt.reset();
    expect(judged(doubt, 0.9, 0.5, 2)).toBeCloseTo(0.9, 6);
  });

  it('leaves scores that are no probabilities as they are', () => {
    expect(judged(seen(500), 37, 0.5, 3)).toBe(37);
    expect(judged(seen(500), 1, 0.5, 3)).toBe(1);
    expect(judged(seen(500), 0, 0.5)).toBe(0);
  });
});
