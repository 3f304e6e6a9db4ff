import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { inputError } from '../core/errors.ts';
import { sequenceName } from './ground-truth.ts';

/** A sequence's two files. */
export interface SequenceFiles {
  readonly name: string;
  readonly gt: string;
  readonly results: string;
}

const RESULT_ENDINGS = ['.txt', '.mot.txt', '.trajectories.json'] as const;

/**
 * Finds the files to score. Ground truth: a file, a sequence's folder (gt.txt or gt/gt.txt in it) or a folder of sequences
 * (SEQ/gt.txt, SEQ/gt/gt.txt or SEQ.txt). Results: a file for one sequence, or a folder with SEQ.txt, SEQ.mot.txt or
 * SEQ.trajectories.json, the first of them that is there.
 *
 * @returns sequences by name
 * @throws TwintrackError when a path does not exist, holds no sequence, or a sequence has no results
 */
export async function findSequences(gt: string, results: string): Promise<SequenceFiles[]> {
  const truths = await groundTruthFiles(gt);
  if ((await kind(results)) === 'file') {
    if (truths.size === 1) return [...truths].map(([name, file]) => ({ name, gt: file, results }));
    throw inputError(
      results,
      `is one file, but there are ${truths.size} sequences in ${gt}`,
      'give a folder of results, or the ground truth of one sequence',
    );
  }
  const files = new Set(await readdir(results));
  const found: SequenceFiles[] = [];
  const missing: string[] = [];
  for (const [name, file] of truths) {
    const ending = RESULT_ENDINGS.find((e) => files.has(name + e));
    if (ending) found.push({ name, gt: file, results: join(results, name + ending) });
    else missing.push(name);
  }
  if (missing.length === 0) return found;
  const fix = `expected ${RESULT_ENDINGS.map((e) => missing[0] + e).join(', ')}`;
  const others = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  throw inputError(results, `no results for ${missing.slice(0, 3).join(', ')}${others}`, fix);
}

/**
 * The ground truth files at a path, by sequence: a file, a sequence's folder or a folder of sequences, as in {@link findSequences}.
 *
 * @throws TwintrackError when the path does not exist or holds no ground truth
 */
export async function groundTruthFiles(path: string): Promise<Map<string, string>> {
  if ((await kind(path)) === 'file') return new Map([[sequenceName(path), path]]);
  const own = await inFolder(path);
  if (own) return new Map([[basename(resolve(path)), own]]);
  const found = new Map<string, string>();
  for (const entry of (await readdir(path)).sort()) {
    const place = join(path, entry);
    if ((await kind(place)) === 'folder') {
      const file = await inFolder(place);
      if (file) found.set(entry, file);
    } else if (entry.endsWith('.txt')) found.set(entry.slice(0, -'.txt'.length), place);
  }
  if (found.size > 0) return found;
  throw inputError(path, 'holds no ground truth', 'expected <sequence>/gt/gt.txt, <sequence>/gt.txt or <sequence>.txt');
}

async function inFolder(folder: string): Promise<string | undefined> {
  for (const file of [join(folder, 'gt.txt'), join(folder, 'gt', 'gt.txt')])
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  return undefined;
}

async function kind(path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw inputError(
      path,
      code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`,
      'check the name',
      error,
    );
  }
}
