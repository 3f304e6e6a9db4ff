import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { type Live, startLive, startServer } from '../../src/live/index.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { slowness } from '../machine.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { CHROMIUM, endAll, folder, later, needing, SAMPLE, standIn, statusOf, TestCamera, until } from './rig.ts';
import { follow, held } from './scenarios.ts';

afterEach(endAll);

const TOKEN = 'correct-h0rse-battery';

/** A line of some name, and a zone in which the stand-in's person stands: their feet are at 120, 200. */
function areas(line: string) {
  const lawn = [
    [50, 150],
    [200, 150],
    [200, 250],
    [50, 250],
  ] as [number, number][];
  return {
    lines: {
      [line]: {
        points: [
          [400, 0],
          [400, 500],
        ] as [number, number][],
      },
    },
    zones: { lawn: { points: lawn } },
  };
}

async function serve(live: Live, options: { host?: string; token?: string } = {}) {
  const server = await startServer(live, { host: '127.0.0.1', port: 0, ...options });
  later(() => server.close());
  return server.url;
}

let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

/** A page with all that its console says. */
async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; said: string[] }> {
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const page = await (await browser).newPage(options);
  later(() => page.close());
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('requestfailed', (request) => {
    if (!/picture\.jpg|api\/live/.test(request.url())) said.push(`failed: ${request.url()}`);
  });
  page.on('request', (request) => {
    if (!/^(http:\/\/(localhost|127\.0\.0\.1):|blob:|data:)/.test(request.url()))
      said.push(`elsewhere: ${request.url()}`);
  });
  return { page, said };
}

describe('the live page', needing('camera', 'browser'), () => {
  it('shows pictures that change, counts that are right, and a camera that goes and comes back', async () => {
    const camera = await TestCamera.make();
    await camera.start();
    const parameters = cameraParametersSchema.parse({ ...areas('the <gate>'), live: { stallSeconds: 1 } });
    const { lines } = parameters;
    const sources = [
      { name: 'entrance', url: camera.url() },
      { name: 'yard', url: SAMPLE, lines: {}, zones: {} },
    ];
    const live = await startLive({ cameras: sources, detector: standIn(), realtime: true, out: folder(), parameters });
    later(() => live.close());
    const url = await serve(live);
    const { page, said } = await open({ viewport: { width: 390, height: 844 } });
    await page.goto(url);
    const card = page.locator('#camera-entrance');
    const picture = card.locator('img');
    await picture.waitFor({ state: 'visible' });
    const sources_ = new Set<string | null>();
    await until('pictures change', async () => sources_.add(await picture.getAttribute('src')).size >= 4);
    // an image has no size while its next picture is being decoded
    await until('they are those of the camera', () =>
      picture.evaluate(
        ({ naturalWidth, naturalHeight }: { naturalWidth: number; naturalHeight: number }) =>
          naturalWidth === 768 && naturalHeight === 576,
      ),
    );
    await until('one person at each camera', async () => (await page.locator('#people').textContent()) === '2');
    await until('in words', async () => /1 person now/.test((await card.locator('.now').textContent()) ?? ''));
    expect(await page.locator('#live').textContent()).toBe('2 of 2');
    await until('the rate is shown', async () => {
      const fps = Number(await card.locator('[data-value="fps"]').textContent());
      return Math.abs(fps - statusOf(live, 'entrance').fps) < 1;
    });
    expect(await card.locator('.chart canvas').count()).toBe(1);
    const counts = async () => (await card.locator('.areas li').allTextContents()).join('; ');
    await until('one in the zone', async () => (await counts()) === 'the <gate>0 in, 0 out; lawn1 now, 1 so far');
    expect(await page.locator('#camera-yard .areas li').count()).toBe(0);
    expect(await page.locator('nav a').allTextContents()).toEqual(['entrance1', 'yard1']);
    // it fits a phone
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);

    await camera.prepare();
    await camera.kill();
    await card.locator('.message', { hasText: 'tried again' }).waitFor();
    expect(await card.getAttribute('data-state')).toBe('offline');
    await camera.start();
    await until('it is live again', async () => (await card.getAttribute('data-state')) === 'live');
    await until('it is counted', async () => (await card.locator('[data-value="reconnects"]').textContent()) === '1');
    const before = await picture.getAttribute('src');
    await until('new pictures', async () => (await picture.getAttribute('src')) !== before);

    await live.reconfigure({
      cameras: sources.slice(0, 1),
      parameters: cameraParametersSchema.parse({ lines }),
    });
    await until('the other one is gone', async () => (await page.locator('article').count()) === 1);
    expect(said).toEqual([]);
  });

  it('wants the token, where there is one', async () => {
    const live = await follow({ cameras: [{ name: 'yard', url: SAMPLE }], detector: standIn(), realtime: true });
    const url = await serve(live, { token: TOKEN });
    const ask = async (path: string, authorization?: string) =>
      (await fetch(`${url}${path}`, authorization ? { headers: { authorization } } : {})).status;
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const path of [
      '',
      'page.js',
      'metrics',
      'api/status',
      'api/live',
      'cameras/yard/picture.jpg',
      'cameras/yard/video.mjpeg',
    ]) {
      expect(await ask(path), path).toBe(401);
    }
    expect(await ask('api/status', basic(`anyone:${TOKEN}`))).toBe(200);
    expect(await ask('api/status', `Bearer ${TOKEN}`)).toBe(200);
    const before = performance.now();
    for (const wrong of [basic('anyone:wrong'), `Bearer ${TOKEN}x`, 'Bearer ', 'Basic not base64 £', `Digest ${TOKEN}`])
      expect(await ask('api/status', wrong), wrong).toBe(401);
    expect(performance.now() - before).toBeGreaterThan(1000 * (0.25 + 0.5 + 1 + 2 + 4) - 50); // each twice as slow
    expect(await ask('api/status', `Bearer ${TOKEN}`)).toBe(200);
    const refused = await fetch(`${url}api/status`);
    expect(refused.headers.get('www-authenticate')).toBe('Basic realm="twintrack"');
    expect(await refused.text()).toBe('the token is needed, as password with any user name');
    expect(await ask('healthz')).toBe(200);
    expect(await (await fetch(`${url}healthz`)).text()).not.toContain('yard');

    const { page, said } = await open({ httpCredentials: { username: 'me', password: TOKEN } });
    await page.goto(url);
    await page.locator('#camera-yard img').waitFor({ state: 'visible' });
    expect(said.filter((line) => !line.includes('401'))).toEqual([]);
  });
});

