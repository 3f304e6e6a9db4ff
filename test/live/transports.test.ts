import { afterEach, describe, expect, it } from 'vitest';
import { addressOf, type Transport } from '../../src/video/camera/address.ts';
import { CameraSession } from '../../src/video/camera/session.ts';
import type { VideoInfo } from '../../src/video/probe.ts';
import { endAll, later, needing, TestCamera, until } from './rig.ts';

afterEach(endAll);

/** What a session reports of a camera. */
function watch(url: string, transport?: Transport) {
  const seen = { frames: 0, faults: [] as string[], format: undefined as VideoInfo | undefined };
  const limits = { retryMinSeconds: 0.25, retryMaxSeconds: 1, connectSeconds: 10, stallSeconds: 3 };
  const session = new CameraSession(addressOf(url, false, transport), limits, {
    letterbox: () => undefined,
    onFormat: (format) => {
      seen.format = format;
    },
    onFrame: ({ release }) => {
      seen.frames++;
      release?.();
    },
    onConnected() {},
    onOffline: ({ reason }) => seen.faults.push(reason),
  });
  later(() => session.stop());
  return seen;
}

describe('an RTSP camera', needing('camera'), () => {
  it('that sends over UDP only is followed over UDP, with and without a password; not where TCP is asked for', async () => {
    const open = await TestCamera.make({ udp: true });
    const locked = await TestCamera.make({ udp: true, user: 'me', password: 's3cret', digest: true });
    await Promise.all([open.start(), locked.start()]);
    const followed = [watch(open.url()), watch(open.url(), 'udp'), watch(locked.url())];
    const refused = watch(open.url(), 'tcp');
    await until('frames', () => followed.every(({ frames }) => frames > 14), 60);
    await until('it is told', () => refused.faults.length > 0);
    expect(refused.faults[0]).toBe('the camera does not send its pictures this way (461): see transport');
    expect(refused.frames).toBe(0);
    for (const { faults } of followed) expect(faults).toEqual([]);
  });

  it('that sends over TCP is followed over TCP, of H.264 and H.265', async () => {
    const cameras = [await TestCamera.make(), await TestCamera.make({ codec: 'h265' })];
    await Promise.all(cameras.map((camera) => camera.start()));
    const followed = [...cameras.map((camera) => watch(camera.url())), watch(cameras[0].url(), 'tcp')];
    await until('frames', () => followed.every(({ frames }) => frames > 14), 60);
    expect(followed.map(({ format }) => format?.codec)).toEqual(['h264', 'hevc', 'h264']);
    for (const { faults } of followed) expect(faults).toEqual([]);
  });
});
