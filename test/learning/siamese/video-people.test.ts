import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATCH_BYTES } from '../../../src/appearance/patches.ts';
import { accompanied, clearPieces, partedAt, seenTogether } from '../../../src/learning/siamese/clear-pieces.ts';
import { clearRows, readVideoPeople, thinned } from '../../../src/learning/siamese/video-people.ts';
import type { Trajectory } from '../../../src/trajectories/index.ts';

const SAMPLE = 'videos/pets09-s2l1.mp4';
const [WIDTH, HEIGHT] = [768, 576];

/** A trajectory at 10 frames/s of boxes 20 × 50 with the left and top given by frame; rows named in `predicted` have no detection. */
function walk(
  id: number,
  frames: readonly number[],
  at: (frame: number) => readonly [number, number],
  predicted: readonly number[] = [],
): Trajectory {
  return {
    id,
    frames: Int32Array.from(frames),
    times: Float64Array.from(frames, (f) => f / 10),
    boxes: Float64Array.from(frames.flatMap((f) => [...at(f), 20, 50])),
    scores: new Float32Array(frames.length).fill(0.9),
    detected: Uint8Array.from(frames, (f) => Number(!predicted.includes(f))),
  };
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

describe('clearRows', () => {
  it('leaves out predicted boxes, boxes that leave the picture, and people who cover each other', () => {
    // meets: b walks through a in frames 3 to 5
    const a = walk(1, range(0, 8), () => [100, 100], [7]);
    const b = walk(2, range(2, 8), (f) => [100 + 12 * (f - 4), 100]);
    const c = walk(3, range(0, 4), (f) => [-3 * f, 300]);
    const [rowsA, rowsB, rowsC] = clearRows([a, b, c], WIDTH, HEIGHT);
    expect([...rowsA].map((row) => a.frames[row])).toEqual([0, 1, 2, 6]);
    expect([...rowsB].map((row) => b.frames[row])).toEqual([2, 6, 7]);
    expect([...rowsC].map((row) => c.frames[row])).toEqual([0]);
  });
});

describe('thinned', () => {
  it('keeps 0.4 s between pictures, and 60 of a long trajectory from its start to its end', () => {
    const short = walk(1, range(0, 13), () => [0, 0]);
    expect(thinned(Int32Array.from(short.frames.keys()), short).map(({ frame }) => frame)).toEqual([0, 4, 8, 12]);
    const long = walk(1, range(0, 4000), () => [0, 0]);
    const cuts = thinned(Int32Array.from(long.frames.keys()), long);
    expect(cuts).toHaveLength(60);
    expect(cuts[0].frame).toBe(0);
    expect(cuts[59].frame).toBeGreaterThan(3900);
  });
});

describe('clearPieces', () => {
  const alone = walk(1, [...range(0, 20), ...range(30, 50)], () => [10, 10]);
  const other = walk(2, range(15, 40), () => [300, 10], [22, 23]);

  it('breaks a trajectory where it is not seen for long, and knows who is seen together', () => {
    const pieces = clearPieces([alone, other], WIDTH, HEIGHT);
    expect(pieces.map(({ id, cuts }) => [id, cuts[0].frame, cuts[cuts.length - 1].frame])).toEqual([
      [1, 0, 16],
      [2, 15, 36],
      [1, 30, 46],
    ]);
    const [first, second, third] = pieces;
    expect(seenTogether(first, second)).toBe(true);
    expect(seenTogether(second, third)).toBe(true);
    expect(seenTogether(first, third)).toBe(false);
    expect(accompanied([first, third])).toEqual([]);
    expect(accompanied(pieces)).toEqual(pieces);
  });

  it('parts them in time without sharing a piece', () => {
    const pieces = clearPieces([alone, other], WIDTH, HEIGHT);
    const { before, after } = partedAt(pieces, 2.5);
    expect(before.map(({ id, cuts }) => [id, cuts[cuts.length - 1].frame])).toEqual([
      [1, 16],
      [2, 24],
    ]);
    expect(after).toEqual([pieces[2]]);
  });
});

describe('readVideoPeople', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'video-people-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Trajectories of still boxes over the sample. */
  function document(boxes: readonly (readonly number[])[], frames: number): string {
    const path = join(folder, 'sample.trajectories.json');
    const trajectories = boxes.map((box, id) => ({
      id,
      start: 0,
      end: (frames - 1) / 10,
      observations: range(0, frames).map((frame) => ({ frame, time: frame / 10, box, score: 1, detected: true })),
    }));
    const source = { name: 'sample.mp4', width: WIDTH, height: HEIGHT, frameRate: 10 };
    const counts = { trajectories: boxes.length, observations: boxes.length * frames };
    const summary = { frames, duration: frames / 10, ...counts };
    writeFileSync(
      path,
      JSON.stringify({
        schema: 'twintrack/trajectories',
        version: 1,
        source,
        models: [],
        parameters: {},
        trajectories,
        summary,
        complete: true,
      }),
    );
    return path;
  }

  it('cuts the boxes of each trajectory out of the video', async () => {
    const path = document(
      [
        [100, 100, 40, 90],
        [400, 200, 40, 90],
      ],
      9,
    );
    const people = await readVideoPeople(path, SAMPLE);
    expect(people).toMatchObject({ length: 6, count: 2 });
    expect([...people.person]).toEqual([0, 0, 0, 1, 1, 1]);
    const mean = (i: number) =>
      people.patches.subarray(i * PATCH_BYTES, (i + 1) * PATCH_BYTES).reduce((sum, v) => sum + v, 0) / PATCH_BYTES;
    // still boxes over a camera that stands still: the pictures of one place are alike
    expect(Math.abs(mean(0) - mean(1))).toBeLessThan(5);
    expect(mean(0)).toBeGreaterThan(20);
  });

  it('says which video is missing, or too short', async () => {
    await expect(readVideoPeople(document([[0, 0, 9, 9]], 3))).rejects.toThrow(
      /sample\.mp4: is the video of these trajectories and not there; name it with --video/,
    );
    await expect(readVideoPeople(document([[0, 0, 9, 9]], 2000), SAMPLE)).rejects.toThrow(
      /pets09-s2l1\.mp4: ends before frame \d+, which the trajectories name/,
    );
  });
});
