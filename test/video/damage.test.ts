import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { letterboxFor } from '../../src/video/index.ts';
import { ffmpeg, makeClip, readAll, runFfmpeg, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '50', '-pix_fmt', 'yuv420p'];

const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ['mp4', [...h264, '-movflags', '+faststart']],
  ['fragmented.mp4', [...h264, '-movflags', 'frag_keyframe+empty_moov']],
  ['mkv', h264],
  ['webm', ['-c:v', 'libvpx', '-b:v', '1M', '-deadline', 'realtime']],
  ['avi', ['-c:v', 'mpeg4', '-q:v', '3']],
  ['mjpeg.avi', ['-c:v', 'mjpeg', '-q:v', '3']],
  ['ts', h264],
  ['flv', ['-c:v', 'flv', '-q:v', '3']],
];

function make(kind: string, options: readonly string[]): string {
  return makeClip(path(`whole.${kind}`), 'testsrc2=s=320x240:r=25:d=6', ...options);
}

const options = { letterbox: letterboxFor(320, 240, 64, 64) };

describe.each(KINDS)('%s', (kind, encoding) => {
  const whole = make(kind, encoding);
  const size = statSync(whole).size;

  test('whole: every frame and no error', async () => {
    const { frames, error } = await readAll(whole, options);
    expect([frames.length, error]).toEqual([150, undefined]);
  });

  test('cut in half: what is there is given, then the error says where it broke', async () => {
    const cut = path(`cut.${kind}`);
    writeFileSync(cut, readFileSync(whole).subarray(0, Math.floor(size / 2) + 77));
    const { frames, error } = await readAll(cut, options);
    expect(frames.length).toBeGreaterThan(35);
    expect(frames.length).toBeLessThan(100);
    expect(frames.map((f) => f.index)).toEqual(frames.map((_, i) => i));
    const place = `is cut off after frame ${frames.length - 1} \\(\\d\\.\\d\\d s\\)|is damaged near frame \\d+`;
    expect(String(error)).toMatch(
      new RegExp(`cut\\.${kind}: (${place}); the ${frames.length} frames that could be decoded are kept`),
    );
    const near = Number(/frame (\d+)/.exec(String(error))![1]);
    expect(near).toBeGreaterThan(10);
    expect(near).toBeLessThanOrEqual(frames.length);
  });
});

describe('mp4', () => {
  test('3 kB of noise in the middle: the frames after it are kept too, and the damage is reported', async () => {
    const bytes = readFileSync(make('mp4', KINDS[0]![1]));
    const middle = Math.floor(bytes.length / 2);
    for (let i = 0; i < 3000; i++) bytes[middle + i] = (i * 2654435761) >>> 24;
    writeFileSync(path('noise.mp4'), bytes);
    const { frames, times, error } = await readAll(path('noise.mp4'), options);
    expect(frames.length).toBeGreaterThan(100);
    expect(times.at(-1)).toBeCloseTo(149 / 25, 6);
    expect(String(error)).toMatch(
      /noise\.mp4: is damaged near frame \d+; the \d+ frames that could be decoded are kept/,
    );
  });

  test('without its index at the end nothing can be read', async () => {
    const clip = make('late-index.mp4', h264);
    truncateSync(clip, Math.floor(statSync(clip).size / 2));
    await expect(readAll(clip)).rejects.toThrow(
      /is cut off: the index at its end \(moov\) is missing; copy or record it again/,
    );
  });

  test('whose sound is longer than its picture is whole', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=9', '-c:a', 'aac'];
    const clip = makeClip(path('long-sound.mp4'), 'testsrc2=s=64x64:r=25:d=2', ...sound, ...h264);
    const { frames, error } = await readAll(clip);
    expect([frames.length, error]).toEqual([50, undefined]);
  });
});

test('names and titles that speak of damage are none', async () => {
  const clip = makeClip(
    path('my partial file.mp4'),
    'testsrc2=s=64x64:r=5:d=1',
    ...h264,
    '-metadata',
    'title=damaged at File ended prematurely',
  );
  expect((await readAll(clip)).error).toBeUndefined();
});

test('an AVI cut exactly between two frames is noticed', async () => {
  const whole = readFileSync(make('edge.avi', ['-c:v', 'mpeg4', '-q:v', '3']));
  const edge = whole.indexOf('00dc', Math.floor(whole.length / 2));
  writeFileSync(path('edge-cut.avi'), whole.subarray(0, edge));
  const { frames, error } = await readAll(path('edge-cut.avi'));
  expect(frames.length).toBeGreaterThan(35);
  expect(String(error)).toMatch(new RegExp(`is cut off after frame ${frames.length - 1} `));
});

test('a recording that starts between two key frames is whole', async () => {
  const whole = readFileSync(make('recorded.ts', h264));
  const packet = 188;
  const start = Math.floor(whole.length / packet / 3) * packet;
  writeFileSync(path('joined-late.ts'), whole.subarray(start));
  const { frames, error } = await readAll(path('joined-late.ts'), options);
  expect(error).toBeUndefined();
  expect(frames.length).toBeGreaterThan(30);
});

test('a video that ends by itself on a still picture (variable rate) is whole', async () => {
  const still = ['-vf', "select='lt(n,50)+eq(n,149)'", ffmpeg.passthrough[0], 'vfr'];
  runFfmpeg('-i', make('still.mp4', h264), ...still, ...h264, path('still-end.mp4'));
  const { frames, error } = await readAll(path('still-end.mp4'));
  expect([frames.length, error]).toEqual([51, undefined]);
});
