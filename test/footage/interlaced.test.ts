import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDetector } from '../../src/detection/index.ts';
import { openVideo } from '../../src/video/index.ts';
import { makeClip, readAll, runFfmpeg, temporaryFolder } from '../video/clips.ts';
import { SAMPLE, share } from './people.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
/** Two pictures of the sample in one, line by line; x264's own flag says which is the first. */
const WOVEN = 'setpts=N/50/TB,tinterlace=interleave_top,setpts=N/25/TB';
const H264 = ['-c:v', 'libx264', '-crf', '12', '-flags', '+ildct+ilme'];

/** Makes a clip of the sample's first 42 frames, of which two become one. */
function clipOf(name: string, filter: string, ...encoder: string[]): string {
  runFfmpeg('-i', SAMPLE, '-vf', filter, '-r', '25', '-frames:v', '21', ...encoder, path(name));
  return path(name);
}

/** What a video shows: boxes of people, luma of the first frames, and how much of it is combed. */
async function shown(file: string, deinterlace: 'auto' | 'on' | 'off', leastScore: number) {
  const detector = await loadDetector();
  const notices: string[] = [];
  const source = await openVideo(file, {
    deinterlace,
    pixels: true,
    letterbox: ({ width, height }) => detector.letterbox(width, height),
    onNotice: ({ code }) => notices.push(code),
  });
  const boxes: number[][] = [];
  const times: number[] = [];
  const lumas: Uint8Array[] = [];
  for await (const frame of source) {
    const found = await detector.detect(frame);
    const kept = Array.from(found.scores.keys()).filter((i) => found.scores[i] >= leastScore);
    boxes.push(kept.flatMap((i) => [...found.boxes.subarray(4 * i, 4 * i + 4)]));
    times.push(frame.time);
    lumas.push(frame.pixels!.slice(0, frame.width * frame.height));
    frame.release?.();
  }
  await detector.close();
  return { boxes, times, lumas, combed: combed(lumas, source.info.width), notices };
}

/** The share of pixels that are much lighter, or darker, than both the one above and the one below. */
function combed(lumas: readonly Uint8Array[], width: number): number {
  let teeth = 0;
  let all = 0;
  for (const luma of lumas) {
    for (let i = width; i < luma.length - width; i++) {
      if ((luma[i - width] - luma[i]) * (luma[i + width] - luma[i]) > 400) teeth++;
      all++;
    }
  }
  return teeth / all;
}

/** Peak signal-to-noise ratio in dB. */
function psnr(lumas: readonly Uint8Array[], others: readonly Uint8Array[]): number {
  let sum = 0;
  let all = 0;
  lumas.forEach((luma, f) => {
    luma.forEach((value, i) => {
      sum += (value - others[f][i]) ** 2;
    });
    all += luma.length;
  });
  return 10 * Math.log10(255 ** 2 / (sum / all));
}

const control = clipOf('control.mp4', "select='not(mod(n,2))',setpts=N/25/TB", '-c:v', 'libx264', '-crf', '12');
const progressive = await shown(control, 'auto', 0.5);

it.each([
  ['H.264 in mp4', 'h264.mp4', WOVEN, H264],
  ['MPEG-2 in a program stream', 'mpeg2.mpg', WOVEN, ['-c:v', 'mpeg2video', '-q:v', '2', '-flags', '+ildct+ilme']],
  ['Motion JPEG, of which the container alone says so', 'mjpeg.mov', WOVEN, ['-c:v', 'mjpeg', '-q:v', '2']],
])('%s: the comb is gone, people are where they are in progressive pictures', async (_, name, filter, encoder) => {
  const clip = clipOf(name, filter, ...encoder);
  const [woven, deinterlaced] = [await shown(clip, 'off', 0.2), await shown(clip, 'auto', 0.2)];
  expect([woven.notices, deinterlaced.notices]).toEqual([['interlaced'], ['deinterlaced']]);
  expect(deinterlaced.times).toEqual(woven.times);
  expect(deinterlaced.times.length).toBe(progressive.times.length);
  expect(woven.combed).toBeGreaterThan(1.5 * progressive.combed);
  expect(deinterlaced.combed).toBeLessThan(progressive.combed);
  expect(psnr(deinterlaced.lumas, progressive.lumas)).toBeGreaterThan(psnr(woven.lumas, progressive.lumas) + 6);
  const { all, found } = share(progressive.boxes, deinterlaced.boxes);
  expect(all).toBeGreaterThan(50);
  expect(found).toBeGreaterThanOrEqual(0.95);
});

