import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { printable } from '../core/errors.ts';
import { Access } from '../live/monitoring/access.ts';
import type { CameraView } from './cameras/list-cameras.ts';
import type { JobView, KindView, listJobs } from './overview.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

type Overview = Awaited<ReturnType<typeof listJobs>>;

/** What a worker shows of itself and of all. */
export interface StatusSource {
  readonly metrics: Pick<WorkerMetrics, 'text'>;
  /** All that is in the queue. @throws when the queue is gone */
  overview(): Promise<Overview>;
  /** Whether the queue answered a moment ago. */
  isConnected(): boolean;
}

/** The page is loaded again so often, in seconds; the queue is asked as often, however many look. */
const RELOAD = 5;

/**
 * Makes the web application of a worker: the page with all cameras and jobs, the same as JSON (`/api/jobs`), `/metrics` and `/healthz`.
 *
 * @param token what viewers need; without it only this machine's own users see it
 */
export function createStatusApp({ metrics, overview, isConnected }: StatusSource, token: string | undefined): Hono {
  const app = new Hono();
  const access = new Access({ viewer: token, admin: undefined });
  let last: { readonly time: number; readonly overview: Promise<Overview> } | undefined;
  const ask = () => {
    const time = performance.now();
    if (!last || time - last.time > 1000 * RELOAD) last = { time, overview: overview() };
    return last.overview;
  };
  const answer = async (c: Context, show: (overview: Overview) => Response | Promise<Response>) => {
    try {
      return await show(await ask());
    } catch {
      last = undefined;
      return c.text('the queue does not answer\n', 503);
    }
  };
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] } }));
  app.get('/healthz', (c) => {
    const connected = isConnected();
    return c.json({ status: connected ? 'ok' : 'the queue does not answer' }, connected ? 200 : 503);
  });
  app.use(access.toSee);
  app.get('/metrics', async (c) => c.text(await metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' }));
  app.get('/api/jobs', (c) => answer(c, (found) => c.json(found)));
  app.get('/', (c) => answer(c, async (found) => c.html(await page(found))));
  return app;
}

function page({ kinds, jobs, cameras, more }: Overview) {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="${RELOAD}">
<meta name="viewport" content="width=device-width">
<title>twintrack: many machines</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
  table { border-collapse: collapse; margin: 0 0 2rem }
  th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #8884; vertical-align: top }
  h1, h2 { font-size: 1.1rem }
</style>
<h1>Workers</h1>
${tableOf(['version', 'workers', 'running', 'waiting'], kinds.map(kindRow))}
<h2>Cameras</h2>
${tableOf(['camera', 'state', 'people', 'frames/s', 'worker', ''], cameras.map(cameraRow))}
<h2>Videos</h2>
${tableOf(['job', 'video', 'state', 'parts', 'frames/s', 'workers', ''], jobs.map(jobRow))}
${more ? 'There are more than are listed.' : ''}
</html>`;
}

function tableOf(head: readonly string[], rows: readonly (readonly unknown[])[]) {
  if (rows.length === 0) return html`<p>None.</p>`;
  return html`<table><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell ?? ''}</td>`)}</tr>`)}
</table>`;
}

function kindRow({ version, models, workers, running, waiting }: KindView) {
  return [`${version} (models ${models})`, workers.join(' '), running, waiting];
}

function cameraRow({ name, state, people, fps, worker, fault }: CameraView) {
  return [name, worker ? (state ?? 'starting') : 'waiting', people, fps, worker, fault];
}

function jobRow({ id, input, state, parts, rate, workers, error }: JobView) {
  return [id, printable(input), state, `${parts.done}/${parts.total}`, rate, workers.join(' '), error];
}
