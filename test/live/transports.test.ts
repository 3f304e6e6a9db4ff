import { afterEach, describe, expect, it } from 'vitest';
import { endAll, needing, TestCamera, until, watch } from './rig.ts';

afterEach(endAll);

describe('an RTSP camera', needing('camera'), () => {
  it('that sends over UDP only is followed over UDP, with and without a password; not where TCP is asked for', async () => {
    const open = await TestCamera.make({ udp: true });
    const locked = await TestCamera.make({ udp: true, user: 'me', password: 's3cret', digest: true });
    await Promise.all([open.start(), locked.start()]);
    const followed = [watch(open.url()), watch(open.url(), { transport: 'udp' }), watch(locked.url())];
    const refused = watch(open.url(), { transport: 'tcp' });
    await until('frames', () => followed.every(({ frames }) => frames > 14), 60);
    await until('it is told', () => refused.faults.length > 0);
    expect(refused.faults[0]).toBe('the camera does not send its pictures this way (461): see transport');
    expect(refused.frames).toBe(0);
    for (const { faults } of followed) expect(faults).toEqual([]);
  });

  it('that sends over TCP is followed over TCP, of H.264 and H.265', async () => {
    const cameras = [await TestCamera.make(), await TestCamera.make({ codec: 'h265' })];
    await Promise.all(cameras.map((camera) => camera.start()));
    const followed = [...cameras.map((camera) => watch(camera.url())), watch(cameras[0].url(), { transport: 'tcp' })];
    await until('frames', () => followed.every(({ frames }) => frames > 14), 60);
    expect(followed.map(({ format }) => format?.codec)).toEqual(['h264', 'hevc', 'h264']);
    for (const { faults } of followed) expect(faults).toEqual([]);
  });
});
