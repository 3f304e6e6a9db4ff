import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, test } from 'vitest';
import { version } from '../src/core/version.ts';
import { temporaryFolder } from './video/clips.ts';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  exports: Record<string, unknown>;
};
const entries = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => path.replace('.', 'twintrack'));

/** A project that has the built package installed. */
const project = temporaryFolder();
mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
symlinkSync(root, join(project, 'node_modules/twintrack'), 'dir');
for (const name of ['@types/node', 'undici-types'])
  symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));

test('the version in the code is the one of package.json', () => {
  expect(version).toBe(manifest.version);
});

describe('a strict TypeScript project', () => {
  /** Compiles one file that takes all entries in. */
  function compile(name: string, imports: (entry: string, i: number) => string, options: Record<string, unknown>) {
    const names = entries.map((_, i) => `entry${i}`);
    writeFileSync(join(project, name), `${entries.map(imports).join('\n')}\nconsole.log(${names.join()});\n`);
    const config = join(project, 'tsconfig.json');
    const compilerOptions = { target: 'ES2022', strict: true, noEmit: true, types: ['node'], ...options };
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [name] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
    return [status, stdout];
  }
  const importAll = (entry: string, i: number) => `import * as entry${i} from '${entry}';`;
  const requireAll = (entry: string, i: number) => `import entry${i} = require('${entry}');`;

  it.each([
    ['consumer.mts', importAll, { module: 'node16', moduleResolution: 'node16' }],
    ['consumer.ts', importAll, { module: 'esnext', moduleResolution: 'bundler' }],
    ['consumer.cts', requireAll, { module: 'node16', moduleResolution: 'node16' }],
    ['consumer.cts', requireAll, { module: 'nodenext', moduleResolution: 'nodenext' }],
  ])('compiles %s with each entry point', (name, imports, options) => {
    expect(compile(name, imports, options)).toEqual([0, '']);
  });
});

test('a CommonJS script requires each entry point', () => {
  const file = join(project, 'script.cjs');
  const script = `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(require(entry)).length > 0);`;
  writeFileSync(file, script);
  const output = execFileSync(process.execPath, [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(output.trim().split('\n')).toEqual(entries.map((entry) => `${entry} true`));
});

test('a script on the command line loads a network', () => {
  const script = `
    import { loadDetector } from 'twintrack/detection';
    const detector = await loadDetector();
    console.log(detector.family);
    await detector.close();`;
  const args = ['--input-type=module', '-e', script];
  expect(execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' })).toBe('RTMDet\n');
});

test('npm ci runs no install script of onnxruntime-node, which downloads CUDA libraries', () => {
  // npm reads it here; `npm install` writes the mark again, which is to be taken out
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  expect(packages['node_modules/onnxruntime-node'].hasInstallScript).toBeUndefined();
});

describe('a bundle', () => {
  const folder = temporaryFolder();
  const update = `
    let tracks;
    for (let i = 0; i < 20; i++) tracks = tracker.update([{ box: [10 + i, 10, 20, 60], score: 0.9 }], i / 10);
    console.log(tracks.length, tracks[0].id, tracks[0].state);`;
  const tracker = (from: string) => `
    import { Tracker } from '${from}';
    import { handSetScore } from 'twintrack/association';
    const tracker = new Tracker({ association: handSetScore });${update}`;
  const create = `
    import { createTracker } from 'twintrack';
    createTracker().then((tracker) => {${update}});`;

  /** Bundles a script and runs the bundle where no package is. */
  async function bundled(contents: string, format: 'esm' | 'cjs'): Promise<string> {
    const outfile = join(folder, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
    const stdin = { contents, resolveDir: project };
    // `import.meta` is empty in CommonJS, which matters to the files that come with twintrack alone
    const logOverride = { 'empty-import-meta': 'silent' } as const;
    await build({ stdin, outfile, format, bundle: true, platform: 'node', logOverride, preserveSymlinks: false });
    return execFileSync(process.execPath, [basename(outfile)], { cwd: folder, encoding: 'utf8' }).trim();
  }

  it.each(['esm', 'cjs'] as const)('of Tracker alone runs (%s)', async (format) => {
    expect(await bundled(tracker('twintrack/tracking'), format)).toBe('1 1 confirmed');
    expect(await bundled(tracker('twintrack'), format)).toBe('1 1 confirmed');
  });

  it.each(['esm', 'cjs'] as const)('of createTracker runs (%s)', async (format) => {
    expect(await bundled(create, format)).toBe('1 1 confirmed');
  });
});

test('onnxruntime is looked for beside the package, and the error says what to install where there is none', () => {
  const alone = temporaryFolder();
  const copy = join(alone, 'node_modules/twintrack');
  for (const name of ['dist', 'package.json', 'models'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const name of ['zod', 'fastest-levenshtein'])
    symlinkSync(join(root, 'node_modules', name), join(alone, 'node_modules', name), 'dir');
  const script = `
    import { loadDetector } from 'twintrack/detection';
    await loadDetector().catch(({ name, message }) => console.log(name, message));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: alone,
    encoding: 'utf8',
  });
  expect(output).toMatch(/^TwintrackError onnxruntime for \S+: twintrack comes without it; install the package onnx/);
});
