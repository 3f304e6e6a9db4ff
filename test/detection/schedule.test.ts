import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detections } from '../../src/core/detections.ts';
import type { Frame } from '../../src/core/frame.ts';
import type { Look } from '../../src/detection/index.ts';
import { DetectionSchedule } from '../../src/detection/schedule.ts';

const SIZE = { width: 32, height: 16 };
const LETTERBOX = { ...SIZE, innerWidth: 32, innerHeight: 16, offsetX: 0, offsetY: 0 };
const SOMEBODY: Detections = { length: 1, boxes: Float64Array.of(1, 1, 8, 14), scores: Float32Array.of(0.9) };
const NOTHING: Detections = { length: 0, boxes: new Float64Array(), scores: new Float32Array() };

/** A picture all of one grey, but for a block of another where something stands. */
function frame(index: number, time: number, x?: number): Frame {
  const input = new Uint8Array(3 * SIZE.width * SIZE.height).fill(100);
  if (x !== undefined)
    for (let plane = 0; plane < 3; plane++)
      for (let y = 0; y < 16; y++) input.fill(200, plane * 512 + y * 32 + x, plane * 512 + y * 32 + x + 8);
  return { index, time, ...SIZE, input };
}

/** Runs frames through a schedule; the detector finds a person of this probability wherever something stands. */
async function run(frames: readonly Frame[], settings: { maxRate: number; emptyRate: number }, probability = 0.9) {
  const seen: number[] = [];
  const regions: Record<number, unknown> = {};
  const person = { ...SOMEBODY, scores: Float32Array.of(probability) };
  const detector = {
    letterbox: () => LETTERBOX,
    detect: async ({ index, input }: Frame, { part }: Look = {}) => {
      seen.push(index);
      regions[index] = part;
      const context = part?.context ?? Float32Array.of(index);
      return { ...(input?.includes(200) ? person : NOTHING), context };
    },
  };
  const schedule = new DetectionSchedule(detector, settings);
  const scheduled = frames.map((f) => schedule.next(f));
  const found = await Promise.all(scheduled.map(async ({ detect, detections }) => detect && (await detections).length));
  return { seen: seen.sort((a, b) => a - b), regions, found, counts: schedule.counts };
}

describe('detection.maxRate', () => {
  it('looks at each frame of a slower video, and at every second one of a video twice as fast', async () => {
    const slow = await run(
      [0, 1, 2, 3].map((i) => frame(i, i / 10)),
      { maxRate: 15, emptyRate: 0 },
    );
    expect(slow.seen).toEqual([0, 1, 2, 3]);
    const fast = await run(
      [0, 1, 2, 3, 4, 5].map((i) => frame(i, i / 30)),
      { maxRate: 15, emptyRate: 0 },
    );
    expect(fast.seen).toEqual([0, 2, 4]);
    expect(fast.found).toEqual([0, false, 0, false, 0, false]);
    expect(fast.counts).toEqual({ detected: 3, skipped: 3, still: 0 });
  });
});

describe('detection.emptyRate', () => {
  const rates = { maxRate: 0, emptyRate: 1 };

  it('looks once a second where nothing moves, and at once where something does', async () => {
    const frames = Array.from({ length: 25 }, (_, i) => frame(i, i / 10, i === 13 || i === 14 ? 8 : undefined));
    const { seen, found, counts } = await run(frames, rates);
    expect(seen).toEqual([0, 10, 13, 14, 15, 16, 17, 20]); // 15: what stood there is gone
    expect(found.map((n) => n === 1)).toEqual(frames.map((_, i) => i === 13 || i === 14));
    expect(counts).toEqual({ detected: 8, skipped: 0, still: 17 });
  });

  it('goes on looking at a person who stands still', async () => {
    const { seen } = await run(
      Array.from({ length: 8 }, (_, i) => frame(i, i / 10, 16)),
      rates,
    );
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('gives the detections of an unchanged picture where an unlikely person has always been', async () => {
    const frames = Array.from({ length: 25 }, (_, i) => frame(i, i / 10, 0));
    const { seen, found, counts } = await run(frames, rates, 0.4);
    expect(seen).toEqual([0, 10, 20]);
    expect(found).toEqual(frames.map(() => 1));
    expect(counts).toEqual({ detected: 3, skipped: 0, still: 22 });
  });

  it('goes on looking at an unlikely person where something has moved, until the next minute', async () => {
    const frames = Array.from({ length: 620 }, (_, i) => frame(i, i / 10, i < 580 ? undefined : 0));
    const { seen } = await run(frames, rates, 0.4);
    const seconds = Array.from({ length: 58 }, (_, i) => 10 * i);
    const standing = Array.from({ length: 20 }, (_, i) => 580 + i);
    expect(seen).toEqual([...seconds, ...standing, 600, 610]);
  });

  it('takes slow changes for a movement when they add up within a second', async () => {
    const frames = Array.from({ length: 10 }, (_, i) => {
      const still = frame(i, i / 10);
      return { ...still, input: (still.input as Uint8Array).map((value) => value + i) };
    });
    expect((await run(frames, rates)).seen).toEqual([0, 6, 7, 8]); // 6 grey levels from the reference, the first above 5
  });

  it('gives for a part of a video, from a whole minute on, what the whole gives there', async () => {
    const frames = Array.from({ length: 700 }, (_, i) => frame(i, i / 10, i % 97 < 3 ? 8 * (i % 4) : undefined));
    const whole = await run(frames, rates);
    const part = await run(frames.slice(600), rates);
    expect(part.seen).toEqual(whole.seen.filter((index) => index >= 600));
    expect(part.found).toEqual(whole.found.slice(600));
  });

  it('is off at 0', async () => {
    const { seen } = await run(
      [0, 1, 2].map((i) => frame(i, i / 10)),
      { maxRate: 0, emptyRate: 0 },
    );
    expect(seen).toEqual([0, 1, 2]);
  });
});

it('looks at the whole picture where those of before could not be looked at', async () => {
  const seen: unknown[] = [];
  const schedule = new DetectionSchedule(
    {
      letterbox: () => LETTERBOX,
      detect: async ({ index }, { part } = {}) => {
        seen[index] = part?.region.width ?? 'whole';
        if (index === 1) throw new Error('out of memory');
        return { ...SOMEBODY, context: new Float32Array(1) };
      },
    },
    { maxRate: 0, emptyRate: 1 },
  );
  const frames = Array.from({ length: 7 }, (_, i) => schedule.next(frame(i, i / 10)).detections);
  const results = await Promise.allSettled(frames);
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true, true, true]);
  expect(seen).toEqual(['whole', 8, 8, 8, 'whole', 8, 8]);
});

