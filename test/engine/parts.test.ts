import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPart, planParts, trackParts, type VideoPart } from '../../src/engine/parts/index.ts';
import { type TrackVideoOptions, trackVideo } from '../../src/engine/track-video.ts';
import { RecordFile } from '../../src/files/record-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const folder = temporaryFolder();
const SAMPLE = join(import.meta.dirname, '../../videos/pets09-s2l1.mp4');
/** A small input, for speed; and frames in which people are predicted. */
const parameters = { detection: { inputPixels: 40_000, maxRate: 6 } };
const part = (k: number) => join(folder, `part-${k}`);

describe('a video in parts', () => {
  let parts: readonly VideoPart[] = [];

  beforeAll(async () => {
    const plan = await planParts(SAMPLE, { parameters });
    expect(plan.whole).toBeUndefined();
    parts = plan.parts;
    // on another machine, perhaps: plain values, and in any order
    for (const one of [...parts].reverse()) {
      const found = await findPart(SAMPLE, JSON.parse(JSON.stringify(one)), part(one.index), { parameters });
      expect(found).toEqual({ frames: one.index === 0 ? 420 : 375 });
    }
  });

  it('begins at each minute, with the frame that is first there', () => {
    expect(parts).toEqual([
      { index: 0, from: 0, to: 60, frame: 0, before: undefined },
      { index: 1, from: 60, to: undefined, frame: 420, before: 419 / 7 },
    ]);
  });

  it.each([
    ['refined', {}],
    ['online', { online: true, saveEmbeddings: true }],
    ['with patches', { savePatches: true, annotate: false }],
  ] as [string, Partial<TrackVideoOptions>][])('is tracked as the whole, byte for byte: %s', async (name, options) => {
    const [whole, joined] = ['whole', 'joined'].map((what) => join(folder, `${name}-${what}`));
    const a = await trackVideo(SAMPLE, { ...options, parameters, out: whole });
    const b = await trackParts(SAMPLE, { files: [part(0), part(1)] }, { ...options, parameters, out: joined });
    const { frames, duration, trajectories, looked, ignored, notices } = a;
    expect(b).toMatchObject({ frames, duration, trajectories, looked, ignored, notices });
    expect(trajectories).toBeGreaterThan(5);
    const names = readdirSync(whole, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(names.length).toBeGreaterThan(2);
    for (const { name, parentPath } of names) {
      const path = join(parentPath, name);
      expect(readFileSync(path).equals(readFileSync(path.replace(whole, joined))), path).toBe(true);
    }
  });

  it('is refused where parts are missing, in another order, cut off, or of another run', async () => {
    const out = join(folder, 'refused');
    mkdirSync(out);
    const track = (files: readonly string[], more: Partial<TrackVideoOptions> = {}) =>
      trackParts(SAMPLE, { files }, { parameters, out, annotate: false, ...more }).then((summary) => {
        rmSync(out, { recursive: true });
        return summary.error;
      });
    await expect(track([part(0)])).rejects.toThrow(/part-0: is not the last part, and no other follows$/);
    await expect(track([part(1), part(0)])).rejects.toThrow(
      /part-1: has frame 420 where frame 0 of the video is to come$/,
    );
    const cut = join(folder, 'cut');
    writeFileSync(cut, readFileSync(part(0)));
    truncateSync(cut, readFileSync(cut).length - 10);
    await expect(track([cut, part(1)])).rejects.toThrow(/cut: ends after frame 419$/);
    const other = { ...parameters, appearance: { mode: 'off' as const } };
    await expect(track([part(0), part(1)], { parameters: other })).rejects.toThrow('is of a run with another');
  });

  it('has nothing of the frame before it', () => {
    const file = new RecordFile(part(1), { readOnly: true });
    file.read();
    expect(file.read()).toMatchObject({ index: 420, time: 60 });
    file.close();
  });
});

it('says why a video is one part', async () => {
  const one = { parts: [{ index: 0, from: 0, to: undefined, frame: 0, before: undefined }] };
  expect(await planParts(SAMPLE, { maxFrames: 50 })).toEqual({ ...one, whole: 'maxFrames ends it' });
  expect(await planParts('-', {})).toEqual({ ...one, whole: 'it is read once' });
  await expect(planParts(SAMPLE, {}, 90)).rejects.toThrow('a part of 90 s cannot be; parts last a multiple of 60 s');
});
