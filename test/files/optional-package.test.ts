import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { importPackage } from '../../src/files/optional-package.ts';
import { temporaryFolder } from '../temporary-folder.ts';

it('loads a package that is there', async () => {
  const { html } = await importPackage<typeof import('hono/html')>('hono/html', 'this test');
  expect(typeof html).toBe('function');
});

it('says how to install one that is not', async () => {
  await expect(importPackage('@twintrack/none', 'this test')).rejects.toThrow(
    '@twintrack/none: is needed for this test and not installed; npm install @twintrack/none',
  );
});

it('says why one does not load that is there', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'broken'));
  const file = join(folder, 'broken/index.mjs');
  writeFileSync(file, "throw new Error('no native library for this system');\n");
  await expect(importPackage(pathToFileURL(file).href, 'this test')).rejects.toThrow(
    /index\.mjs: does not load: no native library for this system; npm install /,
  );
});
