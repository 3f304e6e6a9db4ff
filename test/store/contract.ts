import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';

/** What every store does. @param open a store that holds nothing, and a folder for local files */
export function describeStore(open: () => Promise<{ store: Store; folder: string }>): void {
  const filled = async (...keys: string[]) => {
    const { store, folder } = await open();
    const file = join(folder, 'content');
    for (const key of keys) {
      await writeFile(file, key);
      await store.put(key, file);
    }
    return { store, folder, file };
  };
  const keysOf = async (store: Store, prefix = '') => {
    const keys: string[] = [];
    for await (const key of store.list(prefix)) keys.push(key);
    return keys;
  };
  const sorted = async (store: Store, prefix = '') => (await keysOf(store, prefix)).sort();

  it('gives back what was put, and replaces it', async () => {
    const { store, folder, file } = await filled('a/b/c.bin');
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await writeFile(file, bytes);
    expect(await store.put('a/b/c.bin', file)).toBe(true);
    const back = join(folder, 'back');
    await store.get('a/b/c.bin', back);
    expect(await readFile(back)).toEqual(bytes);
  });

  it('puts a file of no bytes and one of many', async () => {
    const { store, folder, file } = await filled();
    const back = join(folder, 'back');
    for (const size of [0, 40_000_000]) {
      await writeFile(file, Buffer.alloc(size, 'twintrack'));
      await store.put('large', file);
      await store.get('large', back);
      expect((await readFile(back)).equals(await readFile(file))).toBe(true);
    }
  });

  it.each([
    ['small', 100],
    ['large', 20_000_000],
  ])('puts a %s file only where its key is absent, for one of many at once', async (_, size) => {
    const { store, folder } = await open();
    const files = Array.from({ length: 6 }, (_, i) => join(folder, `writer-${i}`));
    for (const [i, file] of files.entries()) await writeFile(file, Buffer.alloc(size, String(i)));
    const won = await Promise.all(files.map((file) => store.put('once', file, { ifAbsent: true })));
    expect(won.filter((one) => one)).toHaveLength(1);
    expect(await store.put('once', files[0], { ifAbsent: true })).toBe(false);
    const back = join(folder, 'back');
    await store.get('once', back);
    expect((await readFile(back)).equals(await readFile(files[won.indexOf(true)]))).toBe(true);
  });

  it('lists the keys of a prefix in order, and knows which it has', async () => {
    const { store } = await filled('b/2', 'b/1', 'a', 'b.txt', 'bc/3', 'b/c=ä b/4');
    expect(await sorted(store)).toEqual(['a', 'b.txt', 'b/1', 'b/2', 'b/c=ä b/4', 'bc/3']);
    expect(await keysOf(store, 'b/')).toEqual(['b/1', 'b/2', 'b/c=ä b/4']);
    expect(await sorted(store, 'b')).toEqual(['b.txt', 'b/1', 'b/2', 'b/c=ä b/4', 'bc/3']);
    expect(await keysOf(store, 'none/here')).toEqual([]);
    expect(await store.has('b/1')).toBe(true);
    expect(await store.has('b')).toBe(false);
    expect(await store.has('b/3')).toBe(false);
  });

  it('removes a file, also one that is not there', async () => {
    const { store } = await filled('a/1', 'a/2');
    await store.remove('a/1');
    await store.remove('a/1');
    await store.remove('b/1');
    expect(await keysOf(store)).toEqual(['a/2']);
  });

  it('says what is not there', async () => {
    const { store, folder, file } = await filled();
    await expect(store.get('a/missing', join(folder, 'back'))).rejects.toThrow(/missing: does not exist; /);
    await expect(store.put('a', `${file}-missing`)).rejects.toThrow(/content-missing: does not exist; check the name$/);
    await expect(readFile(join(folder, 'back'))).rejects.toThrow('ENOENT');
    expect(await keysOf(store)).toEqual([]);
  });

  it.each([
    '',
    '/etc/passwd',
    '../out',
    'a/../../out',
    'a//b',
    'a/',
    './a',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    'ä'.repeat(513),
  ])('refuses the key %j', async (key) => {
    const { store, folder, file } = await filled('a');
    for (const tried of [store.put(key, file), store.get(key, join(folder, 'x')), store.has(key), store.remove(key)])
      await expect(tried).rejects.toThrow('is no key of a store; give names with / between them, without . and ..');
  });
}
