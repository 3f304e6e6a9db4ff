import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAll } from './clips.ts';

const sample = 'videos/pets09-s2l1.mp4';

test('the sample clip has all 795 frames at n / 7 s, 768×576', async () => {
  const { info, frames, times, error } = await readAll(sample);
  expect(error).toBeUndefined();
  expect(info).toMatchObject({
    width: 768,
    height: 576,
    frameRate: 7,
    frameCount: 795,
    codec: 'h264',
    pixelFormat: 'yuv420p',
  });
  expect(frames.length).toBe(795);
  for (const [n, time] of times.entries()) expect(time).toBeCloseTo(n / 7, 8);
  expect(statSync(sample).size).toBeLessThan(8e6);
});
