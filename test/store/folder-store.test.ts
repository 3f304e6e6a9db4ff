import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
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

  it('shows no unfinished file, and removes those that are a day old', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'content'), 'content');
    const store = new FolderStore(folder);
    await store.put('hour/first', join(folder, 'content'));
    const [old, young] = ['1', '2'].map((digit) => temporaryName(digit));
    for (const name of [old, young]) await writeFile(join(folder, 'hour', name), 'half');
    const before = (Date.now() - 90_000_000) / 1000;
    await utimes(join(folder, 'hour', old), before, before);
    await new FolderStore(folder).put('hour/second', join(folder, 'content'));
    expect((await readdir(join(folder, 'hour'))).sort()).toEqual([young, 'first', 'second']);
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

/** As another machine's process names what it is writing. */
function temporaryName(digit: string): string {
  return `.twintrack-${digit.repeat(16)}.tmp`;
}
