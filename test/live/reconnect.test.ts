import { afterEach, describe, expect, it } from 'vitest';
import { slowness } from '../machine.ts';
import { endAll, needing, standIn, statusOf, TestCamera, TOO_SLOW, tooSlow, until } from './rig.ts';
import { follow, killed, outage, reconnect } from './scenarios.ts';

afterEach(endAll);

describe('a camera that goes and comes back', needing('camera'), () => {
  it('is taken up at once after it was killed or frozen, and nothing is left over', async () => {
    const figures = await reconnect(2, 1, 1, { live: { stallSeconds: 1 } });
    expect(figures.reconnects).toBe(3);
    for (const seconds of [...figures.afterKill, ...figures.afterFreeze]) expect(seconds).toBeLessThan(2 * slowness());
    expect(figures.after.processes).toBe(figures.before.processes);
    expect(figures.after.files).toBeLessThanOrEqual(figures.before.files + 2);
  });

  it('finds the people with the ids they had, and counts each once', async ({ skip }) => {
    // a smaller input, so that a slow machine keeps up
    const { people, seen, kept, crossings, dropped } = await outage(undefined, {
      detection: { inputPixels: 150_000 },
    });
    if (tooSlow(dropped)) skip(TOO_SLOW);
    expect(people).toBeGreaterThan(2);
    expect(seen).toBeGreaterThan(2);
    expect(kept / seen).toBeGreaterThanOrEqual(0.75);
    expect([crossings.length, new Set(crossings).size]).toEqual([2, 2]);
  });

  it('tells a wrong password, a wrong path and a machine that is off apart, without a word of the credentials', async () => {
    const camera = await TestCamera.make({ user: 'viewer', password: 'right' });
    await camera.start();
    const told: string[] = [];
    const tell = (fields: object, message: string) => told.push(JSON.stringify({ ...fields, message }));
    const live = await follow({
      cameras: [
        { name: 'good', url: camera.url() },
        { name: 'password', url: camera.url({ user: 'viewer', password: 'wr0ng-s3cret' }) },
        { name: 'path', url: camera.url(undefined, 'nothing') },
        { name: 'off', url: 'rtsp://me:0ff-s3cret@127.0.0.1:9/x' },
        { name: 'device', url: '/dev/video99' },
      ],
      detector: standIn(),
      log: { info: tell, warn: tell, error: tell },
    });
    await until('each is tried', () => live.status.cameras.every(({ state }) => state !== 'connecting'));
    expect(live.status.cameras.map(({ name, state, fault }) => [name, state, fault?.kind, fault?.reason])).toEqual([
      ['good', 'live', undefined, undefined],
      ['password', 'offline', 'authentication', 'user name or password is wrong (401)'],
      ['path', 'offline', 'path', 'there is no such stream at this address (404)'],
      ['off', 'offline', 'network', 'the connection is refused'],
      ['device', 'offline', 'path', 'there is no such file or device'],
    ]);
    // an account that is tried too often is locked
    expect(statusOf(live, 'password').fault?.retrySeconds).toBeGreaterThan(14);
    expect(`${told} ${JSON.stringify(live.status)}`).not.toMatch(/s3cret|right/);
  });
});

describe('the process', needing('camera'), () => {
  it('may be killed at any moment: what was written is there after the next start, whole', async () => {
    const { lost, events, documents, observations, recordings, unrecorded } = await killed(1, [3, 4]);
    expect(lost).toEqual([]);
    expect(documents).toBeGreaterThanOrEqual(2);
    expect(recordings).toBeGreaterThanOrEqual(2);
    expect(unrecorded).toBeLessThan(4 * slowness());
    expect(events).toBeGreaterThan(10);
    expect(observations).toBeGreaterThan(10);
  });
});
