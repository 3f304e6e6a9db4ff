import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateSequence, figures } from '../../../src/evaluation/index.ts';
import { follow } from '../../../src/learning/follow.ts';
import { loadMotRoot, peopleIn } from '../../../src/learning/mot-root.ts';
import { simulate, simulateMany } from '../../../src/learning/simulation/simulate.ts';
import { Simulation } from '../../../src/learning/simulation/simulation.ts';
import { writeRoot } from '../simulated-root.ts';

const SHORT = { seconds: 3, frameRate: 10 };

describe('simulate', () => {
  it('gives the same sequence for the same seed, and another for another', () => {
    const [first, again, other] = [7, 7, 8].map((seed) => simulate({ seed, ...SHORT }));
    expect(again).toEqual(first);
    expect(other.frames).not.toEqual(first.frames);
  });

  it('is as long as it is asked to be, with about as many people', () => {
    const { frames, frameRate, truth } = simulate({ seed: 3, place: 'square', people: 20, seconds: 8, frameRate: 5 });
    expect([frames.length, frameRate, truth.length, truth.rows.frames]).toEqual([40, 5, 40, 40]);
    expect(frames[39].time).toBeCloseTo(7.8, 9);
    expect(truth.rows.order.length / 40).toBeGreaterThan(8);
    expect(truth.rows.order.length / 40).toBeLessThan(30);
  });

  it('has no sequence without a frame, or at no rate', () => {
    expect(() => simulate({ seed: 1, seconds: 0 })).toThrow(/^seconds: 0 s have no frame/);
    expect(() => simulate({ seed: 1, frameRate: 0 })).toThrow(/^frameRate: is 0, not above 0/);
  });

  it('is tracked well where the detector is good and worse where it is poor', () => {
    const scores = (['accurate', 'poor'] as const).map((detector) => {
      const { frames, truth } = simulate({ seed: 5, place: 'square', people: 8, detector, seconds: 10, frameRate: 20 });
      return figures(evaluateSequence(truth, follow(frames))).HOTA!;
    });
    expect(scores[0]).toBeGreaterThan(50);
    expect(scores[1]).toBeLessThan(scores[0]);
  });

  it('comes back the same by way of a MOT root', async () => {
    const sequences = simulateMany({ count: 2, seed: 4 });
    const loaded = await loadMotRoot(writeRoot(sequences));
    loaded.forEach(({ name, frames, frameRate, truth }) => {
      const made = sequences.find((sequence) => sequence.name === name)!;
      expect(frameRate).toBe(made.frameRate);
      expect(truth.rows.frames).toBe(made.frames.length);
      expect(truth.rows.ids).toEqual(made.truth.rows.ids);
      frames.forEach(({ detections, identities }, f) => {
        expect(detections.length).toBe(made.frames[f].detections.length);
        // Ids of truth are in the order in which they come, in both.
        expect(identities).toEqual(made.frames[f].identities);
        detections.boxes.forEach((v, k) => {
          expect(v).toBeCloseTo(made.frames[f].detections.boxes[k], 2);
        });
      });
    });
  });
});

describe('any scene', () => {
  it('has boxes with an area, visibility within 0 and 1, each person once, who do not jump', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const { frames, truth, frameRate } = simulate({ seed, seconds: 2 });
        frames.forEach(({ detections, identities, time }, f) => {
          expect(time).toBeCloseTo(f / frameRate, 9);
          expect(identities.length).toBe(detections.length);
          for (let j = 0; j < detections.length; j++) {
            expect(detections.boxes[4 * j + 2]).toBeGreaterThan(0);
            expect(detections.boxes[4 * j + 3]).toBeGreaterThan(0);
          }
          expect(detections.scores.every((score) => score > 0 && score <= 1)).toBe(true);
          const [boxes, ids] = peopleIn(truth, f);
          expect(new Set(ids).size).toBe(ids.length);
          expect(boxes.every((v, k) => Number.isFinite(v) && (k % 4 < 2 || v > 0))).toBe(true);
        });
        const simulation = new Simulation({ seed });
        const before = new Map<number, [number, number]>();
        for (let f = 0; f < 20; f++) {
          for (const { visibility, visible } of simulation.step().views) {
            expect(visibility).toBeGreaterThanOrEqual(0);
            expect(visibility).toBeLessThanOrEqual(1);
            expect(visible[2] > 0 && visible[3] > 0).toBe(true);
          }
          for (const person of simulation.world.people) {
            const [x, y] = before.get(person.id) ?? [person.x, person.y];
            expect(Math.hypot(person.x - x, person.y - y)).toBeLessThan(4.5 / simulation.frameRate);
            before.set(person.id, [person.x, person.y]);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('has covered people detected less', () => {
    const found = [0, 0];
    const all = [0, 0];
    for (let seed = 0; seed < 6; seed++) {
      const simulation = new Simulation({ seed, place: 'street', people: 25, detector: 'fair', frameRate: 5 });
      for (let f = 0; f < 40; f++) {
        const { views, detections } = simulation.step();
        for (const { box, visibility } of views) {
          const covered = visibility < 0.4 ? 1 : 0;
          const near = Array.from(detections.scores.keys()).some((j) => {
            const [x, y, w, h] = detections.boxes.subarray(4 * j, 4 * j + 4);
            const off = Math.hypot(x + w / 2 - box[0] - box[2] / 2, y + h / 2 - box[1] - box[3] / 2);
            return off < 0.1 * box[3] && Math.abs(h / box[3] - 1) < 0.2;
          });
          all[covered]++;
          if (near) found[covered]++;
        }
      }
    }
    expect(all[1]).toBeGreaterThan(100);
    expect(found[0] / all[0]).toBeGreaterThan(found[1] / all[1] + 0.2);
  });
});
