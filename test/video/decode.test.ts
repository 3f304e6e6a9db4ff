import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Frame, letterboxFor, openVideo, probe } from '../../src/video/index.ts';
import { childrenWith, ffmpeg, makeClip, numberedFrames, readAll, runFfmpeg, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const exactClock = [...ffmpeg.passthrough, '-enc_time_base', '1:90000', '-video_track_timescale', '90000'];

describe('timestamps', () => {
  test('of a constant rate with B-frames are n / rate, and belong to their pictures', async () => {
    const clip = makeClip(path('cfr.mp4'), numberedFrames(32, 32, 60), '-c:v', 'libx264', '-bf', '3', '-qp', '0');
    const { times, frames, error } = await readAll(clip, { pixels: true });
    expect(error).toBeUndefined();
    expect(times).toEqual(Array.from({ length: 60 }, (_, n) => expect.closeTo(n / 25, 9)));
    expect(frames.map((f) => f.pixels![0])).toEqual(Array.from({ length: 60 }, (_, n) => 16 + n));
    expect(frames.map((f) => f.index)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test('of 30000/1001 frames per second stay exact', async () => {
    const source = 'color=s=32x32:r=30000/1001:d=20';
    const clip = makeClip(path('ntsc.mp4'), source, '-c:v', 'libx264', '-preset', 'ultrafast');
    const { times, info } = await readAll(clip);
    expect(info.frameRate).toBeCloseTo(30000 / 1001, 9);
    expect(times.length).toBe(info.frameCount);
    for (const [n, time] of times.entries()) expect(time).toBeCloseTo((n * 1001) / 30000, 8);
  });

  test('of a variable rate with B-frames are those that were written, no frame doubled or dropped', async () => {
    const filter = "settb=1/90000,setpts='37*N*N'";
    const encoder = ['-vf', filter, '-c:v', 'libx264', '-bf', '3', '-qp', '0', ...exactClock];
    const clip = makeClip(path('vfr.mp4'), numberedFrames(32, 32, 80), ...encoder);
    const { times, frames, error } = await readAll(clip, { pixels: true, letterbox: letterboxFor(32, 32, 16, 16) });
    expect(error).toBeUndefined();
    expect(times.length).toBe(80);
    for (const [n, time] of times.entries()) expect(time).toBeCloseTo((37 * n * n) / 90000, 8);
    expect(frames.map((f) => f.pixels![0])).toEqual(Array.from({ length: 80 }, (_, n) => 16 + n));
  });

  test('count from the start of the file: a picture that starts after the sound is late', async () => {
    const inputs = [
      '-f',
      'lavfi',
      '-i',
      'sine=d=2',
      '-itsoffset',
      '0.4',
      '-f',
      'lavfi',
      '-i',
      'color=s=32x32:r=10:d=1',
    ];
    runFfmpeg(...inputs, '-map', '0', '-map', '1', '-c:v', 'libx264', '-c:a', 'ac3', path('late.mkv'));
    const { times } = await readAll(path('late.mkv'));
    expect(times[0]).toBeCloseTo(0.4, 1);
    expect(times[9]! - times[0]!).toBeCloseTo(0.9, 6);
  });

  test('start at 0 where the container starts elsewhere (mpeg-ts)', async () => {
    const clip = makeClip(path('ts.ts'), numberedFrames(32, 32, 25), '-c:v', 'mpeg2video', '-output_ts_offset', '100');
    const { times } = await readAll(clip);
    expect(times[0]).toBe(0);
    expect(times[24]).toBeCloseTo(24 / 25, 6);
  });

  test('alone are read without any picture', async () => {
    const clip = makeClip(path('times.mp4'), 'color=s=32x32:r=5:d=2', '-c:v', 'libx264');
    const { frames } = await readAll(clip);
    expect(frames.map(({ time }) => time)).toEqual(Array.from({ length: 10 }, (_, n) => expect.closeTo(n / 5, 9)));
    expect(frames[0]).toEqual({ index: 0, time: 0, width: 32, height: 32, release: expect.any(Function) });
  });
});

test('pictures that are released are filled again, and those that are not stay as they are', async () => {
  const clip = makeClip(path('again.mkv'), numberedFrames(320, 240, 60), '-c:v', 'ffv1');
  const kept: Frame[] = [];
  const memory = new Set<Uint8Array>();
  for await (const frame of await openVideo(clip, { pixels: true })) {
    memory.add(frame.pixels!);
    kept.push(frame);
    for (const { index, pixels } of kept) expect(pixels![0]).toBe(16 + index);
    if (kept.length < 4) continue;
    const { release } = kept.shift()!;
    release!();
    release!(); // harmless
  }
  expect(memory.size).toBeLessThan(15);
});

describe('pixels', () => {
  test('the letterboxed input has planes R, G, B, its grey padding where the letterbox says', async () => {
    const clip = makeClip(path('colour.mkv'), 'color=c=0xC81E3C:s=64x48:r=5:d=1,format=gbrp', '-c:v', 'ffv1');
    const letterbox = letterboxFor(64, 48, 32, 32);
    const { frames } = await readAll(clip, { letterbox });
    expect(frames.length).toBe(5);
    const input = frames[4]!.input!;
    expect(input.length).toBe(3 * 32 * 32);
    for (const [plane, value] of [200, 30, 60].entries()) {
      for (let y = 0; y < 32; y++) {
        const row = input.subarray((plane * 32 + y) * 32, (plane * 32 + y + 1) * 32);
        const inside = y >= 4 && y < 28;
        for (const pixel of row) expect(Math.abs(pixel - (inside ? value : 114))).toBeLessThanOrEqual(inside ? 3 : 0);
      }
    }
  });

  test('padding is to the right with topLeft', async () => {
    const clip = makeClip(path('white.mkv'), 'color=c=white:s=20x40:r=5:d=1', '-c:v', 'ffv1');
    const { frames } = await readAll(clip, {
      letterbox: (info) => letterboxFor(info.width, info.height, 40, 40, 'topLeft'),
    });
    const row = [...frames[0]!.input!.subarray(0, 40)];
    expect(row.slice(20)).toEqual(Array(20).fill(114));
    for (const pixel of row.slice(0, 20)) expect(pixel).toBeGreaterThanOrEqual(253);
  });

  test.each([
    [1, 1],
    [16, 16],
    [3, 5],
    [35, 21],
    [34, 21],
  ])('%ix%i: I420 with chroma rounded up, every plane where it belongs', async (width, height) => {
    const picture = `color=s=64x64:r=5:d=1,format=yuv444p,crop=${width}:${height},format=yuv420p,geq=lum='20+X+2*Y':cb='100+X':cr='180-Y'`;
    const clip = makeClip(path(`size-${width}-${height}.mkv`), picture, '-c:v', 'ffv1');
    const letterbox = letterboxFor(width, height, 32, 32);
    const { frames, info, error } = await readAll(clip, { pixels: true, letterbox });
    expect(error).toBeUndefined();
    expect([info.width, info.height, frames.length]).toEqual([width, height, 5]);
    const [cw, ch] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    const expected: number[] = [];
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) expected.push(20 + x + 2 * y);
    for (let y = 0; y < ch; y++) for (let x = 0; x < cw; x++) expected.push(100 + x);
    for (let y = 0; y < ch; y++) for (let x = 0; x < cw; x++) expected.push(180 - y);
    expect([...frames[2]!.pixels!]).toEqual(expected);
    expect(frames[2]!.input!.length).toBe(3 * 32 * 32);
  });

  test('10-bit video comes as 8-bit', async () => {
    const picture = "color=s=32x32:r=5:d=1,format=yuv420p10le,geq=lum='400':cb=512:cr=600";
    const clip = makeClip(path('ten.mkv'), picture, '-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le');
    const { frames, info } = await readAll(clip, { pixels: true });
    expect(info.pixelFormat).toBe('yuv420p10le');
    expect([frames[0]!.pixels![0], frames[0]!.pixels![32 * 32], frames[0]!.pixels!.at(-1)]).toEqual([100, 128, 150]);
  });

  test('full-range video (jpeg) is brought to the usual range', async () => {
    const clip = makeClip(path('full.avi'), 'color=c=white:s=32x32:r=5:d=1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p');
    const { frames, info } = await readAll(clip, { pixels: true });
    expect(info.fullRange).toBe(true);
    expect(Math.abs(frames[0]!.pixels![0] - 235)).toBeLessThanOrEqual(1);
  });

  test('rotation of the file is applied: a picture lying on its side comes upright', async () => {
    const lying = "color=s=64x32:r=5:d=1,format=yuv420p,geq=lum='if(lt(X,32),50,200)':cb=128:cr=128";
    makeClip(path('lying.mp4'), lying, '-c:v', 'libx264', '-qp', '0');
    // the rotation matrix of the track header: a quarter turn clockwise
    const bytes = readFileSync(path('lying.mp4'));
    const matrix = bytes.indexOf('tkhd') + 44;
    for (const [i, value] of [0, 65536, 0, -65536, 0, 0, 32 << 16, 0, 1 << 30].entries()) {
      bytes.writeInt32BE(value, matrix + 4 * i);
    }
    writeFileSync(path('turned.mp4'), bytes);
    const { frames, info } = await readAll(path('turned.mp4'), { pixels: true });
    expect([info.width, info.height, info.rotation]).toEqual([32, 64, 90]);
    expect([frames[0]!.pixels![0], frames[0]!.pixels![32 * 64 - 1]]).toEqual([50, 200]);
  });

  test('pictures that change their size midway keep coming at the first size', async () => {
    makeClip(path('1.mjpeg'), 'testsrc=s=64x48:r=5:d=1', '-c:v', 'mjpeg');
    makeClip(path('2.mjpeg'), 'testsrc=s=32x24:r=5:d=1', '-c:v', 'mjpeg');
    runFfmpeg('-i', `concat:${path('1.mjpeg')}|${path('2.mjpeg')}`, '-c', 'copy', '-f', 'mjpeg', path('mixed.mjpeg'));
    const { frames } = await readAll(path('mixed.mjpeg'), { pixels: true, letterbox: letterboxFor(64, 48, 16, 16) });
    expect(frames.length).toBe(10);
    expect(new Set(frames.map((f) => f.pixels!.length))).toEqual(new Set([64 * 48 * 1.5]));
  });
});

describe('the running of a video', () => {
  const long = path('long.mp4');
  const both = { pixels: true, letterbox: letterboxFor(640, 360, 320, 320) };
  makeClip(long, 'testsrc2=s=640x360:r=30:d=40', '-c:v', 'libx264', '-preset', 'ultrafast');

  test('leaving the loop, close and maxFrames end ffmpeg', async () => {
    for await (const frame of await openVideo(long, both)) if (frame.index === 3) break;
    expect(childrenWith(long)).toBe(0);
    const source = await openVideo(long, both);
    await source.close();
    await source.close();
    expect(childrenWith(long)).toBe(0);
    const { frames, error } = await readAll(long, { ...both, maxFrames: 7 });
    expect([frames.length, error]).toEqual([7, undefined]);
    expect(childrenWith(long)).toBe(0);
  });

  test('close during the loop ends it without an error', async () => {
    const source = await openVideo(long, both);
    let n = 0;
    for await (const _ of source) if (++n === 5) await source.close();
    expect(n).toBe(5);
  });

  test('an abort signal ends ffmpeg and the loop throws its reason', async () => {
    const controller = new AbortController();
    const source = await openVideo(long, { ...both, signal: controller.signal });
    const reason = new Error('enough');
    const reading = (async () => {
      for await (const frame of source) if (frame.index === 10) setTimeout(() => controller.abort(reason), 5);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(childrenWith(long)).toBe(0);
    await expect(openVideo(long, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('a slow consumer holds ffmpeg back: memory stays flat', async () => {
    const source = await openVideo(long, both);
    const rss = () => process.memoryUsage().rss / 2 ** 20;
    let before = 0;
    for await (const frame of source) {
      if (frame.index === 2) {
        before = rss();
        await new Promise((resolve) => setTimeout(resolve, 1500)); // time for ffmpeg to decode hundreds of frames
        expect(rss() - before).toBeLessThan(40); // 1,200 frames are 760 MB
        expect(childrenWith(long)).toBe(1);
        break;
      }
    }
    expect(before).toBeGreaterThan(0);
  });

  test('a consumer that stops and goes gets every frame in order from both outputs', async () => {
    let last = -1;
    for await (const frame of await openVideo(long, both)) {
      expect(frame.index).toBe(last + 1);
      expect(frame.time).toBeCloseTo(frame.index / 30, 6);
      expect([frame.pixels!.length, frame.input!.length]).toEqual([640 * 360 * 1.5, 3 * 320 * 320]);
      last = frame.index;
      if (frame.index % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(last).toBe(1199);
  });
});

test.each([
  ['setsar=16/11', 16 / 11],
  ['setsar=1', undefined],
  ['setsar=0', undefined],
  ['setsar=10/11,transpose', 11 / 10],
])('probe finds the sample aspect ratio of %s', async (filter, ratio) => {
  const clip = makeClip(path('sar.mp4'), 'testsrc2=s=64x48:r=25:d=0.2', '-vf', filter, '-c:v', 'libx264');
  expect((await probe(clip)).sampleAspectRatio).toBe(ratio);
});

test('probe says what is known beforehand', async () => {
  const clip = makeClip(
    path('probe.mp4'),
    'testsrc2=s=64x48:r=25:d=2',
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    '-colorspace',
    'bt709',
  );
  expect(await probe(clip)).toEqual({
    input: clip,
    name: 'probe',
    kind: 'file',
    width: 64,
    height: 48,
    frameRate: 25,
    duration: 2,
    frameCount: 50,
    container: 'mov,mp4,m4a,3gp,3g2,mj2',
    codec: 'h264',
    pixelFormat: 'yuv420p',
    fullRange: false,
    colourSpace: 'bt709',
    rotation: 0,
    stream: 0,
    streams: [
      {
        index: 0,
        kind: 'video',
        number: 0,
        codec: 'h264',
        width: 64,
        height: 48,
        default: true,
        still: false,
        line: expect.stringMatching(/^Video: h264 .*64x48/),
      },
    ],
  });
});
