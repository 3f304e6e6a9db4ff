import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalibratedSimilarity } from '../../src/appearance/calibration.ts';
import { visiblePart } from '../../src/appearance/reid.ts';
import { FEATURE_COUNT, PairFeatures, SIMILARITY } from '../../src/association/features.ts';
import { withAppearance } from '../../src/association/scores/fusion.ts';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import type { Detections } from '../../src/core/detections.ts';
import { type ReidOptions, type Track, Tracker } from '../../src/tracking/index.ts';
import { TrajectoryCollector } from '../../src/trajectories/index.ts';

/** People are of a kind, a number; the same kind is the same person for sure: sure enough to outweigh boxes that fit to the pixel. */
const SCALE = { even: 0, weight: 1, strangers: 0 };
const KINDS: CalibratedSimilarity = {
  dimensions: 1,
  similarity: (a, i, b, j) => (a[i] === b[j] ? 0.999 : 0.001),
  calibration: { oneCamera: SCALE, twoCameras: SCALE },
};
const APPEARANCE: ReidOptions = { similarity: KINDS, reidSeconds: 20, reidSimilarity: 0.9 };
const PICTURE = { width: 640, height: 480 };

/** x, y and kind of a person of 30 × 80; NaN for a person without an embedding. */
type Person = readonly [x: number, y: number, kind: number];

function frame(people: readonly Person[]): Detections {
  return {
    length: people.length,
    boxes: Float64Array.from(people.flatMap(([x, y]) => [x, y, 30, 80])),
    scores: new Float32Array(people.length).fill(0.9),
    embeddings: Float32Array.from(people, ([, , kind]) => kind),
  };
}

/** The id of each person of a kind in each frame, 0 where not confirmed. */
function follow(tracker: Tracker, scene: (time: number) => readonly Person[], seconds: number): Map<number, number>[] {
  return Array.from({ length: Math.round(10 * seconds) }, (_, f) => {
    const people = scene(f / 10);
    const ids = new Map<number, number>();
    for (const { state, id, detection } of tracker.update(frame(people), f / 10))
      if (state === 'confirmed') ids.set(people[detection][2], id);
    return ids;
  });
}

/** Two people behind each other between 2 s and 3 s, who then go on or turn round. */
const meeting =
  (turn: boolean) =>
  (time: number): Person[] => {
    const x = (from: number, speed: number) => from + speed * (turn && time > 2.5 ? 5 - time : time);
    if (time > 2 && time < 3) return [[x(100, 40), 100, Number.NaN]];
    return [
      [x(100, 40), 100, 1],
      [x(300, -40), 102, 2],
    ];
  };

describe('a tracker that uses appearance', () => {
  it.each([
    ['go on', false],
    ['turn round', true],
  ])('keeps the ids of two people who meet and then %s', (_, turn) => {
    const ids = follow(new Tracker({ association: handSetScore, reid: APPEARANCE }), meeting(turn), 5);
    expect(ids[15].size).toBe(2);
    expect([ids[45].get(1), ids[45].get(2)]).toEqual([ids[15].get(1), ids[15].get(2)]);
  });

  it('without appearance, switches ids in at least one of the two meetings', () => {
    const kept = [false, true].map((turn) => {
      const ids = follow(new Tracker({ association: handSetScore }), meeting(turn), 5);
      return ids[45].get(1) === ids[15].get(1) && ids[45].get(2) === ids[15].get(2);
    });
    expect(kept).not.toEqual([true, true]);
  });

  it('embeddings that are missing change nothing', () => {
    const blind = (time: number) => meeting(true)(time).map(([x, y]): Person => [x, y, Number.NaN]);
    const boxes = (tracker: Tracker) =>
      Array.from({ length: 50 }, (_, f) =>
        tracker.update(frame(blind(f / 10)), f / 10).map(({ id, box }) => [id, ...box]),
      );
    expect(boxes(new Tracker({ association: handSetScore, reid: APPEARANCE }))).toEqual(
      boxes(new Tracker({ association: handSetScore })),
    );
  });
});

describe('the gallery', () => {
  it.each([
    ['is not filled while the patch may show a lost person', 10, false],
    ['is filled while a person is lost elsewhere', 25, true],
  ])('%s', (_, distance, grows) => {
    const tracker = new Tracker({ association: handSetScore, reid: APPEARANCE });
    const patches: number[] = [];
    for (let f = 0; f < 24; f++) {
      const people: Person[] = [[100, 100, 1]];
      if (f < 12) people.push([100 + distance, 100, 2]);
      const [first] = tracker.update(frame(people), f / 10);
      patches[f] = first.gallery?.length ?? 0;
    }
    expect(patches[23] > patches[12]).toBe(grows);
  });
});

