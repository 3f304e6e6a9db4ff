import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inputError } from '../core/errors.ts';
import { readError } from '../files/file-errors.ts';

/** The file in a folder of patches that says whose they are. */
export const INDEX = 'index.json';
/** What the name of a folder of patches ends with. */
export const PATCHES_ENDING = '.patches';

const PATCH = z.object({
  file: z.string().regex(/^[\w-]+\.jpg$/),
  frame: z.number().int(),
  time: z.number(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  quality: z.number(),
  embedding: z.array(z.number()),
});

const INDEX_SCHEMA = z
  .object({
    schema: z.literal('twintrack/patches'),
    version: z.literal(1),
    source: z.string(),
    model: z.object({ name: z.string(), sha256: z.string(), dimensions: z.number().int() }),
    trajectories: z.array(
      z.object({ id: z.number(), from: z.number(), to: z.number(), patches: z.array(PATCH).min(1) }),
    ),
  })
  .refine(
    ({ model, trajectories }) =>
      trajectories.every(({ patches }) => patches.every(({ embedding }) => embedding.length === model.dimensions)),
    'embeddings are not of as many numbers as the model gives',
  );

/** What a folder of patches holds: of each trajectory its span in seconds and its best patches with their embeddings. */
export type PatchIndex = z.infer<typeof INDEX_SCHEMA>;

/** Whether a path is that of a folder of patches, and not of one with several. */
export function isPatches(folder: string): boolean {
  return existsSync(join(folder, INDEX));
}

/**
 * The folders of patches in the results of a run.
 *
 * @param folder a folder with `<stem>.patches` folders, or one of these itself
 * @throws TwintrackError when there is none
 */
export async function findPatches(folder: string): Promise<string[]> {
  const fix = 'name the folder given to "twintrack track --save-patches --out"';
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw readError(folder, cause, fix, { ENOTDIR: 'is a file, not a folder' });
  }
  if (isPatches(folder)) return [folder];
  const found = names.filter((name) => name.endsWith(PATCHES_ENDING) && !name.startsWith('.')).sort();
  if (found.length === 0) throw inputError(folder, `holds no patches (<name>${PATCHES_ENDING})`, fix);
  return found.map((name) => join(folder, name));
}

/**
 * Reads the index of one of the folders that {@link findPatches} gives.
 *
 * @throws TwintrackError when it cannot be read or is none
 */
export async function readPatchIndex(folder: string): Promise<PatchIndex> {
  const file = join(folder, INDEX);
  try {
    return INDEX_SCHEMA.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw inputError(file, `is no index of patches: ${reason}`, 'track again with --save-patches', cause);
  }
}