describe('the server', () => {
  let live: Live;
  let url: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const out = temporaryFolder();
    live = await startLive({
      cameras: [{ name: 'yard', url: SAMPLE }],
      ...{ detector: standIn(), realtime: true, out },
      parameters: cameraParametersSchema.parse(areas('a "gate"\n')),
    });
    const server = await startServer(live, { host: '127.0.0.1', port: 0 });
    url = server.url;
    stop = async () => {
      await server.close();
      await live.close();
    };
  });
  afterAll(() => stop());

  it('ends the picture encoder when there are no viewers', async () => {
    await until('frames', () => statusOf(live).processed > 2);
    expect(held().processes).toBe(1); // the camera's decoder
    await (await fetch(`${url}cameras/yard/picture.jpg`)).arrayBuffer();
    expect(held().processes).toBe(2);
    await until('it is gone', () => held().processes === 1);
  });

  it('is not for others without a token, nor for a page that calls itself this machine', async () => {
    await expect(startServer(live, { host: '0.0.0.0', port: 0 })).rejects.toThrow(UsageError);
    const http = await import('node:http');
    const status = await new Promise((resolve) => {
      http.get(url, { headers: { host: 'evil.example' } }, (response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}cameras/none/picture.jpg`)).status).toBe(404);
  });

  it('reports a port that is taken', async () => {
    const { port } = new URL(url);
    await expect(startServer(live, { host: '127.0.0.1', port: Number(port) })).rejects.toThrow(
      `127.0.0.1:${port}: another program listens there; choose another --port or --host`,
    );
  });

  it('sends headers that keep the page to itself, with every answer', async () => {
    for (const path of ['', 'page.js', 'api/status', 'cameras/yard/video.mjpeg', 'none']) {
      const gone = new AbortController();
      const { headers } = await fetch(`${url}${path}`, { signal: gone.signal });
      gone.abort();
      expect(headers.get('content-security-policy'), path).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/);
      const names = ['referrer-policy', 'x-content-type-options', 'x-frame-options', 'cache-control'];
      expect(names.map((name) => headers.get(name))).toEqual(['no-referrer', 'nosniff', 'DENY', 'no-store']);
      expect(headers.has('strict-transport-security')).toBe(false); // it has no TLS
    }
  });

  it('has metrics of its own in each server, and none of what there is not', async () => {
    await until('a person is in the zone', () => statusOf(live).zones[0]?.inside === 1);
    const other = await startServer(live, { host: '127.0.0.1', port: 0 });
    const text = await (await fetch(`${other.url}metrics`)).text();
    await other.close();
    expect(text).toContain('twintrack_detector_up 1\n');
    expect(text).toMatch(/^twintrack_cpu_seconds_total [\d.]+$/m);
    expect(text).toMatch(/^twintrack_latency_seconds\{camera="yard",quantile="0.95"\} [\d.]+$/m);
    expect(text).not.toMatch(/^twintrack_mqtt/m);
    const again = await (await fetch(`${url}metrics`)).text(); // it counts on from zero each time
    expect(again).toContain('twintrack_zone_entries_total{camera="yard",zone="lawn"} 1\n');
  });

  it('gives metrics that Prometheus reads', async () => {
    await until('a person is in the zone', () => statusOf(live).zones[0]?.inside === 1);
    const response = await fetch(`${url}metrics`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    for (const line of text.trimEnd().split(/\n+/)) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) twintrack_\w+ .+|twintrack_\w+(\{\w+="(\\.|[^"\\])+"(,\w+="(\\.|[^"\\])+")*\})? -?[\d.e+-]+)$/,
      );
    }
    expect(text).toContain('twintrack_camera_up{camera="yard"} 1\n');
    expect(text).toMatch(/twintrack_people\{camera="yard"\} 1\n/);
    expect(text).toContain('twintrack_line_crossings_total{camera="yard",line="a \\"gate\\"\\n",direction="in"} 0\n');
    expect(text).toContain('twintrack_zone_people{camera="yard",zone="lawn"} 1\n');
    expect(text).toContain('twintrack_zone_entries_total{camera="yard",zone="lawn"} 1\n');
  });

  it('lets a viewer that reads nothing delay no other', async () => {
    const { connect } = await import('node:net');
    const idle = [1, 2, 3].map(() => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.pause();
      socket.write('GET /cameras/yard/video.mjpeg HTTP/1.1\r\nhost: localhost\r\n\r\n');
      return socket;
    });
    later(() => {
      for (const socket of idle) socket.destroy();
    });
    const start = statusOf(live).processed;
    await until('they are served', () => statusOf(live).processed > start + 7);
    const before = statusOf(live);
    const pictures = new Set<string | null>();
    for (let k = 0; k < 8; k++) {
      pictures.add(
        (await fetch(`${url}cameras/yard/picture.jpg?after=${[...pictures].at(-1) ?? 0}`)).headers.get('x-picture'),
      );
    }
    expect(pictures.size).toBe(8);
    const { processed, dropped } = statusOf(live);
    expect(processed).toBeGreaterThan(before.processed + 3);
    expect(dropped - before.dropped).toBeLessThanOrEqual(slowness());
  });

  it('keeps nothing of viewers who are gone', async () => {
    const visit = async (path: string) => {
      const gone = new AbortController();
      const response = await fetch(`${url}${path}`, { signal: gone.signal });
      await response.body!.getReader().read();
      gone.abort();
    };
    const join = vi.spyOn(AbortSignal, 'any');
    later(() => join.mockRestore());
    for (const path of ['api/live', 'cameras/yard/video.mjpeg', 'cameras/yard/picture.jpg']) await visit(path);
    // a signal that lives on keeps a trace of each that it was ever joined with
    expect(join.mock.calls.flat(2).filter(({ aborted }) => !aborted)).toEqual([]);
  });

  it('ends what is watched when it is closed', async () => {
    const other = await startServer(live, { host: '127.0.0.1', port: 0 });
    const bodies = await Promise.all(
      ['api/live', 'cameras/yard/video.mjpeg'].map(async (path) => (await fetch(`${other.url}${path}`)).body!),
    );
    const ended = Promise.allSettled(bodies.map((body) => body.pipeTo(new WritableStream())));
    await other.close();
    await ended;
    await until('the encoder is gone', () => held().processes === 1);
  });

  it('is a camera itself: its MJPEG stream can be followed', async () => {
    const second = await follow({
      cameras: [{ name: 'copy', url: `${url}cameras/yard/video.mjpeg` }],
      detector: standIn(),
    });
    await until('pictures', () => statusOf(second).processed > 3);
    expect(statusOf(second)).toMatchObject({ state: 'live', width: 768, height: 576, people: 1 });
  });
});

describe('the files of the page', () => {
  it('name nothing that is elsewhere', () => {
    for (const name of ['index.html', 'page.css', 'page.js']) {
      const text = readFileSync(join(import.meta.dirname, '../../src/live/monitoring/page', name), 'utf8');
      expect(text).not.toMatch(/https?:|@import|url\(/);
    }
  });
});
