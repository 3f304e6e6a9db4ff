import { mkdir } from 'node:fs/promises';
import { inputError } from '../core/errors.ts';

/** Makes a folder and those above it. @throws TwintrackError when that is not possible */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const reasons: Record<string, string> = {
      EEXIST: 'a file has this name',
      ENOTDIR: 'a part of the path is a file',
      EACCES: 'no permission to write there',
      EPERM: 'no permission to write there',
      EROFS: 'the disk is read-only',
      ENOSPC: 'the disk is full',
      ENAMETOOLONG: 'the name is too long',
    };
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reason = `cannot be made: ${reasons[code] ?? message}`;
    throw inputError(path, reason, 'give another folder with --out', cause);
  }
}
