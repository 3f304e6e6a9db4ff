import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Context, Hono, Next } from 'hono';
import { inputError, UsageError } from '../../core/errors.ts';
import { pause } from '../../video/camera/back-off.ts';
import type { Live } from '../live.ts';
import { metricsText } from './metrics.ts';
import type { Picture, PictureFeed } from './pictures.ts';

/** Settings of {@link startServer}. */
export interface ServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What a viewer must know, unless only this machine can connect. */
  readonly token?: string | undefined;
}

/** The live page being served. */
export interface LiveServer {
  /** Where the page is. */
  readonly url: string;
  /** Ends it, with all its connections. */
  close(): Promise<void>;
}

/** The page's files: as they are, so that no build step stands between. */
const PAGE = new URL('../../../src/live/monitoring/page/', import.meta.url);
const FILES: Readonly<Record<string, readonly [file: () => string, type: string]>> = {
  '/': [() => fileURLToPath(new URL('index.html', PAGE)), 'text/html; charset=utf-8'],
  '/page.css': [() => fileURLToPath(new URL('page.css', PAGE)), 'text/css; charset=utf-8'],
  '/page.js': [() => fileURLToPath(new URL('page.js', PAGE)), 'text/javascript; charset=utf-8'],
  '/uplot.css': [() => fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')), 'text/css; charset=utf-8'],
  '/uplot.js': [() => fileURLToPath(import.meta.resolve('uplot/dist/uPlot.iife.min.js')), 'text/javascript'],
};
/** Nothing is fetched from elsewhere, and the page is in nobody's frame. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;
/** How long a viewer waits for the next picture before it asks again. */
const PICTURE_SECONDS = 2;
const BOUNDARY = 'twintrack-picture';

/**
 * Serves the live page, the pictures, the numbers (`/api/status`, `/api/history`, `/api/live` as a stream), `/healthz` and `/metrics`. All but
 * `/healthz` want the token, if there is one, as the password of Basic authentication (any user name) or as a Bearer token.
 *
 * @throws UsageError when others could connect and there is no token
 * @throws TwintrackError when the port cannot be had
 */
export async function startServer(live: Live, options: ServerOptions): Promise<LiveServer> {
  const server = await openServer(options);
  server.show(live);
  return server;
}

/** As `startServer`, but takes the port before there is anything to `show`; until then all is answered with 503. */
export async function openServer({
  host,
  port,
  token,
}: ServerOptions): Promise<LiveServer & { show(live: Live): void }> {
  if (!LOOPBACK.test(host) && !token) {
    throw new UsageError(
      `--host ${host}: others could watch; add --token with a secret, or set TWINTRACK_TOKEN (for example to the output of "openssl rand -hex 16")`,
    );
  }
  const { Hono } = await import('hono');
  const { createAdaptorServer } = await import('@hono/node-server');
  let app: Hono | undefined;
  const answer = (request: Request) => app?.fetch(request) ?? new Response('starting\n', { status: 503 });
  const server = createAdaptorServer({ fetch: answer }) as Server;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const reasons: Record<string, string> = {
      EADDRINUSE: 'another program listens there',
      EACCES: 'this port may not be had',
      EADDRNOTAVAIL: 'this machine has no such address',
    };
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw inputError(`${host}:${port}`, reasons[code] ?? message, 'choose another --port or --host', cause);
  }
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/`,
    show(live) {
      app = addPages(new Hono(), live, token);
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Adds all that can be asked for. */
function addPages(app: Hono, live: Live, token: string | undefined): Hono {
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  });
  app.get('/healthz', (c) => {
    const { cameras, detector, appearance } = live.status;
    const failed = !detector.works ? 'detector' : appearance?.works === false ? 'appearance' : undefined;
    const on = cameras.filter(({ state }) => state === 'live').length;
    const state = { status: failed ? `${failed} failed` : 'ok', cameras: cameras.length, live: on };
    return c.json(state, failed ? 503 : 200);
  });
  app.use(token ? needsToken(token) : onlyThisMachine);
  for (const [path, [file, type]] of Object.entries(FILES)) {
    app.get(path, async (c) => c.body(await readFile(file(), 'utf8'), 200, { 'content-type': type }));
  }
  app.get('/metrics', (c) => c.text(metricsText(live.status), 200, { 'content-type': 'text/plain; version=0.0.4' }));
  app.get('/api/status', (c) => c.json(live.status));
  app.get('/api/history', (c) =>
    c.json(Object.fromEntries(live.cameras.map(({ source, history }) => [source.name, history]))),
  );
  app.get('/api/live', (c) => {
    const { signal } = c.req.raw;
    let first = true;
    return stream(c, 'text/event-stream', signal, async () => {
      if (!first) await pause(1, signal);
      first = false;
      return Buffer.from(`data: ${JSON.stringify(live.status)}\n\n`);
    });
  });
  app.get('/cameras/:name/picture.jpg', async (c) => {
    const feed = feedOf(live, c);
    if (!feed) return c.text('no such camera', 404);
    const after = Number(c.req.query('after') ?? 0) || 0;
    const picture = await feed.next(after, PICTURE_SECONDS, c.req.raw.signal);
    if (!picture) return c.body(null, 204);
    return c.body(bytesOf(picture), 200, { 'content-type': 'image/jpeg', 'x-picture': String(picture.number) });
  });
  app.get('/cameras/:name/video.mjpeg', (c) => {
    if (!feedOf(live, c)) return c.text('no such camera', 404);
    const { signal } = c.req.raw;
    let last = 0;
    let feed: PictureFeed | undefined;
    return stream(c, `multipart/x-mixed-replace; boundary=${BOUNDARY}`, signal, async () => {
      let picture: Picture | undefined;
      while (!picture && !signal.aborted) {
        const now = feedOf(live, c); // another one when the camera was set anew, none when it was taken away
        if (!now) return undefined;
        if (now !== feed) [feed, last] = [now, 0];
        picture = await now.next(last, PICTURE_SECONDS, signal);
      }
      if (!picture) return undefined;
      last = picture.number;
      const { jpeg } = picture;
      const head = `--${BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]);
    });
  });
  return app;
}

