import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { track } from '../../src/engine/track.ts';
import { isCamera } from '../../src/video/index.ts';
import { endAll, freePort, later, needing, standIn, TestCamera } from './rig.ts';
import { held } from './scenarios.ts';

afterEach(endAll);

const options = { detector: standIn(), parameters: { appearance: { mode: 'off' } } } as const;

describe('addresses of cameras', () => {
  it.each([
    ['rtsp://camera/stream', true],
    ['RTSPS://user:secret@camera:322/1', true],
    ['http://camera/mjpeg', true],
    ['/dev/video0', true],
    ['street.mp4', false],
    ['-', false],
    ['ftp://camera/file', false],
  ])('%s: %s', (address, expected) => expect(isCamera(address)).toBe(expected));
});

describe('track on a camera that is not there', () => {
  it('is refused in one line without the password, and leaves nothing behind', async () => {
    const url = `rtsp://user:s3cret@127.0.0.1:${await freePort()}/stream`;
    const before = held();
    const error = await track(url, options)
      .next()
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'TwintrackError' });
    expect((error as Error).message).toMatch(/^rtsp:\/\/\*\*\*@127\.0\.0\.1:\d+\/stream: /);
    expect(held().processes).toBe(before.processes);
  });

  it('ends with the reason of its signal while it waits', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1'); // takes the connection and says nothing
    await once(server, 'listening');
    later(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const controller = new AbortController();
    server.on('request', () => controller.abort(new Error('enough')));
    const frames = track(`http://127.0.0.1:${port}/`, { ...options, signal: controller.signal });
    await expect(frames.next()).rejects.toThrow('enough');
  });
});

describe('track on a camera', needing('camera'), () => {
  it('yields its people until the loop is left, also after it was gone', async () => {
    const camera = await TestCamera.make();
    await camera.start();
    const before = held();
    const times: number[] = [];
    let back = 0;
    let seen = 0;
    for await (const { time, people, picture } of track(camera.url(), { ...options, pictures: true })) {
      expect(picture).toMatchObject({ width: 768, height: 576 });
      times.push(time);
      if (back === 0 && people.length > 0) {
        expect(people.map(({ id }) => id)).toEqual([1]);
        seen++;
      }
      if (back === 0 && seen === 3) {
        await camera.kill();
        await camera.start();
        back = times.length;
      }
      if (back > 0 && times.length > back + 3 && people.length === 1) break;
    }
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBe(0);
    expect(held().processes).toBe(before.processes);
  });
});
