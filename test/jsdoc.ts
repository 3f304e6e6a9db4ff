import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;

/** The examples in the JSDoc of a source file, in order. */
export function examplesIn(file: string): string[] {
  const comments = readFileSync(join(root, file), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) =>
    comment
      .split(/^\s*\* @example\n/m)
      .slice(1)
      .map((text) => text.replace(/^\s*\*(?: |\/|$)/gm, '').replace(/^@\w[\s\S]*/m, '')),
  );
}

/** Makes a folder a project in which the built package is installed. */
export function installBuilt(folder: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/twintrack'), 'dir');
}

/**
 * Runs an example in a folder of {@link installBuilt}.
 *
 * @returns the lines that it prints, and those that its comments behind console.log() say that it prints
 */
export function runExample(code: string, folder: string): { printed: string[]; expected: string[] } {
  const text = execFileSync(process.execPath, argumentsOf(code, folder), { encoding: 'utf8', cwd: folder });
  const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);
  return { printed: text.split('\n').slice(0, -1), expected };
}

/** Starts an example in a folder of {@link installBuilt}. */
export function spawnExample(code: string, folder: string): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, argumentsOf(code, folder), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

function argumentsOf(code: string, folder: string): string[] {
  const file = join(folder, 'example.mts');
  writeFileSync(file, code);
  return ['--import', tsx, file];
}
