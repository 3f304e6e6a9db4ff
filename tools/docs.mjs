/** Builds the documentation site with its API reference into site/: `npm run docs`. Dead links fail it. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const tools = import.meta.dirname;
const pages = join(tools, '.site'); // here, so that the pages find VitePress and Vue

/** Runs a command of a package that is installed here. */
function run(command, ...args) {
  const path = join(tools, 'node_modules', command);
  const { status } = spawnSync(process.execPath, [path, ...args], { cwd: tools, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(pages, { recursive: true, force: true });
cpSync(join(tools, '../docs'), pages, { recursive: true });
cpSync(join(tools, 'vitepress'), join(pages, '.vitepress'), { recursive: true });
run('typedoc/bin/typedoc', '--options', 'typedoc.json', '--out', join(pages, 'api'), '--treatWarningsAsErrors');
run('vitepress/bin/vitepress.js', 'build', pages);