describe('the region that is looked at', () => {
  const rates = { maxRate: 0, emptyRate: 1 };
  const WIDE = { width: 320, height: 64 };
  const [STANDING, OTHER] = [Float64Array.of(40, 10, 20, 40), Float64Array.of(280, 10, 20, 40)];

  /** A grey picture with a block of another grey at each of these columns of blocks. */
  function scene(index: number, ...columns: readonly number[]): Frame {
    const pixels = new Uint8Array(WIDE.width * WIDE.height).fill(100);
    for (const column of columns)
      for (let y = 16; y < 24; y++) pixels.fill(200, y * 320 + 8 * column, y * 320 + 8 * column + 8);
    return { index, time: index / 10, ...WIDE, pixels };
  }

  /** Left and width of the regions seen; `whole` where it is the whole picture. A person and one less likely are always found. */
  async function regions(frames: readonly Frame[], probability: number): Promise<Record<number, unknown>> {
    const seen: Record<number, unknown> = {};
    const boxes = Float64Array.from([...STANDING, ...OTHER]);
    const schedule = new DetectionSchedule(
      {
        letterbox: () => undefined,
        detect: async ({ index }, { part } = {}) => {
          seen[index] = part ? [part.region.left, part.region.width] : 'whole';
          return { length: 2, boxes, scores: Float32Array.of(0.9, probability), context: new Float32Array(1) };
        },
      },
      rates,
    );
    await Promise.all(frames.map((frame) => schedule.next(frame).detections));
    return seen;
  }

  it('holds the people, and those who may be', async () => {
    const still = Array.from({ length: 12 }, (_, i) => scene(i));
    const parts = (part: unknown) => Object.fromEntries(still.map((_, i) => [i, i % 10 === 0 ? 'whole' : part]));
    expect(await regions(still, 0.1)).toEqual(parts([40, 20]));
    expect(await regions(still, 0.2)).toEqual(parts([40, 260]));
  });

  it('holds what has moved since the people were found whom it is to hold', async () => {
    const frames = Array.from({ length: 9 }, (_, i) => (i === 4 ? scene(i, 20) : scene(i)));
    const seen = await regions(frames, 0.1);
    // from 4 on, when a block changes, until those found in the frame in which it changed back are known: three frames later
    const moving = [40, 128];
    expect(seen).toEqual({
      ...{ 0: 'whole', 1: [40, 20], 2: [40, 20], 3: [40, 20] },
      ...{ 4: moving, 5: moving, 6: moving, 7: moving, 8: [40, 20] },
    });
  });
});

it('does from each minute on as if the video began there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.integer({ min: 0, max: 24 }), { freq: 2 }), { minLength: 40, maxLength: 80 }),
      fc.constantFrom(0, 0.7, 3, 4.5),
      fc.constantFrom(0, 0.3, 1),
      async (places, maxRate, emptyRate) => {
        const frames = places.map((x, i) => frame(i, 57.3 + i / 7, x ?? undefined));
        const from = frames.findIndex(({ time }) => time >= 60);
        const whole = await run(frames, { maxRate, emptyRate });
        const part = await run(frames.slice(from), { maxRate, emptyRate });
        expect(part.found).toEqual(whole.found.slice(from));
        expect(part.seen).toEqual(whole.seen.filter((index) => index >= from));
        for (const index of part.seen) expect(part.regions[index]).toEqual(whole.regions[index]);
      },
    ),
  );
});
