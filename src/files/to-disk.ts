import { fsync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Resolves when a file is on the disk itself: a power cut cannot take it any more. (yarn's Plug'n'Play lacks `FileHandle.sync`.) */
export async function toDisk({ fd }: FileHandle): Promise<void> {
  await promisify(fsync)(fd);
}
