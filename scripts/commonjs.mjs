/**
 * Lets a CommonJS project `require` each export: beside dist/FOLDER/index.js an index.cjs that loads that same module, and the declarations
 * it reaches a second time as .d.cts, since TypeScript takes .d.ts files here for ES modules, which `require` may not load under `node16`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const RELATIVE = /(['"])(\.{1,2}\/[^'"]+)\.ts\1/g; // tsc leaves the endings in declarations as they are in the sources
const done = new Set();

/** @param {string} path of a declaration, without its ending */
function declare(path) {
  if (done.has(path)) return;
  done.add(path);
  const text = readFileSync(`${path}.d.ts`, 'utf8');
  writeFileSync(`${path}.d.cts`, text.replace(RELATIVE, '$1$2.cjs$1'));
  for (const [, , imported] of text.matchAll(RELATIVE)) declare(join(path, '..', imported));
}

for (const entry of Object.values(exports)) {
  if (typeof entry === 'string') continue;
  const path = join(root, entry.require.default.slice(0, -'.cjs'.length));
  writeFileSync(`${path}.cjs`, "module.exports = require('./index.js');\n");
  declare(path);
}
