import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { stream, streamSSE } from 'hono/streaming';
import { messageOf, redact } from '../../core/errors.ts';
import { pause } from '../../video/camera/back-off.ts';
import type { Live } from '../live.ts';
import type { Reloaded } from '../reload.ts';
import { Access, Places } from './access.ts';
import { headers, noStore } from './headers.ts';
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
/** Who may change what is followed. */
export interface Admin {
  /** Secret of at least 16 characters, another one than the viewers'. */
  readonly token: string;
  /** Reads the configuration again; what it returns is the answer to `POST /api/reload`. */
  readonly reload: () => Promise<Reloaded>;
  /** Makes a page for each camera, on which its areas are drawn: routes below a path with its `name`. They are to ask `toChange` who may. */
  readonly editor?: ((toChange: MiddlewareHandler) => Hono) | undefined;
}

/** A viewer waits this long for the next picture before it asks again. */
const PICTURE_SECONDS = 2;
const BOUNDARY = 'twintrack-picture';

/**
 * Makes the web application that shows the cameras; `startServer` describes it.
 *
 * @param find the cameras, once there are some; until then every request is answered with 503
 * @param token what viewers need
 * @param admin what the admin needs, and may do
 */
export function createApp(find: () => Live | undefined, token: string | undefined, admin?: Admin): Hono {
  const app = new Hono();
  const access = new Access({ viewer: token, admin: admin?.token });
  const metrics = createMetrics();
  const places = new Places(() => find()?.viewers ?? 0);
  app.use(headers, noStore);
  app.use(async (c, next) => (find() ? next() : c.text('starting\n', 503)));
  app.get('/healthz', (c) => {
    const { cameras, skipped, unhealthy } = find()!.status;
    const on = cameras.filter(({ state }) => state === 'live').length;
    const without = skipped.length > 0 && { skipped: skipped.map(({ name }) => name) };
    return c.json({ status: unhealthy ?? 'ok', cameras: cameras.length, live: on, ...without }, unhealthy ? 503 : 200);
  });
  app.get('/readyz', (c) => {
    const ready = find()!.status.cameras.some(({ state }) => state === 'live');
    return c.json({ status: ready ? 'ready' : 'no camera is live' }, ready ? 200 : 503);
  });
  app.use(access.toSee);
  for (const [path, file] of Object.entries(FILES)) app.get(path, serveStatic({ path: fileURLToPath(file) }));
  app.get('/metrics', async (c) =>
    c.text(await metrics(find()!.status), 200, { 'content-type': 'text/plain; version=0.0.4' }),
  );
  app.get('/api/status', (c) => c.json(find()!.status));
  app.get('/api/history', (c) =>
    c.json(Object.fromEntries(find()!.cameras.map(({ source, history }) => [source.name, history]))),
  );
  app.post('/api/reload', access.toChange, async (c) => {
    try {
      return c.json(await admin?.reload());
    } catch (error) {
      return c.json({ error: redact(messageOf(error)) }, 422);
    }
  });
  if (admin?.editor) app.route('/zones/:name', admin.editor(access.toChange));
  app.get('/api/live', (c) => {
    const leave = places.take();
    if (!leave) return full(c);
    const { signal } = c.req.raw;
    return streamSSE(c, async (events) => {
      try {
        while (!signal.aborted) {
          const page = { ...find()!.status, ...(admin?.editor && { editor: true }) };
          await events.writeSSE({ data: JSON.stringify(page) });
          await pause(1, signal);
        }
      } finally {
        leave();
      }
    });
  });
  app.get('/cameras/:name/picture.jpg', async (c) => {
    const feed = feedOf(find()!, c);
    if (!feed) return c.text('no such camera', 404);
    const leave = places.take();
    if (!leave) return full(c);
    const after = Number(c.req.query('after') ?? 0) || 0;
    const picture = await feed.next(after, PICTURE_SECONDS, c.req.raw.signal).finally(leave);
    if (!picture) return c.body(null, 204);
    const jpeg = picture.jpeg as Uint8Array<ArrayBuffer>;
    return c.body(jpeg, 200, { 'content-type': 'image/jpeg', 'x-picture': String(picture.number) });
  });
  app.get('/cameras/:name/video.mjpeg', (c) => {
    if (!feedOf(find()!, c)) return c.text('no such camera', 404);
    const leave = places.take();
    if (!leave) return full(c);
    c.header('content-type', `multipart/x-mixed-replace; boundary=${BOUNDARY}`);
    const { signal } = c.req.raw;
    return stream(c, async (parts) => {
      let last = 0;
      let before: PictureFeed | undefined;
      try {
        while (!signal.aborted) {
          const feed = feedOf(find()!, c); // another one when the camera was reconfigured, none when it was removed
          if (!feed) return;
          if (feed !== before) [before, last] = [feed, 0];
          const picture = await feed.next(last, PICTURE_SECONDS, signal);
          if (!picture) continue;
          last = picture.number;
          const { jpeg } = picture;
          const head = `--${BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`;
          await parts.write(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]));
        }
      } finally {
        leave();
      }
    });
  });
  return app;
}

/** The answer where all places are taken. */
function full(c: Context): Response {
  return c.text('too many viewers; see live.viewers', 503, { 'retry-after': '5' });
}

function feedOf(live: Live, c: Context): PictureFeed | undefined {
  return live.camera(c.req.param('name') ?? '')?.pictures;
}