/** A response that goes on until there is no part: the next one is made when the viewer has taken the one before. */
function stream(c: Context, type: string, signal: AbortSignal, part: () => Promise<Uint8Array | undefined>): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await part();
        if (signal.aborted || !bytes) controller.close();
        else controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
  return c.body(body, 200, { 'content-type': type });
}

function feedOf(live: Live, c: Context): PictureFeed | undefined {
  return live.camera(c.req.param('name') ?? '')?.pictures;
}

function bytesOf({ jpeg }: Picture): Uint8Array<ArrayBuffer> {
  return jpeg as Uint8Array<ArrayBuffer>;
}

function needsToken(token: string): (c: Context, next: Next) => Promise<Response | undefined> {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return async (c, next) => {
    const [, scheme = '', value = ''] = /^(\w+) (.*)$/.exec(c.req.header('authorization') ?? '') ?? [];
    const given =
      scheme.toLowerCase() === 'basic'
        ? Buffer.from(value, 'base64')
            .toString()
            .replace(/^[^:]*:/, '')
        : value;
    if (timingSafeEqual(digest(given), expected)) {
      await next();
      return undefined;
    }
    return c.text('the token is needed, as password with any user name', 401, {
      'www-authenticate': 'Basic realm="twintrack", charset="UTF-8"',
    });
  };
}

/** Refuses a page elsewhere that has given its own name the address of this machine. */
async function onlyThisMachine(c: Context, next: Next): Promise<Response | undefined> {
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '');
  if (!LOOPBACK.test(host)) return c.text(`${host} is not this machine; start with --token to be reached by it`, 403);
  await next();
  return undefined;
}
