import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { addressOf, nameSources } from '../../src/live/address.ts';
import { Backoff, pauseUntilOpen } from '../../src/live/backoff.ts';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { FAST, failure, start, twintrack } from '../commands/cli.ts';
import { runFfmpeg } from '../video/clips.ts';
import {
  Broker,
  endAll,
  folder,
  freePort,
  later,
  missing,
  SAMPLE,
  standIn,
  statusOf,
  TestCamera,
  until,
} from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

const wrong = (line: string) => failure(line, 2);

describe('twintrack stream', () => {
  it.each([
    [[], 'stream: no camera; for example: twintrack stream rtsp://user:password@192.168.1.20/stream1'],
    [['ftp://me:secret@host/x'], 'ftp://***@host/x: ftp is no kind of live source; known are rtsp, rtsps, http, https'],
    [[SAMPLE], `${SAMPLE}: is a file; add --realtime to play it as if it were a camera`],
    [['nowhere.mp4'], 'nowhere.mp4: neither a file nor a live source; for example rtsp://user:password@camera/stream'],
    [
      [SAMPLE, '--realtime', '--keep', 'long'],
      '--keep long: neither an age nor a size; for example 12h, 7d, 4w, 500MB, 10GB',
    ],
    [
      [SAMPLE, '--realtime', '--mqtt', 'http://me:secret@broker'],
      '--mqtt http://***@broker: not the address of a broker; for example mqtt://localhost',
    ],
  ])('%j is wrong usage', async (args, line) => {
    expect(await twintrack(['stream', ...args, '--out', folder()])).toEqual(wrong(line));
  });

  it('refuses to show pictures to others without a token, and ends in order', async () => {
    const { status, stderr } = await twintrack([
      'stream',
      SAMPLE,
      '--realtime',
      '--out',
      folder(),
      '--host',
      '0.0.0.0',
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('twintrack: --host 0.0.0.0: others could watch; add --token');
  });

  it('plays a file over and over, and ends within five seconds of SIGTERM with all outputs complete', async () => {
    const out = folder();
    const clip = join(folder(), 'short.mp4');
    runFfmpeg('-i', SAMPLE, '-t', '3', '-c', 'copy', clip);
    const run = start(['stream', clip, '--realtime', '--out', out, '--port', '0', '--record', ...FAST]);
    await run.said('"msg":"offline; it is tried again and again"');
    const events = () => readFileSync(join(out, 'short/events.jsonl'), 'utf8');
    await until('it plays again', () => events().split('"connected"').length > 2);
    const begin = performance.now();
    process.kill(run.pid, 'SIGTERM');
    expect(await run.ended).toMatchObject({ status: 0, signal: null, stdout: '' });
    expect(performance.now() - begin).toBeLessThan(5000);
    const names = readdirSync(join(out, 'short')).sort();
    expect(names.map((name) => name.replace(/^\d{8}T\d{6}Z/, 'TIME'))).toEqual([
      'TIME.annotated.mp4',
      'TIME.trajectories.json',
      'events.jsonl',
    ]);
    const document = await readTrajectories(join(out, 'short', names[1]));
    expect(document).toMatchObject({ complete: true, source: { width: 768, height: 576 } });
    expect(document.summary.frames).toBeGreaterThan(15);
    const lines = events()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ event: 'stopped', camera: 'short' });
    const count = (event: string) => lines.filter((line) => line.event === event).length;
    expect(count('started')).toBe(count('ended'));
    for (const line of (await run.ended).stderr.trimEnd().split('\n'))
      expect(JSON.parse(line).level).toMatch(/info|warn/);
  });

  it('reads the configuration again at SIGHUP: what stays is not disturbed, what is wrong is not taken', async () => {
    const out = folder();
    const config = join(folder(), 'cameras.yaml');
    const write = (names: readonly string[]) =>
      writeFileSync(config, `cameras:\n${names.map((name) => `  - { name: ${name}, url: ${SAMPLE} }\n`).join('')}`);
    write(['one', 'two']);
    const run = start(['stream', '--config', config, '--realtime', '--out', out, '--port', '0', ...FAST]);
    await run.said('"camera":"one","width"');
    write(['one', 'three']);
    process.kill(run.pid, 'SIGHUP');
    await run.said('"camera":"three","width"');
    writeFileSync(config, 'cameras: nothing');
    process.kill(run.pid, 'SIGHUP');
    await run.said('the configuration is not taken');
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).status).toBe(130);
    const kinds = (name: string) =>
      [...readFileSync(join(out, name, 'events.jsonl'), 'utf8').matchAll(/"event":"(connected|stopped)"/g)].map(
        ([, kind]) => kind,
      );
    expect(readdirSync(out).sort()).toEqual(['one', 'three', 'two']);
    expect([kinds('one'), kinds('two'), kinds('three')]).toEqual(Array(3).fill(['connected', 'stopped']));
  });

  it.skipIf(missing(['camera', 'broker']))('lets no credentials into any output', async () => {
    const camera = await TestCamera.make({ user: 'admin', password: 'c4mera-s3cret' });
    await camera.start();
    const broker = await Broker.start();
    const out = folder();
    const port = await freePort();
    const urls = [
      camera.url(),
      'http://127.0.0.1:9/video?user=me&pwd=qu3ry-s3cret',
      'rtsp://admin:0ther-s3cret@127.0.0.1:9/x',
    ];
    const options = ['--mqtt', broker.url, '--token', 't0ken-s3cret', '--out', out, '--port', `${port}`, '--record'];
    const run = start(['--verbose', 'stream', ...urls, ...options, ...FAST]);
    await run.said('"msg":"live"');
    await sleep(1500);
    await camera.kill();
    await run.said('connection is refused');
    await sleep(500);
    const answers: string[] = [];
    for (const path of ['', 'page.js', 'metrics', 'healthz', 'api/status', 'api/history']) {
      const headers = { authorization: 'Bearer t0ken-s3cret' };
      answers.push(await (await fetch(`http://127.0.0.1:${port}/${path}`, { headers })).text());
    }
    process.kill(run.pid, 'SIGTERM');
    const { stdout, stderr } = await run.ended;
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.\w+$/.test(name) && !/^\d+\.\d+\.\d+\.\d+(-\d)?$/.test(name),
    );
    const texts = files.map((name) => readFileSync(join(out, name), 'latin1'));
    expect(files.some((name) => name.endsWith('.trajectories.json'))).toBe(true);
    expect([...files, ...texts, ...answers, stdout, stderr].join('\n')).not.toMatch(/s3cret|admin/);
    expect(stderr).toContain('127.0.0.1');
  });
});

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
    expect(whitelist('rtsp://x/1')).toBe('rtp,tcp,tls,rtsp,rtsps');
    expect(whitelist('https://x/1.m3u8')).toBe('http,https,tcp,tls,crypto');
    expect([whitelist(SAMPLE), whitelist('/dev/video0')]).toEqual(['file', 'file']);
    expect(addressOf('rtsp://me:secret@x/1?token=abc').shown).toBe('rtsp://***@x/1?token=***');
  });

  it('stand in the config file, beside the parameters', async () => {
    const config = join(folder(), 'c.yaml');
    const read = (text: string) => {
      writeFileSync(config, text);
      return loadConfiguration(['rtsp://door/2'], config, ['live.eventRate=5']);
    };
    const { cameras, parameters } = await read(
      'cameras:\n - {name: door, url: rtsp://door/1}\n - url: rtsp://b\nlive: {pictureRate: 3}',
    );
    expect(cameras.map(({ name }) => name)).toEqual(['door', 'b', 'door-2']);
    expect(parameters.live).toMatchObject({ eventRate: 5, pictureRate: 3 });
    await expect(read('cameras:\n - {name: door}')).rejects.toThrow(/cameras\.0\.url: .*; give each camera a url/);
    await expect(read('cameras:\n - {url: rtsp://a, pass: x}')).rejects.toThrow(/cameras\.0: /);
    await expect(startWith([{ name: '../x', url: 'rtsp://a' }])).rejects.toThrow(
      'camera "../x": a name is made of letters',
    );
    await expect(
      startWith([
        { name: 'a', url: 'rtsp://a' },
        { name: 'A', url: 'rtsp://b' },
      ]),
    ).rejects.toThrow('stands twice');
  });

  const startWith = (cameras: { name: string; url: string }[]) => follow({ cameras, detector: standIn() });

  it('are followed over HLS as well', async () => {
    const files = folder();
    runFfmpeg(
      '-stream_loop',
      '3',
      '-i',
      SAMPLE,
      '-c',
      'copy',
      '-hls_time',
      '2',
      '-hls_list_size',
      '0',
      '-f',
      'hls',
      join(files, 'live.m3u8'),
    );
    const server = createServer((request, response) => {
      const path = join(files, (request.url ?? '').replace(/[^\w.]/g, ''));
      if (existsSync(path)) response.end(readFileSync(path));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    later(() => server.close());
    await until('listening', () => server.listening);
    const { port } = server.address() as AddressInfo;
    const sources = ['live', 'none'].map((name) => ({ name, url: `http://127.0.0.1:${port}/${name}.m3u8` }));
    const live = await follow({ cameras: sources, detector: standIn() });
    await until('pictures', () => statusOf(live, 'live').processed > 3);
    expect(statusOf(live, 'live')).toMatchObject({ state: 'live', width: 768, people: 1 });
    await until('the other is tried', () => statusOf(live, 'none').state === 'offline');
    expect(statusOf(live, 'none').fault?.kind).toBe('path');
  });
});

describe('waits between attempts', () => {
  const limits = { retryMinSeconds: 0.25, retryMaxSeconds: 30 };

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
    const waited = pauseUntilOpen(20, { host: '127.0.0.1', port }, signal).then(() => performance.now() - begin);
    await sleep(600);
    const server = createServer().listen(port, '127.0.0.1');
    later(() => server.close());
    expect(await waited).toBeGreaterThan(550);
    expect(await waited).toBeLessThan(1500);
    const again = performance.now();
    await pauseUntilOpen(0.8, { host: '127.0.0.1', port }, signal);
    expect(performance.now() - again).toBeGreaterThan(750);
  });
});
