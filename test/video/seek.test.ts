import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SeekPoint } from '../../src/video/decode.ts';
import { openVideo, probe } from '../../src/video/index.ts';
import { packetTimes } from '../../src/video/packets.ts';
import { makeClip, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
/** Twelve seconds in which every frame differs. */
const SOURCE = 'testsrc2=size=192x108:rate=10:duration=12';

async function framesOf(input: string, from?: SeekPoint) {
  const frames: { index: number; time: number; hash: string }[] = [];
  for await (const { index, time, pixels, release } of await openVideo(input, { pixels: true, from })) {
    frames.push({ index, time, hash: createHash('sha1').update(pixels!).digest('hex') });
    release?.();
  }
  return frames;
}

describe.each([
  ['frames.mp4', ['-c:v', 'libx264', '-g', '50', '-bf', '3']],
  ['open-groups.mp4', ['-c:v', 'libx264', '-g', '25', '-bf', '3', '-x264-params', 'open-gop=1:scenecut=0']],
  ['hevc.mp4', ['-c:v', 'libx265', '-x265-params', 'log-level=error:keyint=40:open-gop=1']],
  ['frames.mkv', ['-c:v', 'libx264', '-g', '30']],
  ['frames.ts', ['-c:v', 'libx264', '-g', '30', '-bf', '2']],
  ['frames.flv', ['-c:v', 'flv1', '-g', '30']],
  ['frames.avi', ['-c:v', 'mpeg4', '-g', '30']],
  ['frames.webm', ['-c:v', 'libvpx', '-g', '40', '-b:v', '300k']],
  ['frames.mov', ['-c:v', 'mjpeg']],
  ['refreshed.mp4', ['-c:v', 'libx264', '-g', '30', '-x264-params', 'intra-refresh=1']],
] as [string, string[]][])('%s', (name, args) => {
  it('gives from a frame on what it gives from the start', async () => {
    const format = name.endsWith('mov') ? 'yuvj420p' : 'yuv420p';
    const path = makeClip(join(folder, name), SOURCE, '-pix_fmt', format, ...args);
    const whole = await framesOf(path);
    const packets = await packetTimes(await probe(path));
    expect(packets).toEqual({ times: Float64Array.from(whole, ({ time }) => time) });
    for (const frame of [1, 45, 78, whole.length - 2]) {
      const point = { frame, time: whole[frame].time, early: 2 };
      const sought = await framesOf(path, point);
      // an MPEG-TS is read from where it says, which can be after the key frame; a picture that is refreshed bit by bit is not whole yet
      if (sought.length > 0 || !['frames.ts', 'refreshed.mp4'].includes(name))
        expect(sought).toEqual(whole.slice(frame));
      else expect(await framesOf(path, { ...point, early: 8 })).toEqual(whole.slice(frame));
    }
    expect(await framesOf(path, { frame: 45, time: whole[45].time + 0.01, early: 2 })).toEqual([]); // there is no such frame
  });
});

it.each([
  ['frames.mpg', ['-c:v', 'mpeg2video', '-r', '25', '-g', '12', '-bf', '2'], 'its timestamps do not rise steadily'],
  ['frames.h264', ['-c:v', 'libx264'], 'it has no timestamps'],
  ['joined.mkv', ['-c:v', 'libx264'], 'it is several recordings in one file'],
] as [string, string[], string][])('%s does not tell the times of its frames: %s', async (name, args, reason) => {
  const path = makeClip(join(folder, name), SOURCE, '-pix_fmt', 'yuv420p', ...args);
  if (name === 'joined.mkv') appendFileSync(path, readFileSync(path));
  expect(await packetTimes(await probe(path))).toEqual({ reason });
});
