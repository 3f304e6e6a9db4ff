import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCamera, probe } from '../../src/video/index.ts';
import { pixelShape } from '../../src/video/shape.ts';
import { makeClip, readAll, temporaryFolder } from '../video/clips.ts';
import { share, trackedClip } from './people.ts';

const folder = temporaryFolder();

function displayAspect(file: string): number {
  const fields = ['-show_entries', 'stream=width,height,sample_aspect_ratio', '-of', 'csv=p=0'];
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', ...fields, file], {
    encoding: 'utf8',
  });
  const [width, height, ratio] = text.trim().split(',');
  const [across, down] = /^[1-9]/.test(ratio) ? ratio.split(':').map(Number) : [1, 1];
  return (Number(width) * across) / down / Number(height);
}

describe.each([
  ['12:11', 704],
  ['4:3', 576],
  ['2:1', 384],
  ['24:11', 352],
  ['1:2', 1536],
])('pixels of %s', (ratio, width) => {
  it('give the people that square ones do, in stored pixels, and an annotated video of the same shape', async () => {
    const name = ratio.replace(':', 'to');
    const seconds = 3;
    const square = { seconds, filter: `scale=${width}:576,scale=768:576,setsar=1` };
    const control = await trackedClip(folder, `${name}-square.mp4`, square);
    const filter = `scale=${width}:576,setsar=${ratio.replace(':', '/')}`;
    const { clip, source, frames, notices, files } = await trackedClip(folder, `${name}.mp4`, { seconds, filter });
    const { all, found } = share(control.frames, frames, 768 / width);
    expect(all).toBeGreaterThan(50);
    expect(found).toBeGreaterThanOrEqual(0.95);
    const [across, down] = ratio.split(':').map(Number);
    expect(source).toMatchObject({ width, height: 576 });
    expect(source.sampleAspectRatio).toBeCloseTo(across / down, 3);
    expect((await probe(files.annotated!)).sampleAspectRatio).toBeCloseTo(across / down, 3);
    expect(displayAspect(files.annotated!)).toBeCloseTo(displayAspect(clip), 3);
    expect(control.source).not.toHaveProperty('sampleAspectRatio');
    expect(control.notices).toEqual([]);
    expect(notices).toEqual([{ code: 'sar-applied', message: expect.stringContaining(`taken as ${ratio} (as the`) }]);
  });
});

it('--sar gives what the same SAR in the file does, in the annotated video too', async () => {
  const clip = { seconds: 3, filter: 'scale=384:576,setsar=2/1' };
  const stated = await trackedClip(folder, 'stated.mp4', clip);
  const silent = { ...clip, filter: 'scale=384:576,setsar=1' };
  const given = await trackedClip(folder, 'silent.mp4', { ...silent, parameters: { video: { sar: '2:1' } } });
  expect(given.frames.flat().length).toBeGreaterThan(50 * 4);
  expect(given.frames).toEqual(stated.frames);
  expect(given.source.sampleAspectRatio).toBe(2);
  expect((await probe(given.files.annotated!)).sampleAspectRatio).toBe(2);
  expect(given.notices).toEqual([
    {
      code: 'sar-applied',
      message: `${given.clip}: pixels are taken as 2:1 (--sar; the video says 1:1): the picture of 384 × 576 is seen as 768 × 576; boxes are in stored pixels`,
    },
  ]);
});

describe('the shape of pixels', () => {
  const size = (text: string) => {
    const [width, height] = text.split('x').map(Number);
    return { width, height };
  };
  it.each<[string, string, string | undefined, number | undefined, string | undefined]>([
    ['768x576', '0:0', undefined, undefined, undefined],
    ['768x576', '0:1', undefined, undefined, undefined],
    ['768x576', '1:1', undefined, undefined, undefined],
    ['720x576', '16:11', undefined, 16 / 11, 'sar-applied'],
    ['720x576', '16:11', '1:1', undefined, 'sar-applied'],
    ['720x576', '0:0', '16:11', 16 / 11, 'sar-applied'],
    ['161x121', '255:254', undefined, 255 / 254, undefined],
    ['720x576', '4000:1', undefined, undefined, 'sar-ignored'],
    ['720x576', '1:4000', undefined, undefined, 'sar-ignored'],
    ['720x576', '1:0', undefined, undefined, 'sar-ignored'],
    ['720x576', '4000:1', '12:11', 12 / 11, 'sar-applied'],
    ['960x1080', '0:0', undefined, undefined, 'sar-missing'],
    ['960x1080', '0:1', undefined, undefined, 'sar-missing'],
    ['960x1080', '1:1', undefined, undefined, undefined],
    ['960x1080', '2:1', undefined, 2, 'sar-applied'],
    ['960x1080', '0:0', '2:1', 2, 'sar-applied'],
    ['960x1080', '0:0', '1:1', undefined, 'sar-applied'],
    ['352x576', '0:0', undefined, undefined, 'sar-missing'],
    ['1080x960', '0:0', undefined, undefined, undefined],
  ])('of %s that says %s, with --sar %s, is %s: %s', (picture, stated, asked, ratio, code) => {
    const { notices, ...found } = pixelShape('dvr.avi', size(picture), stated, asked);
    expect(found).toEqual(ratio === undefined ? {} : { ratio });
    expect(notices.map((notice) => notice.code)).toEqual(code ? [code] : []);
  });

  it('that recorders leave out is named', () => {
    expect(pixelShape('dvr.avi', size('960x1080'), '0:0').notices[0].message).toBe(
      'dvr.avi: does not say what shape its pixels have; at 960 × 1080 recorders mean a picture of 16:9: if people are too narrow or wide in it, add --sar 2:1',
    );
  });

  it('that is nonsense in a file is left out of account', async () => {
    const strange = ['-vf', 'setsar=4000/1:max=10000', '-c:v', 'ffv1'];
    const clip = makeClip(join(folder, 'strange.mkv'), 'testsrc2=s=64x48:r=5:d=1', ...strange);
    const codes: string[] = [];
    const { info, frames } = await readAll(clip, { onNotice: ({ code }) => codes.push(code) });
    expect([info.sampleAspectRatio, frames.length, codes]).toEqual([undefined, 5, ['sar-ignored']]);
  });

  it('of a camera is what is said of it', async () => {
    const clip = makeClip(join(folder, 'camera.ts'), 'testsrc2=s=96x108:r=10:d=2', '-c:v', 'mpeg2video', '-q:v', '2');
    const server = createServer((_, response) => void createReadStream(clip).pipe(response)).listen(0);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/camera.ts`;
    const video = await openCamera(url, { sar: '2:1' });
    expect(video.info.sampleAspectRatio).toBe(2);
    await video.close();
    server.close();
  });

  it('is that of the picture as displayed, where it is turned', async () => {
    const clip = makeClip(join(folder, 'turned.mkv'), 'testsrc2=s=64x48:r=5:d=1', '-vf', 'setsar=10/11,transpose');
    expect((await probe(clip, { sar: '2:1' })).sampleAspectRatio).toBe(2);
  });
});
