import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderStore } from '../../src/store/folder-store.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { describeStore } from './contract.ts';

describe('a store in a folder', () => {
  describeStore(async () => {
    const folder = temporaryFolder();
    return { store: await openStore(join(folder, 'store')), folder };
  });

  it('shows no unfinished file, and removes those of dead processes', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'content'), 'content');
    const store = new FolderStore(folder);
    await store.put('hour/first', join(folder, 'content'));
    const { hostname } = await import('node:os');
    const { createHash } = await import('node:crypto');
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 4);
    const dead = `.twintrack-${host}${'fffff0'}000000.tmp`;
    const elsewhere = `.twintrack-${host === '0000' ? '0001' : '0000'}${'fffff0'}000000.tmp`;
    for (const name of [dead, elsewhere]) await writeFile(join(folder, 'hour', name), 'half');
    await new FolderStore(folder).put('hour/second', join(folder, 'content'));
    expect((await readdir(join(folder, 'hour'))).sort()).toEqual([elsewhere, 'first', 'second']);
    const keys: string[] = [];
    for await (const key of store.list('hour/')) keys.push(key);
    expect(keys).toEqual(['hour/first', 'hour/second']);
  });

  it('writes over no folder', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'content'), 'content');
    await mkdir(join(folder, 'there'));
    const put = new FolderStore(folder).put('there', join(folder, 'content'));
    await expect(put).rejects.toThrow(/there: cannot be written: a folder has this name/);
  });

  it.each(['', 'https://host/bucket', 'redis://user:secret@host'])('is not opened at %j', async (url) => {
    await expect(openStore(url)).rejects.toThrow(/is no store; give a folder or s3:\/\/bucket\/prefix$/);
    await expect(openStore(url)).rejects.not.toThrow('secret');
  });
});
