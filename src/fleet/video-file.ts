import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inputError } from '../core/errors.ts';
import { openStore, type Store } from '../store/store.ts';

/** What the address of a file in the store begins with. */
const IN_STORE = 'store:';

/** Whether a video is fetched, and not read where it is. */
export function isFetched(input: string): boolean {
  return input.startsWith(IN_STORE) || /^s3:\/\//i.test(input);
}

/**
 * The path of a video: itself, or where it was fetched to. Of those fetched only the last is kept.
 *
 * @param input a path; `store:` and a key there; or `s3://bucket/key`
 * @param folder for what is fetched
 * @throws TwintrackError when it cannot be fetched
 */
export async function videoFile(input: string, store: Store, folder: string): Promise<string> {
  if (!isFetched(input)) return input;
  const own = createHash('sha256').update(input).digest('hex').slice(0, 16);
  const path = join(folder, own, basename(input));
  if (existsSync(path)) return path;
  for (const other of await readdir(folder).catch(() => [])) await rm(join(folder, other), { recursive: true });
  await mkdir(join(folder, own), { recursive: true });
  if (input.startsWith(IN_STORE)) await store.get(input.slice(IN_STORE.length), path);
  else await fetchFromBucket(input, path);
  return path;
}

async function fetchFromBucket(input: string, path: string): Promise<void> {
  const slash = input.lastIndexOf('/');
  const key = input.slice(slash + 1);
  if (key === '' || slash < 's3://b'.length)
    throw inputError(input, 'names no file', 'give s3://bucket/folder/video.mp4');
  const bucket = await openStore(input.slice(0, slash));
  try {
    await bucket.get(key, path);
  } finally {
    await bucket.close();
  }
}
