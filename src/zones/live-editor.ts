import type { Hono, MiddlewareHandler } from 'hono';
import { inputError, messageOf, redact } from '../core/errors.ts';
import type { Live } from '../live/live.ts';
import { editorRoutes } from './app.ts';
import { AreasFile } from './areas-file.ts';
import { findCamera, type Subject, sectionsOf } from './subject.ts';

/** A camera has so many seconds to give a picture. */
const PICTURE_SECONDS = 5;

/** What {@link liveEditor} works with. */
export interface LiveEditorOptions {
  /** The cameras; undefined while there are none yet. */
  readonly find: () => Live | undefined;
  /** The YAML file that they are configured by. */
  readonly config: string;
  /** Goes over to what the file holds. */
  readonly reload: () => Promise<unknown>;
}

/**
 * The page on which the admin draws the areas of a camera of the live page, as routes below a path with the parameter `name`: they are saved into the entry of
 * the camera in the config file, and are in force from then on.
 */
export function liveEditor({ find, config, reload }: LiveEditorOptions): (toChange: MiddlewareHandler) => Hono {
  return (toChange) =>
    editorRoutes({
      toChange,
      find: (c) => subjectOf(find(), c.req.param('name') ?? '', config),
      onSaved: async () => {
        try {
          await reload();
          return 'It is in force.';
        } catch (error) {
          return `It is not in force: ${redact(messageOf(error))}`;
        }
      },
    });
}

/** @throws TwintrackError where there is no such camera in the file, or its pictures are not known yet */
async function subjectOf(live: Live | undefined, name: string, config: string): Promise<Subject> {
  const camera = live?.camera(name);
  if (!camera) throw inputError(name, 'is no camera that is followed');
  const { cameras } = await sectionsOf(config);
  const entry = findCamera(cameras, name) ?? findCamera(cameras, camera.source.url);
  if (!entry) throw inputError(name, 'is not in the config file', 'add it under cameras');
  const { width, height } = camera.status;
  if (!width || !height) throw inputError(name, 'has sent no picture yet', 'try again when it is live');
  return {
    title: name,
    file: new AreasFile(config, entry.place),
    source: { width, height },
    picture: { width, height },
    takeJpeg: async (signal) => (await camera.pictures.next(0, PICTURE_SECONDS, signal))?.jpeg,
    run: undefined,
  };
}
