import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readError, writeError } from '../../files/file-errors.ts';
import { makeFolder } from '../../files/make-folder.ts';

/**
 * The token of the live page, for viewers or the admin, that is kept in a file of the output folder, for its owner to read; made there when it is missing.
 *
 * @throws TwintrackError when the file can be neither read nor written
 */
export async function makeToken(out: string, name: 'token' | 'admin-token'): Promise<{ token: string; path: string }> {
  await makeFolder(out);
  const path = join(out, name);
  const token = randomBytes(16).toString('hex');
  try {
    await writeFile(path, `${token}\n`, { flag: 'wx', mode: 0o600 });
    return { token, path };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeError(path, error);
  }
  const kept = await readFile(path, 'utf8').catch((error) => {
    throw readError(path, error);
  });
  return { token: kept.trim(), path };
}
