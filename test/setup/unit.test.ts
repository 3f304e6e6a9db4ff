import { execFileSync, spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { openVideo } from '../../src/video/index.ts';

it('a unit test starts no process and opens no video', async () => {
  expect(() => spawn('true')).toThrow('a unit test starts no process (spawn of true); list the file under INTEGRATION');
  expect(() => execFileSync('true')).toThrow('a unit test starts no process');
  await expect(openVideo('videos/pets09-s2l1.mp4')).rejects.toThrow('ffmpeg: does not run');
});
