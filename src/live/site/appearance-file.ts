import { existsSync, readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { inputError, messageOf } from '../../core/errors.ts';
import { lockFolder } from '../../files/folder-lock.ts';
import type { RememberedPerson } from '../../site/online/stay.ts';
import { wallTime } from '../clock.ts';

/** Embeddings of the people who are remembered, in the folder of a site. */
export const APPEARANCE = 'appearance.json';

const number = z.number();
const schema = z.object({
  /** When it was written: as all times a time of day in seconds since 1970. */
  time: number,
  /** SHA-256 of the network that made the embeddings. */
  model: z.string(),
  people: z.array(
    z.object({
      id: number.int().positive(),
      camera: z.string(),
      time: number,
      last: z.object({ x: number, y: number, height: number }),
      exits: z.array(z.string()),
      views: z.array(
        z.object({
          camera: z.string(),
          time: number,
          qualities: z.array(number.positive()).min(1),
          /** One after another: 32-bit floats, little endian, as base64. */
          embeddings: z.base64(),
        }),
      ),
    }),
  ),
});

/** Names of the cameras and places of a site, by number. */
export interface SiteNames {
  readonly cameras: readonly string[];
  readonly places: readonly string[];
}

/** Views of a person that are stored. */
const MOST_VIEWS = 3;

/**
 * Embeddings of the people whom `stream --site` remembers, so that it knows them again after it was killed. The file is whole at any time,
 * none but its owner reads it, and it is written anew as a whole, so that nothing stays in it of people who are forgotten.
 */
export class AppearanceFile {
  readonly #path: string;
  readonly #names: SiteNames;
  readonly #failed: (error: unknown) => void;
  #writing: Promise<void> | undefined;

  /** @param failed takes why the file cannot be read or written */
  constructor(path: string, names: SiteNames, failed: (error: unknown) => void) {
    this.#path = path;
    this.#names = names;
    this.#failed = failed;
    rmSync(`${path}.new`, { force: true });
  }

  /**
   * The people in the file and when it was written, by `now()`; none where there is no file, or it is of another network. Views of cameras that the site does not have any more
   * are left out.
   *
   * @param model SHA-256 of the network
   * @param since seconds by `now()`; what is older is left out
   */
  read(model: string, since: number): { readonly people: RememberedPerson[]; readonly time: number } | undefined {
    if (!existsSync(this.#path)) return undefined;
    const { cameras, places } = this.#names;
    try {
      const stored = schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      if (stored.model !== model) return undefined;
      const ahead = wallTime(0);
      const people = stored.people.flatMap(({ exits, ...person }) => {
        const views = person.views.flatMap((view) => {
          const [camera, time] = [cameras.indexOf(view.camera), view.time - ahead];
          if (camera < 0 || time < since) return [];
          return [{ camera, time, embeddings: floats(view.embeddings), qualities: Float64Array.from(view.qualities) }];
        });
        const camera = cameras.indexOf(person.camera);
        if (camera < 0 || views.length === 0) return [];
        const numbers = [...places.keys()].filter((i) => exits.includes(places[i]));
        return [{ ...person, camera, time: person.time - ahead, exits: numbers, views }];
      });
      return { people, time: stored.time - ahead };
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Removes the file. */
  async remove(): Promise<void> {
    while (this.#writing) await this.#writing;
    rmSync(this.#path, { force: true });
  }

  /** Begins to write the people; where it is still being written, they are left for the next time. */
  keep(model: string, people: readonly RememberedPerson[]): void {
    this.#writing ??= this.#write(model, people).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Writes the people; resolves when that is done. */
  async complete(model: string, people: readonly RememberedPerson[]): Promise<void> {
    while (this.#writing) await this.#writing;
    this.keep(model, people);
    await this.#writing;
  }

  async #write(model: string, people: readonly RememberedPerson[]): Promise<void> {
    const { cameras, places } = this.#names;
    const ahead = wallTime(0);
    const stored: z.infer<typeof schema> = {
      time: Date.now() / 1000,
      model,
      people: people.map(({ camera, time, exits, views, ...person }) => ({
        ...person,
        camera: cameras[camera],
        time: time + ahead,
        exits: exits.map((place) => places[place]),
        views: views.slice(0, MOST_VIEWS).map((view) => ({
          camera: cameras[view.camera],
          time: view.time + ahead,
          qualities: [...view.qualities],
          embeddings: base64(view.embeddings),
        })),
      })),
    };
    try {
      await writeFile(`${this.#path}.new`, JSON.stringify(stored), { mode: 0o600 });
      await rename(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#failed(error);
    }
  }
}

/**
 * Deletes what is remembered of a person.
 *
 * @param path of the file, in the folder of the site
 * @param dryRun delete nothing, only say what would be
 * @returns number of embeddings
 * @throws TwintrackError when the file cannot be read or written, has nothing of such a person, or a process is writing there
 */
export async function forgetRemembered(path: string, id: number, dryRun: boolean): Promise<number> {
  const unlock = lockFolder(dirname(dirname(resolve(path))));
  try {
    const stored = readStored(path);
    const people = stored.people.filter((person) => person.id !== id);
    const views = stored.people.filter((person) => person.id === id).flatMap((person) => person.views);
    if (views.length === 0)
      throw inputError(path, `holds no embeddings of a person ${id}`, 'they may be forgotten already');
    if (!dryRun) {
      await writeFile(`${path}.new`, JSON.stringify({ ...stored, people }), { mode: 0o600 });
      await rename(`${path}.new`, path);
    }
    return views.reduce((sum, { qualities }) => sum + qualities.length, 0);
  } finally {
    unlock();
  }
}

function readStored(path: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw inputError(path, `cannot be read: ${messageOf(cause)}`, 'delete it; then nothing is remembered', cause);
  }
}

function base64(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes.toString('base64');
}

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
