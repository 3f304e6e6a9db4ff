import { mkdir } from 'node:fs/promises';
import { inputError } from '../core/errors.ts';
import { writingReason } from './file-errors.ts';

/** Makes a folder and those above it. @throws TwintrackError when that is not possible */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw inputError(path, `cannot be made: ${writingReason(cause)}`, 'give another folder with --out', cause);
  }
}
