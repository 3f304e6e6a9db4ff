import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { inputError } from '../core/errors.ts';
import { readError, writeError } from '../files/file-errors.ts';
import { refuseFolder } from '../files/output-file.ts';
import { isTemporary, temporaryPath } from '../files/temporary.ts';
import { toDisk } from '../files/to-disk.ts';
import { checkKey } from './key.ts';
import type { Store } from './types.ts';

/** So old, in milliseconds, is nothing that is being written. */
const LEFT_OVER = 86_400_000;
/** Codes with which file systems refuse hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** A store in a folder, which other machines may have mounted. Keys are the names of files in it. */
export class FolderStore implements Store {
  readonly name: string;
  /** Folders in which nothing old is left over of killed processes. */
  readonly #tidy = new Set<string>();

  constructor(folder: string) {
    this.name = folder;
  }

  async put(key: string, file: string, { ifAbsent = false } = {}): Promise<boolean> {
    const path = this.pathOf(key);
    if (ifAbsent && (await this.has(key))) return false;
    await this.#folderOf(path);
    const temporary = temporaryPath(path, 'tmp');
    try {
      await refuseFolder(path);
      await copyToDisk(file, temporary);
      if (ifAbsent) return await linkIfAbsent(temporary, path);
      await rename(temporary, path);
      return true;
    } catch (error) {
      await stat(file).catch((cause) => {
        throw readError(file, cause);
      });
      throw writeError(path, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async get(key: string, file: string): Promise<void> {
    const path = this.pathOf(key);
    await stat(path).catch((cause) => {
      throw readError(path, cause);
    });
    const temporary = temporaryPath(file, 'tmp');
    try {
      await copyFile(path, temporary, constants.COPYFILE_FICLONE);
      await rename(temporary, file);
    } catch (error) {
      throw writeError(file, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async has(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    try {
      return (await stat(path)).isFile();
    } catch (error) {
      if (isAbsent(error)) return false;
      throw readError(path, error);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') checkKey(folder.slice(0, -1));
    yield* this.#below(folder, prefix);
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw writeError(path, error);
    }
  }

  async close(): Promise<void> {}

  /** The file of a key. @throws TwintrackError when it is none */
  pathOf(key: string): string {
    checkKey(key);
    return join(this.name, ...key.split('/'));
  }

  /** Keys below a folder (ending in a slash), in the order of their texts: a folder has its place by its slash. */
  async *#below(folder: string, prefix: string): AsyncIterable<string> {
    const path = join(this.name, folder.replaceAll('/', sep));
    const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
      if (isAbsent(error)) return [];
      throw readError(path, error);
    });
    const keys = entries
      .filter((entry) => entry.isDirectory() || (entry.isFile() && !isTemporary(entry.name)))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort();
    for (const key of keys)
      if (key.endsWith('/')) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#below(key, prefix);
      } else if (key.startsWith(prefix)) yield key;
  }

  async #folderOf(path: string): Promise<void> {
    const folder = dirname(path);
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw writeError(folder, error);
    }
    if (this.#tidy.has(folder)) return;
    await removeOld(folder);
    if (this.#tidy.size >= 1000) this.#tidy.clear();
    this.#tidy.add(folder);
  }
}

/** Removes what killed processes left. Those of other machines write there too, so that only its age says what is left over. */
async function removeOld(folder: string): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter(isTemporary)) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LEFT_OVER) await rm(path, { force: true }).catch(() => {});
  }
}

/** Copies what is in a file, not its permissions: others read the store. */
async function copyToDisk(from: string, to: string): Promise<void> {
  const file = await open(to, 'wx');
  try {
    for await (const chunk of createReadStream(from, { highWaterMark: 1 << 20 })) await file.writeFile(chunk);
    await toDisk(file);
  } finally {
    await file.close();
  }
}

/** Gives a file a name that nothing has: `link` fails where there is one, in one step for all machines. */
async function linkIfAbsent(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // Over NFS the answer to a link that was made may be lost, and the second request finds the name taken: by this file.
    if (code === 'EEXIST') return (await stat(temporary)).nlink > 1;
    if (!NO_LINKS.includes(code)) throw error;
    const reason = 'the file system has no hard links, by which only one of many writers wins';
    throw inputError(path, `cannot be written: ${reason}`, 'keep the store on another file system, or in S3', error);
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
