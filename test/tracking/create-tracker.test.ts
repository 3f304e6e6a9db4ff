import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { learnedScore } from '../../src/association/scores/learned.ts';
import { type CreateTrackerOptions, createTracker, Tracker } from '../../src/tracking/index.ts';
import { SMALL_MODEL, SMALL_MODEL_FILE } from '../association/small-model.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { crowdOf } from './crowd.ts';

const folder = temporaryFolder();

/** Ids and boxes of two people who cross, seen at 10 frames/s. */
function cross(tracker: Tracker) {
  return Array.from({ length: 30 }, (_, f) => {
    const rows = [60 + 8 * f, 300 - 8 * f].map((x) => ({ box: [x, 50, 30, 80], score: 0.9 }));
    return tracker.update(rows, f / 10).map(({ id, box }) => [id, ...box]);
  });
}

/** Ids of a crowd, frame by frame. */
function crowded(tracker: Tracker) {
  const crowd = crowdOf(60, 1);
  return Array.from({ length: 100 }, (_, f) => tracker.update(crowd.step().detections, f / 10).map(({ id }) => id));
}

describe('createTracker', () => {
  it('has the hand-set score unless another is named', async () => {
    const byDefault = crowded(await createTracker());
    expect(byDefault).toEqual(crowded(new Tracker({ association: handSetScore })));
    expect(crowded(await createTracker({ association: 'hand-set' }))).toEqual(byDefault);
    expect(
      cross(await createTracker())
        .at(-1)!
        .map(([id]) => id),
    ).toEqual([1, 2]);
  });

  it('takes a model file', async () => {
    const file = join(folder, 'association.json');
    writeFileSync(file, SMALL_MODEL_FILE);
    const ids = crowded(await createTracker({ association: file }));
    expect(ids).toEqual(crowded(new Tracker({ association: learnedScore(SMALL_MODEL) })));
    expect(ids).not.toEqual(crowded(await createTracker()));
  });

  it('takes a score of one’s own', async () => {
    let asked = 0;
    const association = {
      score: ({ length }: { readonly length: number }, out: Float64Array) => {
        asked += length;
        out.fill(0, 0, length);
      },
    };
    const tracks = cross(await createTracker({ association })).at(-1)!;
    expect(asked).toBeGreaterThan(0);
    expect(tracks.every(([id]) => id === 0)).toBe(true); // no pair is one person, so none is confirmed
  });

  it.each<[object, string]>([
    [{ parameters: { lostSecnds: 3 } }, 'unknown key tracking.lostSecnds; known are tracking.highScore,'],
    [{ parameters: { lostSeconds: 1000 } }, 'tracking.lostSeconds: '],
    [{ appearanceParameters: { mode: 'sometimes' } }, 'appearance.mode: '],
    [{ association: 'no/such/model.json' }, 'no/such/model.json: cannot be read as an association model'],
    [{ association: 'learned' }, 'give hand-set or a model file of "train association"'],
  ])('refuses %o in one line', async (options, message) => {
    const error = await createTracker(options as CreateTrackerOptions).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'TwintrackError', message: expect.stringContaining(message) });
    expect((error as Error).message).not.toContain('\n');
  });
});

describe('times', () => {
  it('in milliseconds are refused at the fourth frame', async () => {
    const tracker = await createTracker();
    for (const time of [0, 33, 67]) tracker.update([], time);
    expect(() => tracker.update([], 100)).toThrow(
      'time 100: all frames are over 8 s apart; give seconds, not milliseconds',
    );
  });

  it('may be far apart later on', async () => {
    const tracker = await createTracker();
    for (const time of [0, 0.04, 60, 120, 180, 240]) tracker.update([], time);
  });
});