it('a recorder that does not say it: --deinterlace on', async () => {
  const clip = clipOf('silent.avi', WOVEN, '-c:v', 'rawvideo', '-pix_fmt', 'yuv420p');
  const [silent, on] = [await shown(clip, 'auto', 0.2), await shown(clip, 'on', 0.2)];
  expect([silent.notices, on.notices]).toEqual([[], ['deinterlaced']]);
  expect(silent.combed).toBeGreaterThan(1.5 * progressive.combed);
  expect(on.combed).toBeLessThan(progressive.combed);
  expect(on.times).toEqual(silent.times);
});

it.each([
  ['top field first', 'tff', 'top', ['-c:v', 'libx264', '-flags', '+ildct+ilme']],
  ['bottom field first', 'bff', 'bottom', ['-c:v', 'libx264', '-flags', '+ildct+ilme', '-x264opts', 'bff=1']],
  ['progressive', 'prog', undefined, ['-c:v', 'libx264']],
])('%s is read off', async (_, mode, order, encoder) => {
  const clip = makeClip(path(`${mode}.mkv`), 'testsrc2=s=96x64:r=25:d=1', '-vf', `setfield=${mode}`, ...encoder);
  const { info, frames } = await readAll(clip);
  expect([info.fieldOrder, info.deinterlacing]).toEqual([order, order && 'marked']);
  expect(frames.length).toBe(25);
});

it('one picture, and a gap, keep their number and times', async () => {
  const interlaced = ['-c:v', 'libx264', '-flags', '+ildct+ilme'];
  const one = makeClip(path('one.mkv'), 'testsrc2=s=96x64:r=25:d=0.04', '-vf', 'setfield=tff', ...interlaced);
  expect((await readAll(one)).times).toEqual([0]);
  const gap = "setfield=tff,setpts='if(gte(N,5),N+50,N)/25/TB'";
  const clip = makeClip(path('gap.mkv'), 'testsrc2=s=96x64:r=25:d=0.4', '-vf', gap, '-vsync', 'vfr', ...interlaced);
  const [auto, off] = [await readAll(clip), await readAll(clip, { deinterlace: 'off' })];
  expect(auto.info.deinterlacing).toBe('marked');
  expect(auto.times).toEqual(off.times);
  expect(auto.times.length).toBe(10);
});

it('pictures that are progressive in an interlaced stream are left as they are', async () => {
  const stripes = "color=s=96x64:r=25:d=0.4,format=yuv420p,geq=lum='if(mod(Y+N,2),60,180)':cb=128:cr=128";
  const coding = ['-c:v', 'mpeg2video', '-q:v', '1', '-bf', '0', '-g', '5'];
  const woven = makeClip(path('woven.m2v'), `${stripes},setfield=tff`, ...coding, '-flags', '+ildct+ilme');
  const plain = makeClip(path('plain.m2v'), `${stripes},setfield=prog`, ...coding);
  writeFileSync(path('mixed.m2v'), Buffer.concat([readFileSync(woven), readFileSync(plain)]));
  const { info, frames } = await readAll(path('mixed.m2v'), { pixels: true });
  expect([info.deinterlacing, frames.length]).toEqual(['marked', 20]);
  const contrast = frames.map(({ pixels }) => Math.abs(pixels![96 * 20 + 40] - pixels![96 * 21 + 40]));
  expect(Math.max(...contrast.slice(2, 8))).toBeLessThan(60); // 120 as drawn
  expect(Math.min(...contrast.slice(12, 18))).toBeGreaterThan(100);
});
