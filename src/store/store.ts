import { printable, UsageError } from '../core/errors.ts';
import { FolderStore } from './folder-store.ts';
import type { Store } from './types.ts';

export type { Store };

/**
 * Opens a store.
 *
 * @param url a folder, which need not be there yet, or `s3://bucket/prefix`; for this one credentials, region and endpoint come from the
 *   environment, as all of AWS's tools take them (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`)
 * @throws TwintrackError when it cannot be reached, or its package is not installed
 */
export async function openStore(url: string): Promise<Store> {
  if (/^s3:/i.test(url)) {
    const { S3Store } = await import('./s3-store.ts');
    return S3Store.open(url);
  }
  if (url === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(url))
    throw new UsageError(`${printable(url)}: is no store; give a folder or s3://bucket/prefix`);
  return new FolderStore(url);
}
