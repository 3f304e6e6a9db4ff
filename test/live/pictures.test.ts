import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { PictureFeed } from '../../src/live/monitoring/pictures.ts';
import { now } from '../../src/video/camera/clock.ts';
import { findFfmpeg } from '../../src/video/ffmpeg.ts';
import { endAll, later, until } from './rig.ts';
import { held } from './scenarios.ts';

afterEach(async () => {
  await endAll();
  await until('the encoders have ended', () => held().processes === 0);
});

const [width, height] = [64, 48];
const never = new AbortController().signal;
const RED = [200, 30, 60] as const;
/** Weights of red and blue in luma. */
const MATRICES = { bt709: [0.2126, 0.0722], smpte170m: [0.299, 0.114] } as const;

/** A picture of one colour, as a camera of this matrix sends it. */
function plain([r, g, b]: readonly number[], [kr, kb]: readonly number[]): Uint8Array {
  const luma = kr * r + (1 - kr - kb) * g + kb * b;
  const [u, v] = [(b - luma) / (2 - 2 * kb), (r - luma) / (2 - 2 * kr)];
  const pixels = new Uint8Array((width * height * 3) / 2).fill(16 + (219 * luma) / 255, 0, width * height);
  pixels.fill(128 + (224 * u) / 255, width * height, (width * height * 5) / 4);
  return pixels.fill(128 + (224 * v) / 255, (width * height * 5) / 4);
}

function feedOf(colourSpace?: string): PictureFeed {
  const feed = new PictureFeed({ pictureRate: 10, pictureWidth: 960 });
  later(() => feed.close());
  feed.setFormat({ width, height, fullRange: false, ...(colourSpace && { colourSpace }) });
  return feed;
}

/** The JPEG of a picture. */
async function jpegOf(feed: PictureFeed, pixels: Uint8Array): Promise<Uint8Array> {
  const waiting = feed.next(0, 30, never);
  await feed.offer(pixels, now());
  return (await waiting)!.jpeg;
}

describe('the pictures for viewers', () => {
  it.each([
    ['bt709', MATRICES.bt709],
    ['smpte170m', MATRICES.smpte170m],
    [undefined, MATRICES.smpte170m],
  ])('have the right colours when the camera sends %s', async (colourSpace, matrix) => {
    const jpeg = await jpegOf(feedOf(colourSpace), plain(RED, matrix));
    const arguments_ = ['-loglevel', 'error', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
    const rgb = execFileSync((await findFfmpeg()).path, arguments_, { input: jpeg });
    for (let k = 0; k < 3; k++) expect(Math.abs(rgb[k] - RED[k])).toBeLessThanOrEqual(4);
  });

  it.each([
    [2, 960, [128, 48]],
    [2, 100, [100, 38]],
    [0.5, 960, [32, 48]],
    [1, 960, [64, 48]],
  ])(
    'are shown in their true shape where pixels are %d as wide as high, at most %d wide',
    async (ratio, most, size) => {
      const feed = new PictureFeed({ pictureRate: 10, pictureWidth: most });
      later(() => feed.close());
      feed.setFormat({ width, height, fullRange: false, ...(ratio !== 1 && { sampleAspectRatio: ratio }) });
      const jpeg = await jpegOf(feed, plain(RED, MATRICES.smpte170m));
      const arguments_ = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', '-i', 'pipe:0'];
      expect(execFileSync('ffprobe', arguments_, { input: jpeg, encoding: 'utf8' }).trim()).toBe(size.join());
    },
  );

  it('are wanted only while there are viewers, and asking ends nothing', async () => {
    const feed = feedOf();
    expect([feed.wants(now()), held().processes]).toEqual([false, 0]);
    const pixels = plain(RED, MATRICES.smpte170m);
    await jpegOf(feed, pixels);
    expect(feed.wants(now() + 1)).toBe(true);
    expect(feed.wants(now() + 1)).toBe(true);
    expect(held().processes).toBe(1);
    // no frame comes and there is no question any more: the encoder ends all the same
    await until('the encoder has ended', () => held().processes === 0);
    await until('no picture is wanted', () => !feed.wants(now() + 1));
    // and is started again for the next viewer
    expect((await jpegOf(feed, pixels)).length).toBeGreaterThan(100);
  });

  it('go on in another format', async () => {
    const feed = feedOf();
    await jpegOf(feed, plain(RED, MATRICES.smpte170m));
    feed.setFormat({ width: 32, height: 32, fullRange: false });
    const waiting = feed.next(1, 30, never);
    await feed.offer(new Uint8Array((32 * 32 * 3) / 2).fill(128), now());
    expect((await waiting)?.number).toBe(2);
    await until('the former encoder has ended', () => held().processes === 1);
  });
});