describe('a person who was lost for long', () => {
  /** Kind 1 walks at (200, 200) until 2 s and comes back at `back` at `at`. */
  const away =
    (at: number, back: readonly [number, number], kind = 1) =>
    (time: number): Person[] => {
      if (time < 2) return [[200 + 5 * time, 200, 1]];
      return time < at ? [] : [[back[0] + 5 * (time - at), back[1], kind]];
    };
  const idsOf = (scene: (time: number) => readonly Person[], seconds: number, more: Partial<ReidOptions> = {}) => {
    const ids = follow(
      new Tracker({ association: handSetScore, reid: { ...APPEARANCE, picture: PICTURE, ...more } }),
      scene,
      seconds,
    );
    return [ids[15], ids.at(-1)!].map((of) => [...of.values()][0]);
  };

  it('is re-identified by appearance', () => {
    expect(idsOf(away(8, [300, 250]), 9)).toEqual([1, 1]);
  });

  it('is re-identified at first sight, and waited for from then on as before', () => {
    const glimpse = (time: number): Person[] => (time > 8.05 && time < 9 ? [] : away(8, [300, 250])(time));
    const ids = follow(new Tracker({ association: handSetScore, reid: APPEARANCE }), glimpse, 10);
    expect([80, 81, 90, 99].map((f) => ids[f].get(1))).toEqual([1, undefined, 1, 1]);
    expect(ids.flatMap((of) => [...of.values()]).every((id) => id === 1)).toBe(true);
  });

  it('is not, when it is another person, too late, or too far from there', () => {
    expect(idsOf(away(8, [300, 250], 2), 9)).toEqual([1, 2]);
    expect(idsOf(away(24, [300, 250]), 25)).toEqual([1, 2]);
    expect(idsOf(away(4, [600, 400]), 5, { picture: undefined })).toEqual([1, 2]);
  });

  it('gets a new id after leaving the picture, unless people who return are re-identified', () => {
    const leaver = (time: number): Person[] => {
      if (time < 2) return [[560 + 20 * time, 200, 1]];
      return time < 6 ? [] : [[600 - 20 * (time - 6), 200, 1]];
    };
    expect(idsOf(leaver, 9)).toEqual([1, 2]);
    expect(idsOf(leaver, 9, { picture: undefined })).toEqual([1, 1]);
  });

  it('becomes dormant and comes back, or ends: once, and with one trajectory', () => {
    const tracker = new Tracker({ association: handSetScore, reid: APPEARANCE });
    const collector = new TrajectoryCollector();
    const states: string[] = [];
    for (let f = 0; f < 350; f++) {
      const scene = f < 100 ? away(8, [300, 250])(f / 10) : [];
      const tracks: readonly Track[] = tracker.update(frame(scene), f / 10);
      collector.add({ index: f, time: f / 10 }, tracks);
      const track = tracks.find(({ id }) => id === 1);
      if (track && track.state !== states.at(-1)) states.push(track.state);
    }
    expect(states).toEqual(['confirmed', 'lost', 'dormant', 'confirmed', 'lost', 'dormant', 'ended']);
    const trajectories = collector.take();
    expect(trajectories.map(({ id }) => id)).toEqual([1]);
    expect(trajectories[0].frames.length).toBeGreaterThan(35);
    expect(tracker.confirmed).toBe(1);
  });

  it('whatever happens, no person has two tracks at a time and no track ends twice', () => {
    const person = fc.tuple(
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 3 }),
    );
    const frames = fc.array(fc.array(person, { maxLength: 4 }), { minLength: 30, maxLength: 80 });
    fc.assert(
      fc.property(frames, fc.boolean(), (scenes, known) => {
        const tracker = new Tracker({
          association: handSetScore,
          parameters: { confirmHits: 1, confirmSeconds: 0 },
          reid: {
            ...APPEARANCE,
            reidSeconds: 5,
            picture: known ? PICTURE : undefined,
          },
        });
        const ended = new Set<number>();
        scenes.forEach((scene, f) => {
          // each scene stays for a while, so that tracks live
          for (let k = 0; k < 3; k++) {
            const tracks = tracker.update(frame(scene), f + k / 10);
            const ids = tracks.filter(({ id }) => id > 0).map(({ id }) => id);
            expect(new Set(ids).size).toBe(ids.length);
            for (const { id, state } of tracks) {
              if (id > 0) expect(ended.has(id)).toBe(false);
              if (id > 0 && state === 'ended') ended.add(id);
            }
            const taken = tracks.filter(({ detection }) => detection >= 0).map(({ detection }) => detection);
            expect(new Set(taken).size).toBe(taken.length);
          }
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('withAppearance', () => {
  it('adds the log-odds of the similarity to those of motion, where there is one', () => {
    const pairs = new PairFeatures();
    pairs.length = 3;
    [0.8, Number.NaN, 0.1].forEach((similarity, k) => {
      pairs.values[k * FEATURE_COUNT + SIMILARITY] = similarity;
    });
    const out = new Float64Array(3);
    withAppearance({ score: (_, probabilities) => probabilities.fill(0.75) }).score(pairs, out);
    expect(out[0]).toBeCloseTo(12 / 13, 9); // odds 3 × 4
    expect(out[1]).toBe(0.75);
    expect(out[2]).toBeCloseTo(1 / 4, 9); // odds 3 / 9
  });
});

describe('visiblePart', () => {
  it('is what the largest overlap leaves', () => {
    const boxes = Float64Array.of(0, 0, 10, 20, 5, 0, 10, 20, 8, 10, 10, 20);
    expect([0, 1, 2].map((j) => visiblePart(boxes, 3, j))).toEqual([0.5, 0.5, 1 - 70 / 200]);
    expect(visiblePart(boxes, 1, 0)).toBe(1);
  });
});
