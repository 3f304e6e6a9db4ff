import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OutputFile } from '../files/output-file.ts';
import { makeTemporaryFolder } from '../files/temporary.ts';
import { openStore } from '../store/store.ts';

/**
 * Writes a small file into a store and removes it.
 *
 * @throws TwintrackError when it cannot be written to
 */
export async function checkStore(url: string): Promise<void> {
  const folder = makeTemporaryFolder();
  try {
    const store = await openStore(url);
    try {
      const file = join(folder, 'check');
      await OutputFile.put(file, 'twintrack\n'.repeat(1000));
      const key = `checks/${hostname()}-${process.pid}`;
      await store.put(key, file);
      await store.remove(key);
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
