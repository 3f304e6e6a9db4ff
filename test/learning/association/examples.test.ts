import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, FEATURES } from '../../../src/association/features.ts';
import { handSetScore } from '../../../src/association/scores/hand-set.ts';
import type { Detections } from '../../../src/core/detections.ts';
import { ExampleCollector } from '../../../src/learning/association/examples.ts';
import { identify, type LabelledFrame } from '../../../src/learning/labelled-frame.ts';

function detections(...boxes: (readonly [x: number, y: number, w: number, h: number])[]): Detections {
  return {
    length: boxes.length,
    boxes: Float64Array.from(boxes.flat()),
    scores: new Float32Array(boxes.length).fill(0.9),
  };
}

const truth = Float64Array.of(0, 0, 10, 20, 100, 0, 10, 20);

describe('who a detection is', () => {
  it('is the person it overlaps by half, none below 0.3, ambiguous in between', () => {
    // Shifted by s of 10, a box overlaps (10 − s) / (10 + s).
    const found = detections([1, 0, 10, 20], [104, 0, 10, 20], [300, 0, 10, 20], [106, 0, 10, 20]);
    expect([...identify(found, truth, [7, 8])]).toEqual([7, -1, 0, 0]);
  });

  it('is one person for one detection: a double is unknown, and the assignment is the best of all', () => {
    const doubles = detections([1, 0, 10, 20], [0, 0, 10, 20]);
    expect([...identify(doubles, truth, [7, 8])]).toEqual([-1, 7]);
    // The first overlaps both people; the second only the first person, so that it must have them.
    const close = Float64Array.of(0, 0, 10, 20, 2, 0, 10, 20);
    expect([...identify(detections([1, 0, 10, 20], [-2, 0, 10, 20]), close, [7, 8])]).toEqual([8, 7]);
  });

  it('is a false positive in a frame without ground truth, and nothing without detections', () => {
    expect([...identify(detections([0, 0, 1, 1]), new Float64Array(0), [])]).toEqual([0]);
    expect([...identify(detections(), truth, [7, 8])]).toEqual([]);
  });
});

/** Persons 1 and 2 walk towards each other and past; both detected in every frame, in turns in either order. */
function crossing(): LabelledFrame[] {
  return Array.from({ length: 21 }, (_, f) => {
    const people: [number, [number, number, number, number]][] = [
      [1, [100 + 4 * f, 50, 20, 50]],
      [2, [180 - 4 * f, 52, 20, 50]],
    ];
    if (f % 2) people.reverse();
    return {
      time: f / 10,
      detections: detections(...people.map(([, box]) => box)),
      identities: Int32Array.from(people, ([id]) => id),
    };
  });
}

describe('training examples', () => {
  it('of two people who cross: each with itself in every frame, with the other while they are near', () => {
    const collector = new ExampleCollector();
    collector.addSequence(crossing(), {}, handSetScore);
    const { length, labels, features } = collector.examples;
    expect(labels).toHaveLength(length);
    expect(features).toHaveLength(length * FEATURE_COUNT);
    const positives = [...labels.keys()].filter((k) => labels[k] === 1);
    const negatives = [...labels.keys()].filter((k) => labels[k] === 0);
    // From the second frame on, each of the two.
    expect(positives).toHaveLength(40);
    expect(negatives.length).toBeGreaterThan(2);
    expect(negatives.length).toBeLessThanOrEqual(40);
    const mean = (rows: readonly number[], name: (typeof FEATURES)[number]): number =>
      rows.reduce((sum, k) => sum + features[k * FEATURE_COUNT + FEATURES.indexOf(name)], 0) / rows.length;
    expect(mean(positives, 'iou')).toBeGreaterThan(0.8);
    expect(mean(negatives, 'iou')).toBeLessThan(0.6);
    expect(mean(positives, 'gap')).toBeCloseTo(0.1, 9);
  });

  it('leave out pairs whose label is not known, and false positives', () => {
    for (const unknown of [-1, 0]) {
      const collector = new ExampleCollector();
      const frames = crossing().map((frame) => ({
        ...frame,
        identities: frame.identities.map((id) => (id === 2 ? unknown : id)),
      }));
      collector.addSequence(frames, {}, handSetScore);
      const { labels } = collector.examples;
      expect(labels.filter((label) => label === 1)).toHaveLength(20);
      // A track of a false positive that meets a person is a competitor; an ambiguous one is not.
      if (unknown === -1) expect(labels).toHaveLength(20);
      else expect(labels.length).toBeGreaterThan(20);
    }
  });

  it('add up over sequences', () => {
    const collector = new ExampleCollector();
    collector.addSequence(crossing(), {}, handSetScore);
    const once = collector.examples.length;
    const first = collector.examples.features.slice();
    collector.addSequence(crossing(), {}, handSetScore);
    expect(collector.examples.length).toBe(2 * once);
    expect(collector.examples.features.slice(first.length)).toEqual(first);
  });
});
