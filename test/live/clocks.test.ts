import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as listen, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/video/camera/address.ts';
import { now } from '../../src/video/camera/clock.ts';
import { CameraSession } from '../../src/video/camera/session.ts';
import { slowness } from '../machine.ts';
import { runFfmpeg } from '../video/clips.ts';
import { endAll, folder, later, needing, SAMPLE, TestCamera, until } from './rig.ts';

afterEach(endAll);

interface Seen {
  /** When the frame was given on, its time, and its time by the camera's clock. */
  readonly at: number;
  readonly time: number;
  readonly elapsed: number;
}

/** The frames of a source from now on. */
function watch(url: string): Seen[] {
  const seen: Seen[] = [];
  const limits = { retryMinSeconds: 0.25, retryMaxSeconds: 30, connectSeconds: 10, stallSeconds: 5 };
  const session = new CameraSession(addressOf(url), limits, {
    letterbox: () => undefined,
    onFormat() {},
    onFrame: ({ time, elapsed, release }) => {
      seen.push({ at: now(), time, elapsed });
      release?.();
    },
    onConnected() {},
    onOffline() {},
  });
  later(() => session.stop());
  return seen;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

describe('a camera whose pictures have no times', () => {
  it.each([5, 7, 15, 30])('at %d a second: a picture is of when it came', async (rate) => {
    const picture = join(folder(), 'picture.jpg');
    runFfmpeg('-i', SAMPLE, '-frames:v', '1', '-vf', 'scale=192:144', picture);
    const jpeg = readFileSync(picture);
    const head = `--next\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`;
    const part = Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]);
    const viewers = new Set<ServerResponse>();
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=next' });
      viewers.add(response);
      response.once('close', () => viewers.delete(response));
    }).listen(0, '127.0.0.1');
    let sent = 0;
    const timer = setInterval(() => {
      sent = now();
      for (const viewer of viewers) viewer.write(part);
    }, 1000 / rate);
    later(() => clearInterval(timer));
    later(() => server.close());
    later(() => server.closeAllConnections());
    await until('listening', () => server.listening);
    const seen = watch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await until('eight seconds of pictures', () => seen.length > 8 * rate, 60);
    expect(sent).toBeGreaterThan(0);
    const steady = seen.slice(-4 * rate);
    for (const { at, time } of steady) expect(at).toBeGreaterThanOrEqual(time);
    expect(median(steady.map(({ at, time }) => at - time))).toBeLessThan(0.5);
    // told apart from 25 a second: they last as long by their times as by our clock
    const [first, last] = [steady[0], steady[steady.length - 1]];
    for (const of of ['time', 'elapsed'] as const)
      expect(Math.abs(last[of] - first[of] - (last.at - first.at))).toBeLessThan(slowness() / rate);
  });
});

describe('a stream that is late by two seconds for twelve', needing('camera'), () => {
  it('gives no time that lies ahead, and right ones from five seconds after', async () => {
    const camera = await TestCamera.make();
    await camera.start();
    let late = 0;
    const proxy = listen((viewer) => {
      const server = connect(camera.port, '127.0.0.1');
      viewer.pipe(server);
      delayed(server, viewer, () => late);
      for (const socket of [viewer, server]) socket.on('error', () => {});
      later(() => viewer.destroy());
      later(() => server.destroy());
    }).listen(0, '127.0.0.1');
    later(() => proxy.close());
    await until('listening', () => proxy.listening);
    const seen = watch(camera.url().replace(`${camera.port}`, `${(proxy.address() as AddressInfo).port}`));
    const seconds = (n: number) => {
      const { length } = seen;
      const end = now() + n;
      return until(`${n} s of frames`, () => now() > end && seen.length > length, n + 20);
    };
    await until('frames', () => seen.length > 0);
    await seconds(8);
    const clocks = ({ time, elapsed }: Seen) => time - elapsed;
    const right = median(seen.slice(-14).map(clocks));
    late = 2;
    await seconds(12);
    late = 0;
    const over = now();
    await seconds(15);
    for (const { at, time } of seen) expect(at).toBeGreaterThanOrEqual(time);
    const after = seen.filter(({ at }) => at > over + 5).map((frame) => Math.abs(clocks(frame) - right));
    expect(after.length).toBeGreaterThan(30);
    expect(Math.max(...after)).toBeLessThan(0.3 * slowness());
  });
});

/** Copies what comes from one to the other, so many seconds later; nothing overtakes what came before. */
function delayed(from: Socket, to: Socket, seconds: () => number): void {
  const waiting: { due: number; chunk: Buffer }[] = [];
  from.on('data', (chunk: Buffer) => {
    waiting.push({ due: now() + seconds(), chunk });
    flush();
  });
  const flush = () => {
    while (waiting.length > 0 && (waiting[0].due <= now() || seconds() === 0)) to.write(waiting.shift()!.chunk);
  };
  const timer = setInterval(flush, 10);
  from.once('close', () => clearInterval(timer));
}
