import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { messageOf, printable, TwintrackError } from '../core/errors.ts';
import { Access } from '../live/monitoring/access.ts';
import { headers, noStore } from '../live/monitoring/headers.ts';
import { ChangedFileError } from './areas-file.ts';
import { checkDrawing, DRAWING, type Drawing, type Problem } from './drawing.ts';
import type { Counts, Path } from './run-paths.ts';
import type { Subject } from './subject.ts';

/** The files of the page. They are served as they are in the sources: the page has no build step. */
const PAGE = new URL('../../src/zones/page/', import.meta.url);
const SCRIPTS = ['page', 'drawing', 'view', 'tools', 'pointer', 'keys', 'panel', 'server'];
const FILES = ['page.css', ...SCRIPTS.map((name) => `${name}.js`)];
/** A drawing has less, by far. */
const MOST_BYTES = 4_000_000;

/** What the page needs to begin, or to begin again: the answer to `GET /api/drawing`. */
export interface Opened {
  readonly title: string;
  /** Name of the file that is written. */
  readonly file: string;
  readonly version: string;
  readonly drawing: Drawing;
  /** The sections that can be drawn. */
  readonly sections: readonly (keyof Drawing)[];
  /** The size that coordinates are of. */
  readonly width: number;
  readonly height: number;
  /** How much wider it is shown; absent where the picture has the shape itself. */
  readonly stretch?: number | undefined;
  readonly hasPicture: boolean;
  /** Why there is no picture. */
  readonly plain?: string | undefined;
  /** With a run: its people, and the paths of those seen longest. */
  readonly run?: { readonly people: number; readonly paths: readonly Path[] } | undefined;
}

/** The answer to `POST /api/check`. */
export interface Checked {
  readonly problems: readonly Problem[];
  /** How far off each ground point comes out. */
  readonly residuals?: readonly { readonly metres: number; readonly pixels: number }[] | undefined;
  /** At the shapes without problems, where there is a run. */
  readonly counts?: Counts | undefined;
}

/** The answer to `POST /api/save`. */
export interface Saved {
  /** What was done, or why nothing was. */
  readonly said: string;
  /** The state of the file now. */
  readonly version?: string;
  readonly problems?: readonly Problem[];
}

/** What {@link editorRoutes} works with. */
export interface EditorOptions {
  /** What is drawn on; its error is said on the page. */
  readonly find: (c: Context) => Subject | Promise<Subject>;
  /** Lets those pass who may see it and change the file. */
  readonly toChange: MiddlewareHandler;
  /** Called when the file is written. Returns what is said of it, a sentence. */
  readonly onSaved?: (c: Context) => Promise<string>;
}

/** Makes the web application of the page for one input. All of it answers only under this machine's own name. */
export function createApp(subject: Subject, token: string): Hono {
  const app = new Hono();
  const access = new Access({ viewer: undefined, admin: token });
  app.use(headers, noStore, access.toSee);
  app.get('/', page('index.html'));
  app.route('/', editorRoutes({ find: () => subject, toChange: access.toChange }));
  return app;
}

/** The page, at `draw`, its files beside it, and what it asks of the server, below `api`. */
export function editorRoutes({ find, toChange, onSaved }: EditorOptions): Hono {
  const app = new Hono();
  let counting = new AbortController();
  app.get('/draw', page('index.html'));
  for (const name of FILES) app.get(`/${name}`, page(name));
  app.use('/api/*', toChange, bodyLimit({ maxSize: MOST_BYTES }));
  app.onError((error, c) =>
    c.json({ said: messageOf(error) } satisfies Saved, error instanceof TwintrackError ? 422 : 500),
  );

  app.get('/api/drawing', async (c) => {
    const { title, file, picture, stretch, takeJpeg, plain, run } = await find(c);
    const { drawing, version } = await file.read();
    const opened: Opened = {
      ...{ title, file: printable(basename(file.path)), version, drawing, sections: file.sections },
      ...{ ...picture, stretch, hasPicture: takeJpeg !== undefined, plain },
      run: run && { people: run.people, paths: run.paths },
    };
    return c.json(opened);
  });
  app.get('/api/picture.jpg', async (c) => {
    const { takeJpeg, plain } = await find(c);
    const jpeg = (await takeJpeg?.(c.req.raw.signal)) as Uint8Array<ArrayBuffer> | undefined;
    if (!jpeg) return c.json({ said: plain ?? 'there is no picture now' } satisfies Saved, 404);
    return c.body(jpeg, 200, { 'content-type': 'image/jpeg' });
  });
  app.post('/api/check', async (c) => {
    const { source, run } = await find(c);
    const { drawing } = await bodyOf(c);
    const { problems, areas, residuals } = checkDrawing(drawing, source);
    counting.abort(); // by what was drawn before
    counting = new AbortController();
    const { signal } = counting;
    try {
      const counts = await run?.count(areas, signal);
      return c.json({ problems, residuals, counts } satisfies Checked);
    } catch (error) {
      if (signal.aborted) return c.json({ said: 'counted again already' }, 409);
      throw error;
    }
  });
  app.post('/api/save', async (c) => {
    const { source, file } = await find(c);
    const { drawing, version } = await bodyOf(c);
    const { problems } = checkDrawing(drawing, source);
    if (problems.length > 0)
      return c.json({ said: 'Nothing is saved: put right what is marked in red.', problems } satisfies Saved, 422);
    try {
      const saved = await file.save(drawing, version);
      if (!saved.changed)
        return c.json({
          said: 'Nothing is written: the file holds all of this already.',
          version: saved.version,
        } satisfies Saved);
      const parts = [`${printable(basename(file.path))} is written: ${contentOf(drawing)}.`, await onSaved?.(c)];
      return c.json({ said: parts.filter(Boolean).join(' '), version: saved.version } satisfies Saved);
    } catch (error) {
      if (!(error instanceof ChangedFileError)) throw error;
      const { version } = await file.read();
      return c.json({ said: `${error.message}.`, version } satisfies Saved, 409);
    }
  });
  return app;
}

function page(name: string): MiddlewareHandler {
  return serveStatic({ path: fileURLToPath(new URL(name, PAGE)) });
}

/** What the page sends. @throws TwintrackError when it is something else */
async function bodyOf(c: Context): Promise<{ drawing: Drawing; version: string }> {
  const body = (await c.req.json().catch(() => undefined)) as { drawing?: unknown; version?: unknown } | undefined;
  const parsed = DRAWING.safeParse(body?.drawing);
  if (!parsed.success) throw new TwintrackError('this is no drawing; reload the page');
  return { drawing: parsed.data, version: String(body?.version) };
}

/** What a drawing holds, in words. */
function contentOf({ zones, lines, ignore, calibration }: Drawing): string {
  const counts: [number, string][] = [
    [zones.length, 'zone'],
    [lines.length, 'line'],
    [ignore.length, 'ignore area'],
    [calibration?.points.length ?? 0, 'ground point'],
  ];
  const parts = counts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n === 1 ? '' : 's'}`);
  if (parts.length < 2) return parts[0] ?? 'no area any more';
  return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
