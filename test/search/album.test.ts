import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { sigmoid } from '../../src/core/probability.ts';
import type { Detections } from '../../src/detection/index.ts';
import { PatchAlbum } from '../../src/search/album.ts';
import { findPatches, readEmbeddings, readPatchIndex } from '../../src/search/index-file.ts';
import { rank } from '../../src/search/ranking.ts';
import { Tracker } from '../../src/tracking/index.ts';
import type { WholeTrajectory } from '../../src/trajectories/index.ts';
import { readAll, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const [WIDTH, HEIGHT] = [128, 96];
const SCALE = { even: 0, weight: 1, strangers: -4 };
const MODEL = {
  name: 'test',
  sha256: 'abc',
  dimensions: 1,
  calibration: { oneCamera: SCALE, twoCameras: SCALE },
  // one person's lumas differ by less than 50
  similarity: (a: Float32Array, i: number, b: Float32Array, j: number) => sigmoid(10 - Math.abs(a[i] - b[j]) / 5),
};
const { name, sha256, dimensions } = MODEL;
const ABOUT = { name, sha256, dimensions };

/** Two people for `frames` frames at 10 a second; the second is there from 1 s on. A person's luma is its embedding. */
async function fill(album: PatchAlbum, frames: number): Promise<void> {
  const tracker = new Tracker({ association: handSetScore });
  for (let index = 0; index < frames; index++) {
    const time = index / 10;
    const pixels = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
    for (let k = 0; k < WIDTH * HEIGHT; k++) pixels[k] = k % WIDTH < WIDTH / 2 ? 60 : 180;
    const n = index < 10 ? 1 : 2;
    const detections: Detections = {
      length: n,
      boxes: Float64Array.of(10, 10, 30, 70, 80, 10, 30, 70).subarray(0, 4 * n),
      scores: Float32Array.of(0.8, 0.9).subarray(0, n),
      embeddings: Float32Array.of(60, 180).subarray(0, n),
    };
    const tracks = tracker.update(detections, time);
    await album.add({ index, time, width: WIDTH, height: HEIGHT, pixels }, detections, tracks);
  }
}

/** A trajectory of these pieces, at these times. */
function whole(id: number, pieces: number[], times: number[]): WholeTrajectory {
  const n = times.length;
  const columns = { frames: new Int32Array(n), boxes: new Float64Array(4 * n), scores: new Float32Array(n) };
  return { id, pieces, times: Float64Array.from(times), detected: new Uint8Array(n), ...columns };
}

describe('PatchAlbum', () => {
  it('keeps the best patches of every person with their embeddings, and no temporary file', async () => {
    const path = join(folder, 'kept', 'a%d.patches');
    mkdirSync(join(folder, 'kept'));
    const album = await PatchAlbum.create(path, { source: 'a.mp4', model: MODEL });
    await fill(album, 60);
    expect(existsSync(path)).toBe(false);
    await album.close();
    expect(readdirSync(join(folder, 'kept'))).toEqual(['a%d.patches']);
    const { trajectories, source, model } = await readPatchIndex(path);
    expect([source, model]).toEqual(['a.mp4', ABOUT]);
    // from when they were confirmed, as the trajectories are
    expect(trajectories.map(({ id, from, to }) => [id, from, to])).toEqual([
      [1, 0, 5.9],
      [2, 1, 5.9],
    ]);
    const files = trajectories.flatMap(({ patches }) => patches.map(({ file }) => file));
    expect(readdirSync(path).sort()).toEqual([...files, 'index.json'].sort());
    for (const { id, patches } of trajectories) {
      expect(patches).toHaveLength(8);
      expect(new Set(patches.map(({ time }) => time)).size).toBe(8);
      for (const { embedding, box } of patches) {
        expect(embedding).toEqual([id === 1 ? 60 : 180]);
        expect(box[0]).toBe(id === 1 ? 10 : 80);
      }
    }
    for (const { id, patches } of trajectories) {
      const { frames } = await readAll(join(path, patches[0].file), { pixels: true });
      expect([frames[0].width, frames[0].height]).toEqual([64, 128]);
      expect(Math.abs(frames[0].pixels![5000] - (id === 1 ? 60 : 180))).toBeLessThan(4);
    }
  });

  it('keeps those of the trajectories in the end: left out ones are gone, linked ones have the best of all pieces', async () => {
    const path = join(folder, 'b.patches');
    const album = await PatchAlbum.create(path, { source: 'b.mp4', model: MODEL });
    await fill(album, 60);
    album.keep([whole(2, [2], [1, 5.9])]);
    await album.close();
    const { trajectories } = await readPatchIndex(path);
    expect(trajectories.map(({ id, from, to }) => [id, from, to])).toEqual([[2, 1, 5.9]]);
    expect(readdirSync(path)).toHaveLength(1 + trajectories[0].patches.length);

    const linked = await PatchAlbum.create(path, { source: 'b.mp4', model: MODEL });
    await fill(linked, 60);
    linked.keep([whole(1, [1, 2], [0, 7])]);
    await linked.close();
    const [only, ...others] = (await readPatchIndex(path)).trajectories;
    expect(others).toEqual([]);
    expect([only.id, only.from, only.to]).toEqual([1, 0, 7]);
    // the second piece has the better scores
    expect(only.patches.map(({ embedding }) => embedding[0])).toEqual(new Array(8).fill(180));
    expect(readdirSync(path).sort()).toEqual([...only.patches.map(({ file }) => file), 'index.json'].sort());
  });

  it('replaces the patches of an earlier run, but no other folder', async () => {
    const path = join(folder, 'c.patches');
    for (const frames of [60, 20]) {
      const album = await PatchAlbum.create(path, { source: 'c.mp4', model: MODEL });
      await fill(album, frames);
      await album.close();
    }
    expect((await readPatchIndex(path)).trajectories[0].to).toBe(1.9);
    const other = join(folder, 'd.patches');
    mkdirSync(other);
    writeFileSync(join(other, 'diary.txt'), 'mine');
    await expect(PatchAlbum.create(other, { source: 'd', model: MODEL })).rejects.toThrow('a folder of something else');
    expect(readFileSync(join(other, 'diary.txt'), 'utf8')).toBe('mine');
  });

  it('is gone when given up, and says where it cannot be made', async () => {
    const path = join(folder, 'given-up', 'e.patches');
    mkdirSync(join(folder, 'given-up'));
    const album = await PatchAlbum.create(path, { source: 'e', model: MODEL });
    await fill(album, 5);
    await album.abort();
    expect(readdirSync(join(folder, 'given-up'))).toEqual([]);
    const nowhere = join(folder, 'nowhere', 'f.patches');
    await expect(PatchAlbum.create(nowhere, { source: 'f', model: MODEL })).rejects.toThrow(
      'its folder does not exist',
    );
  });

  it('without pictures is one file with the same embeddings, which the reader finds beside the trajectories', async () => {
    const [plain, pictured] = [join(folder, 'i.embeddings.json'), join(folder, 'j.patches')];
    for (const [path, pictures] of [
      [plain, false],
      [pictured, true],
    ] as const) {
      const album = await PatchAlbum.create(path, { source: 'i.mp4', model: MODEL, pictures });
      await fill(album, 60);
      album.keep([whole(2, [2], [1, 5.9])]);
      await album.close();
    }
    const alone = await readEmbeddings(join(folder, 'i.trajectories.json'));
    const { trajectories, ...about } = await readEmbeddings(join(folder, 'j.trajectories.json'));
    const withoutFiles = trajectories.map(({ patches, ...one }) => ({
      ...one,
      patches: patches.map(({ file, ...patch }) => patch),
    }));
    expect(alone).toEqual({ ...about, trajectories: withoutFiles });
    await expect(readEmbeddings(join(folder, 'k.trajectories.json'))).rejects.toThrow(
      'k.embeddings.json: does not exist; track again with --save-embeddings',
    );
  });

  it('leaves out patches of another person whom the track took for a while, and doubtful ones where there are others', async () => {
    const path = join(folder, 'mixed.patches');
    const album = await PatchAlbum.create(path, { source: 'mixed', model: MODEL });
    const tracker = new Tracker({ association: handSetScore });
    const pixels = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
    for (let index = 0; index < 60; index++) {
      // one detection follows person 60, shows person 200 from 2 s to 3 s, and is covered by another box from 4 s on
      const covered = index >= 40;
      const detections: Detections = {
        length: covered ? 2 : 1,
        boxes: Float64Array.of(10, 10, 30, 70, 10, 2, 34, 80).subarray(0, covered ? 8 : 4),
        scores: Float32Array.of(0.9, 0.6).subarray(0, covered ? 2 : 1),
        embeddings: Float32Array.of(index >= 20 && index < 30 ? 200 : 60, 61).subarray(0, covered ? 2 : 1),
      };
      const time = index / 10;
      await album.add(
        { index, time, width: WIDTH, height: HEIGHT, pixels },
        detections,
        tracker.update(detections, time),
      );
    }
    await album.close();
    const [{ id, patches }] = (await readPatchIndex(path)).trajectories;
    expect(id).toBe(1);
    expect(patches.length).toBeGreaterThan(4);
    expect(patches.map(({ embedding }) => embedding)).toEqual(patches.map(() => [60]));
    expect(Math.max(...patches.map(({ time }) => time))).toBeLessThan(4);
  });

  it('of no person is an index without trajectories', async () => {
    const path = join(folder, 'g.patches');
    const album = await PatchAlbum.create(path, { source: 'g', model: MODEL });
    await album.close();
    expect((await readPatchIndex(path)).trajectories).toEqual([]);
  });
});

describe('the index', () => {
  it('says what is wrong with a folder', async () => {
    await expect(findPatches(join(folder, 'none'))).rejects.toThrow('does not exist; name the folder given to');
    mkdirSync(join(folder, 'empty'));
    await expect(findPatches(join(folder, 'empty'))).rejects.toThrow('holds no patches');
    mkdirSync(join(folder, 'h.patches'));
    writeFileSync(join(folder, 'h.patches', 'index.json'), '{"schema":"twintrack/patches","version":2}');
    await expect(readPatchIndex(join(folder, 'h.patches'))).rejects.toThrow('is no index of patches');
  });
});

describe('rank', () => {
  const patch = (file: string, value: number) => ({
    ...{ file, frame: 0, time: 0, box: [0, 0, 1, 1] as [number, number, number, number] },
    ...{ quality: 1, embedding: [value] },
  });
  const index = (...values: number[][]) => ({
    ...{ schema: 'twintrack/patches' as const, version: 1 as const, source: 'x', model: ABOUT },
    trajectories: values.map((row, t) => ({
      ...{ id: t + 1, from: t, to: t + 1 },
      patches: row.map((value, p) => patch(`${t}-${p}.jpg`, value)),
    })),
  });

  it('puts the most alike first: trajectories by the mean of their patches, patches among themselves', () => {
    const found = rank(index([100, 130], [10, 200, 20]), MODEL, Float32Array.of(20));
    expect(found.map(({ id, patches }) => [id, ...patches])).toEqual([
      [2, '1-2.jpg', '1-0.jpg', '1-1.jpg'],
      [1, '0-0.jpg', '0-1.jpg'],
    ]);
  });

  it('asks for more where there are many candidates', () => {
    const [{ similarity }] = rank(index([100]), MODEL, Float32Array.of(60), { candidates: 2 });
    const [of20] = rank(index([100]), MODEL, Float32Array.of(60), { candidates: 20 });
    const odds = (p: number) => p / (1 - p);
    expect(odds(similarity) / odds(of20.similarity)).toBeCloseTo(10, 6);
  });

  it('asks for more where all are like the picture', () => {
    const alone = rank(index([100], [0], [10], [250]), MODEL, Float32Array.of(100))[0];
    const amongTwins = rank(index([100], [105], [95], [110]), MODEL, Float32Array.of(100))[0];
    expect([alone.id, amongTwins.id]).toEqual([1, 1]);
    // against the median −9 of the four the odds are a fixed sum higher than against the median 9, both counted by 4/9
    const odds = (p: number) => Math.log(p / (1 - p));
    expect(odds(alone.similarity) - odds(amongTwins.similarity)).toBeCloseTo((4 / 9) * (9 + 9), 1);
  });
});
