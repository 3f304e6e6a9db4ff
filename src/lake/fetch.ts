import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Store } from '../store/store.ts';
import { isWithin, type LakeRange } from './range.ts';
import { TABLES } from './tables.ts';

/** Files that are fetched at the same time. */
const AT_ONCE = 8;

/**
 * Fetches the files of a lake that are asked for.
 *
 * @param folder in which they are placed as in the store; it is one level down
 * @returns the folder of the lake
 */
export async function fetchLake(
  store: Store,
  folder: string,
  options: LakeRange & {
    readonly tables: readonly string[];
    readonly onFetch?: ((done: number, total: number) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string> {
  const { tables, onFetch, signal } = options;
  const lake = join(folder, 'lake');
  const keys: string[] = [];
  for (const table of TABLES.filter((one) => one === 'sources' || tables.includes(one)))
    for await (const key of store.list(`${table}/`)) if (isWithin(table, key, options)) keys.push(key);
  let done = 0;
  const next = keys[Symbol.iterator]();
  const fetch = async () => {
    for (const key of next) {
      signal?.throwIfAborted();
      const file = join(lake, ...key.split('/'));
      await mkdir(dirname(file), { recursive: true });
      await store.get(key, file);
      onFetch?.(++done, keys.length);
    }
  };
  await mkdir(lake, { recursive: true });
  await Promise.all(Array.from({ length: AT_ONCE }, fetch));
  return lake;
}
