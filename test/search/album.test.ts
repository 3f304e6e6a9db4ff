import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import type { Detections } from '../../src/detection/index.ts';
import { PatchAlbum } from '../../src/search/album.ts';
import { findPatches, readEmbeddings, readPatchIndex } from '../../src/search/index-file.ts';
import { rank } from '../../src/search/ranking.ts';
import { Tracker } from '../../src/tracking/index.ts';
import type { WholeTrajectory } from '../../src/trajectories/index.ts';
import { readAll, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const [WIDTH, HEIGHT] = [128, 96];
const MODEL = { name: 'test', sha256: 'abc', dimensions: 1 };

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
    expect([source, model]).toEqual(['a.mp4', MODEL]);
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
  it('puts the most alike first: trajectories by their best patch, patches among themselves', () => {
    const patch = (file: string, value: number) => ({
      ...{ file, frame: 0, time: 0, box: [0, 0, 1, 1] as [number, number, number, number] },
      ...{ quality: 1, embedding: [value] },
    });
    const index = {
      ...{ schema: 'twintrack/patches' as const, version: 1 as const, source: 'x', model: MODEL },
      trajectories: [
        { id: 1, from: 0, to: 1, patches: [patch('a.jpg', 0.5), patch('b.jpg', 0.6)] },
        { id: 2, from: 2, to: 3, patches: [patch('c.jpg', 5), patch('d.jpg', 0.9)] },
      ],
    };
    const near = {
      dimensions: 1,
      similarity: (a: Float32Array, i: number, b: Float32Array, j: number) => 1 / (1 + Math.abs(a[i] - b[j])),
    };
    const found = rank(index, near, Float32Array.of(1));
    expect(found.map(({ id, patches }) => [id, ...patches])).toEqual([
      [2, 'd.jpg', 'c.jpg'],
      [1, 'b.jpg', 'a.jpg'],
    ]);
    expect(found[0].similarity).toBeCloseTo(1 / 1.1, 5);
  });
});
