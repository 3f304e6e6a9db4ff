import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPart, planParts, trackParts } from '../../src/engine/parts/index.ts';
import { type TrackSummary, trackVideo } from '../../src/engine/track-video.ts';
import { RecordFile } from '../../src/files/record-file.ts';
import { runFfmpeg, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const SAMPLE = join(import.meta.dirname, '../../videos/pets09-s2l1.mp4');
/** A small input, for speed. */
const settings = { annotate: false, parameters: { detection: { inputPixels: 40_000 } } };
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '10', '-bf', '0'];

/** Sixty frames of the sample, one each three seconds: three parts. */
function clip(name: string, filter: string, ...options: string[]): string {
  const path = join(folder, name);
  const frames = `select=not(mod(n\\,13)),setpts=N*3/TB,fps=1/3,${filter}`;
  runFfmpeg('-i', SAMPLE, '-vf', frames, '-frames:v', '60', ...H264, ...options, path);
  return path;
}

/** What the whole video gives and what its parts give, and whether something was unusual in each part. */
async function bothWays(video: string): Promise<{ whole: TrackSummary; joined: TrackSummary; unusual: boolean[] }> {
  const { parts, whole: reason } = await planParts(video, settings);
  expect(reason).toBeUndefined();
  expect(parts.length).toBeGreaterThan(2);
  const files = parts.map(({ index }) => `${video}-${index}`);
  for (const part of parts) await findPart(video, part, files[part.index], settings);
  const whole = await trackVideo(video, { ...settings, out: `${video}-whole` });
  const joined = await trackParts(video, { files }, { ...settings, out: `${video}-joined` });
  return { whole, joined, unusual: files.map(isUnusual) };
}

function isUnusual(file: string): boolean {
  const records = new RecordFile(file, { readOnly: true });
  let last: unknown;
  for (let next = records.read(); next; next = records.read()) last = next;
  records.close();
  return (last as { unusual: boolean }).unusual;
}

/** The place of damage, which is told by how far ffmpeg was, differs from run to run. */
const unplaced = (text = '') => text.replace(/near frame \d+/g, 'near a frame');

function expectSame(video: string, { whole, joined }: { whole: TrackSummary; joined: TrackSummary }): void {
  const { frames, duration, trajectories, looked, notices } = whole;
  expect(joined).toMatchObject({ frames, duration, trajectories, looked, notices });
  expect(unplaced(joined.error)).toBe(unplaced(whole.error));
  const names = readdirSync(`${video}-whole`).filter((name) => !name.endsWith('.resume'));
  expect(names.length).toBe(2);
  for (const name of names) {
    const [a, b] = ['whole', 'joined'].map((way) => unplaced(readFileSync(join(`${video}-${way}`, name), 'utf8')));
    expect(a === b, name).toBe(true);
  }
}

describe('parts of a video', () => {
  it('that is as it should be say so, and it is not decoded again', async () => {
    const video = clip('plain.mp4', 'null');
    const both = await bothWays(video);
    expect(both.unusual).toEqual([false, false, false]);
    expect(both.whole).toMatchObject({ frames: 60, notices: [] });
    expectSame(video, both);
  });

  it('whose clock steps ahead give the same notice', async () => {
    const video = clip('gap.mp4', 'setpts=if(gte(N\\,30)\\,PTS+100/TB\\,PTS)', '-fps_mode', 'passthrough');
    const both = await bothWays(video);
    expect(both.whole.notices.map(({ code }) => code)).toEqual(['clock-gap']);
    expect(both.unusual).toEqual(both.unusual.map(() => false));
    expectSame(video, both);
  });

  it('whose pictures change their size give the same notice', async () => {
    const video = join(folder, 'sizes.ts');
    const first = clip('a.ts', 'trim=end_frame=30');
    const second = clip('b.ts', 'trim=start_frame=30,scale=384:288', '-copyts');
    writeFileSync(video, Buffer.concat([first, second].map((path) => readFileSync(path))));
    const both = await bothWays(video);
    expect(both.whole.notices.map(({ code }) => code)).toContain('picture-size');
    expect(both.unusual).toContain(true);
    expectSame(video, both);
  });

  it('that is cut off end with the same error', async () => {
    const video = clip('cut.ts', 'null');
    writeFileSync(video, readFileSync(video).subarray(0, statSync(video).size - 5000));
    const both = await bothWays(video);
    expect(both.whole.error).toMatch(/cut\.ts: is (cut off after|damaged near) frame \d+/);
    expect(both.unusual.at(-1)).toBe(true);
    expectSame(video, both);
  });

  it('that is damaged end with the same error', async () => {
    const video = clip('noise.mp4', 'null');
    const bytes = readFileSync(video);
    const middle = Math.floor(bytes.length / 2);
    for (let i = 0; i < 3000; i++) bytes[middle + i] = (i * 2654435761) >>> 24;
    writeFileSync(video, bytes);
    const both = await bothWays(video);
    expect(both.whole.error).toContain('noise.mp4: is damaged near frame');
    expect(both.unusual).toEqual([false, true, false]);
    expectSame(video, both);
  });
});
