import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TrajectoriesHeader } from './schema.ts';

/** The video that a document is of, where it lies beside it or in the current folder. */
export function findVideo(path: string, { source }: Pick<TrajectoriesHeader, 'source'>): string | undefined {
  if (source.width === undefined || source.name.includes('://')) return undefined; // of boxes alone, or a live camera
  const name = basename(source.name);
  return [join(dirname(path), name), name].find((path) => name !== '' && existsSync(path));
}
