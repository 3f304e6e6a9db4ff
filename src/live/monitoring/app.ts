import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { secureHeaders } from 'hono/secure-headers';
import { stream, streamSSE } from 'hono/streaming';
import { timingSafeEqual } from 'hono/utils/buffer';
import { pause } from '../../video/camera/back-off.ts';
import type { Live } from '../live.ts';
import { isLoopback } from './loopback.ts';
import { createMetrics } from './metrics.ts';
import type { PictureFeed } from './pictures.ts';

/** The files of the page. They are served as they are in the sources: the page has no build step. */
const PAGE = new URL('../../../src/live/monitoring/page/', import.meta.url);
const FILES: Readonly<Record<string, URL | string>> = {
  '/': new URL('index.html', PAGE),
  '/page.css': new URL('page.css', PAGE),
  '/page.js': new URL('page.js', PAGE),
  '/uplot.css': import.meta.resolve('uplot/dist/uPlot.min.css'),
  '/uplot.js': import.meta.resolve('uplot/dist/uPlot.iife.min.js'),
};
/** A viewer waits this long for the next picture before it asks again. */
const PICTURE_SECONDS = 2;
const BOUNDARY = 'twintrack-picture';

/** Makes the web application that shows the cameras; `startServer` describes it. */
export function createApp(live: Live, token: string | undefined): Hono {
  const app = new Hono();
  const metrics = createMetrics();
  app.use(headers, noStore);
  app.get('/healthz', (c) => {
    const { cameras, detector, appearance } = live.status;
    const failed = !detector.works ? 'detector' : appearance?.works === false ? 'appearance' : undefined;
    const on = cameras.filter(({ state }) => state === 'live').length;
    const state = { status: failed ? `${failed} failed` : 'ok', cameras: cameras.length, live: on };
    return c.json(state, failed ? 503 : 200);
  });
  app.use(token ? requireToken(token) : requireLoopback);
  for (const [path, file] of Object.entries(FILES)) app.get(path, serveStatic({ path: fileURLToPath(file) }));
  app.get('/metrics', async (c) =>
    c.text(await metrics(live.status), 200, { 'content-type': 'text/plain; version=0.0.4' }),
  );
  app.get('/api/status', (c) => c.json(live.status));
  app.get('/api/history', (c) =>
    c.json(Object.fromEntries(live.cameras.map(({ source, history }) => [source.name, history]))),
  );
  app.get('/api/live', (c) => {
    const { signal } = c.req.raw;
    return streamSSE(c, async (events) => {
      while (!signal.aborted) {
        await events.writeSSE({ data: JSON.stringify(live.status) });
        await pause(1, signal);
      }
    });
  });
  app.get('/cameras/:name/picture.jpg', async (c) => {
    const feed = feedOf(live, c);
    if (!feed) return c.text('no such camera', 404);
    const after = Number(c.req.query('after') ?? 0) || 0;
    const picture = await feed.next(after, PICTURE_SECONDS, c.req.raw.signal);
    if (!picture) return c.body(null, 204);
    const jpeg = picture.jpeg as Uint8Array<ArrayBuffer>;
    return c.body(jpeg, 200, { 'content-type': 'image/jpeg', 'x-picture': String(picture.number) });
  });
  app.get('/cameras/:name/video.mjpeg', (c) => {
    if (!feedOf(live, c)) return c.text('no such camera', 404);
    c.header('content-type', `multipart/x-mixed-replace; boundary=${BOUNDARY}`);
    const { signal } = c.req.raw;
    return stream(c, async (parts) => {
      let last = 0;
      let before: PictureFeed | undefined;
      while (!signal.aborted) {
        const feed = feedOf(live, c); // another one when the camera was reconfigured, none when it was removed
        if (!feed) return;
        if (feed !== before) [before, last] = [feed, 0];
        const picture = await feed.next(last, PICTURE_SECONDS, signal);
        if (!picture) continue;
        last = picture.number;
        const { jpeg } = picture;
        const head = `--${BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`;
        await parts.write(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]));
      }
    });
  });
  return app;
}

/** The page fetches nothing from elsewhere, and no other site shows it in a frame. Headers that need TLS are left to the proxy that has it. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
});

const noStore: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('cache-control', 'no-store');
};

function feedOf(live: Live, c: Context): PictureFeed | undefined {
  return live.camera(c.req.param('name') ?? '')?.pictures;
}

/** Takes the token as the password of Basic authentication, or as a Bearer token of any characters: hono's bearerAuth allows only some. */
function requireToken(token: string): MiddlewareHandler {
  const verifyUser = (_: string, password: string) => timingSafeEqual(password, token);
  const invalidUserMessage = 'the token is needed, as password with any user name';
  const basic = basicAuth({ verifyUser, realm: 'twintrack', invalidUserMessage });
  return async (c, next) => {
    const [, bearer = ''] = /^Bearer (.*)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    return (await timingSafeEqual(bearer, token)) ? next() : basic(c, next);
  };
}

/** Refuses requests under another host name: a site could give its own name this machine's address (DNS rebinding). */
const requireLoopback: MiddlewareHandler = async (c, next) => {
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '');
  if (isLoopback(host)) return next();
  return c.text(`${host} is not this machine; start with --token to be reached by it`, 403);
};
