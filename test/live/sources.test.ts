import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { nameSources } from '../../src/live/camera/source.ts';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { addressOf } from '../../src/video/camera/address.ts';
import { Backoff, pauseUntilOpen } from '../../src/video/camera/back-off.ts';
import { CameraSession } from '../../src/video/camera/session.ts';
import { findFfmpeg, startFfmpeg } from '../../src/video/ffmpeg.ts';
import { slowness } from '../machine.ts';
import { readAll, runFfmpeg } from '../video/clips.ts';
import { endAll, folder, freePort, later, SAMPLE, standIn, statusOf, until } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

describe('sources', () => {
  it('are named by host or file, each by a name of its own', () => {
    const urls = [
      'rtsp://me:p@ss@cam.lan:554/1',
      'rtsp://cam.lan/2',
      'http://[::1]:80/x',
      'a b/c.d.mp4',
      '/dev/video0',
      'rtsp://..',
    ];
    expect(nameSources(urls, ['c.d']).map(({ name }) => name)).toEqual([
      'cam.lan',
      'cam.lan-2',
      '1',
      'c.d-2',
      'video0',
      'camera',
    ]);
  });

  it('may fetch by the protocols of their kind only', () => {
    const whitelist = (url: string) =>
      addressOf(url, true)
        .args.join(' ')
        .match(/-protocol_whitelist (\S+)/)?.[1];
    expect(whitelist('rtsp://x/1')).toBe('rtp,udp,tcp,tls,rtsp,rtsps');
    expect(whitelist('https://x/1.m3u8')).toBe('http,https,tcp,tls,crypto');
    expect([whitelist(SAMPLE), whitelist('/dev/video0')]).toEqual(['file', 'file']);
    expect(addressOf('rtsp://me:secret@x/1?token=abc').shown).toBe('rtsp://***@x/1?token=***');
  });

  it.each([
    ['rtsp://user:p@ss#1@host/', 'rtsp://***@host/', '#', '%23 for #'],
    ['rtsp://user:pa/ss?1@host:554/a', 'rtsp://***@host:554/a', '/ and ?', '%2F for /, %3F for ?'],
    ['http://u:p#q@host/x?y=1#z', 'http://***@host/x?y=1#z', '#', '%23 for #'],
  ])('name the signs of a password to encode: %s', (url, shown, signs, written) => {
    expect(() => addressOf(url)).toThrow(
      `${shown}: the password has ${signs} in it, which ends a host name; write ${written}`,
    );
  });

  it.each([
    'rtsp://user:p@ss@host/',
    'rtsp://u:p%23q@h/1',
    'rtsp://user:pw@host:554/path@2',
    'rtsp://[::1]:554/a@b',
    'rtsp://host:554/user=admin_password=s#e@cret_channel=1',
    'http://host/a?b=c@d#e',
  ])('are taken where all signs are in their place: %s', (url) => {
    expect(addressOf(url).shown).not.toContain('p@ss');
  });

  it('stand in the config file, beside the parameters', async () => {
    const config = join(folder(), 'c.yaml');
    const read = (text: string) => {
      writeFileSync(config, text);
      return loadConfiguration(['rtsp://door/2'], config, ['live.eventRate=5']);
    };
    const { cameras, parameters } = await read(
      'cameras:\n - {name: door, url: rtsp://door/1}\n - {url: rtsp://b, lines: {gate: {points: [[0, 0], [9, 9]]}}}\nlive: {pictureRate: 3}',
    );
    expect(cameras.map(({ lines }) => Object.keys(lines ?? {}))).toEqual([[], ['gate'], []]);
    expect(cameras.map(({ name }) => name)).toEqual(['door', 'b', 'door-2']);
    expect(parameters.live).toMatchObject({ eventRate: 5, pictureRate: 3 });
    const skipped = async (text: string) => (await read(text)).skipped;
    expect(
      await skipped('cameras:\n - {name: door}\n - {url: rtsp://a, pass: x}\n - {name: yard, url: rtsp://b}'),
    ).toEqual([
      { name: 'door', reason: expect.stringMatching(/cameras\.0\.url: .*; a camera has a url/) },
      { name: 'cameras.1', reason: expect.stringMatching(/unknown key cameras\.1\.pass; known are/) },
    ]);
    await expect(read('cameras: none')).rejects.toThrow('cameras: is no list');
    await expect(startWith([{ name: '../x', url: 'rtsp://a' }])).rejects.toThrow(
      'camera "../x": a name is made of letters',
    );
    const live = await startWith([
      { name: 'a', url: `rtsp://127.0.0.1:${await freePort()}/` },
      { name: 'A', url: 'rtsp://b' },
      { name: 'c', url: 'ftp://c' },
    ]);
    expect(live.status.cameras.map(({ name }) => name)).toEqual(['a']);
    expect(live.status.skipped).toEqual([
      { name: 'A', reason: 'camera "A": this name stands twice' },
      { name: 'c', reason: expect.stringContaining('ftp is no kind of live source') },
    ]);
  });

  const startWith = (cameras: { name: string; url: string }[]) => follow({ cameras, detector: standIn() });

  it('are followed over HLS at their own pace, though a segment comes at once and then nothing for seconds', async () => {
    const files = folder();
    const ffmpeg = await findFfmpeg();
    const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '28'];
    const segments = ['-f', 'hls', '-hls_time', '4', '-hls_list_size', '4', '-hls_flags', 'delete_segments'];
    const input = ['-re', '-stream_loop', '-1', '-i', SAMPLE, '-vf', 'scale=192:144'];
    const sender = startFfmpeg(ffmpeg, [...input, ...encoder, ...segments, join(files, 'live.m3u8')]);
    later(() => sender.kill());
    const server = createServer((request, response) => {
      const path = join(files, (request.url ?? '').replace(/[^\w.]/g, ''));
      if (existsSync(path)) response.end(readFileSync(path));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    later(() => server.close());
    await until('two segments', () => existsSync(join(files, 'live1.ts')));
    const { port } = server.address() as AddressInfo;
    const sources = ['live', 'none'].map((name) => ({ name, url: `http://127.0.0.1:${port}/${name}.m3u8` }));
    const live = await follow({ cameras: sources, detector: standIn() }, { appearance: { mode: 'off' } });
    await until('pictures of four segments', () => statusOf(live, 'live').received > 4 * 28, 45);
    const { reconnects, received, dropped, ...status } = statusOf(live, 'live');
    expect(status).toMatchObject({ state: 'live', width: 192, people: 1 });
    expect(reconnects).toBe(0);
    expect(dropped / received).toBeLessThan(0.2 * slowness());
    await until('the other is tried', () => statusOf(live, 'none').state === 'offline');
    expect(statusOf(live, 'none').fault?.kind).toBe('path');
  });
});

describe('a recording', () => {
  it('keeps the colours of the camera, and is complete when the pictures change their size and the camera stops', async () => {
    const [files, out] = [folder(), folder()];
    const clip = (size: string, name: string) => {
      const tags = 'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709';
      const filter = `scale=${size}:out_color_matrix=bt709,${tags}`;
      runFfmpeg('-t', '3', '-i', SAMPLE, '-vf', filter, '-colorspace', 'bt709', join(files, name));
      return join(files, name);
    };
    const url = clip('192:144', 'yard.mp4');
    const other = clip('128:96', 'other.mp4');
    const cameras = [{ name: 'yard', url }];
    const live = await follow({ cameras, detector: standIn(), realtime: true, record: true, out });
    await until('pictures', () => statusOf(live).processed > 3);
    renameSync(other, url);
    await until('pictures of the other size', () => statusOf(live).width === 128);
    const { processed } = statusOf(live);
    await until('some of them', () => statusOf(live).processed > processed + 3);
    await live.close();
    const names = readdirSync(join(out, 'yard')).filter((name) => /\.mp4/.test(name));
    const recordings = await Promise.all(names.map((name) => readAll(join(out, 'yard', name))));
    expect(names).toEqual(names.map(() => expect.stringMatching(/^\d{8}T\d{6}Z\.annotated\.mp4$/)));
    expect(recordings.map(({ info, error }) => [info.width, info.colourSpace, error])).toEqual([
      [192, 'bt709', undefined],
      [128, 'bt709', undefined],
    ]);
    for (const { times } of recordings) expect(times.length).toBeGreaterThan(0);
  });
});

describe('waits between attempts', () => {
  const limits = { retryMinSeconds: 0.25, retryMaxSeconds: 30 };

  /** The waits of a session with this source. */
  const waitsOf = (url: string): number[] => {
    const waits: number[] = [];
    const session = new CameraSession(
      addressOf(url, true),
      { ...limits, connectSeconds: 10, stallSeconds: 3 },
      {
        letterbox: () => undefined,
        onFormat() {},
        onFrame: (frame) => frame.release?.(),
        onConnected() {},
        onOffline: (_, seconds) => waits.push(seconds),
      },
    );
    later(() => session.stop());
    return waits;
  };

  it('grow while a source ends after each picture, also where it could be had again at once', async () => {
    const picture = join(folder(), 'picture.jpg');
    runFfmpeg('-i', SAMPLE, '-frames:v', '1', picture);
    const server = createServer((_, response) => response.end(readFileSync(picture))).listen(0, '127.0.0.1');
    later(() => server.close());
    await until('listening', () => server.listening);
    const { port } = server.address() as AddressInfo;
    const all = [waitsOf(`http://127.0.0.1:${port}/picture.jpg`), waitsOf(picture)];
    await until('five pictures each', () => all.every((waits) => waits.length >= 5));
    // 0.25 s, doubled four times, less up to a half
    for (const waits of all) expect(waits[4]).toBeGreaterThanOrEqual(2);
  });

  it('stay short for a file that is played over and over', async () => {
    const clip = join(folder(), 'clip.mp4');
    runFfmpeg('-t', '3', '-i', SAMPLE, '-vf', 'scale=192:144', clip);
    const waits = waitsOf(clip);
    await until('three plays', () => waits.length >= 3);
    expect(Math.max(...waits)).toBeLessThanOrEqual(0.25);
  });

  it('double from a quarter of a second to half a minute, less up to a half by chance', () => {
    const backoff = new Backoff(limits);
    const waits = Array.from({ length: 10 }, () => backoff.next(0));
    expect(waits).toEqual([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
    backoff.reset();
    expect(backoff.next(1)).toBe(0.125);
    backoff.slow();
    expect(backoff.next(0)).toBe(30);
    for (let i = 0; i < 1e4; i++) expect(backoff.next()).toBeGreaterThanOrEqual(15);
  });

  it('end when a port opens that was closed, and not for one that was open', async () => {
    const port = await freePort();
    const { signal } = new AbortController();
    const begin = performance.now();
    const waited = pauseUntilOpen(20, { host: '127.0.0.1', port }, signal).then((opened) => {
      expect(opened).toBe(true);
      return performance.now() - begin;
    });
    await sleep(600);
    const server = createServer().listen(port, '127.0.0.1');
    later(() => server.close());
    expect(await waited).toBeGreaterThan(550);
    expect(await waited).toBeLessThan(10_000);
    const again = performance.now();
    expect(await pauseUntilOpen(0.8, { host: '127.0.0.1', port }, signal)).toBe(false);
    expect(performance.now() - again).toBeGreaterThan(750);
  });
});
