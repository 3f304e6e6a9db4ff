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

/** What the name of a file of embeddings alone ends with. */
export const EMBEDDINGS_ENDING = '.embeddings.json';

/** What the name of a contact sheet ends with. */
export const SHEET_ENDING = '.search.png';

const EMBEDDED = z.object({
  frame: z.number().int(),
  time: z.number(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  quality: z.number(),
  embedding: z.array(z.number()),
});
const FILE = z.string().regex(/^[\w-]+\.jpg$/);

/** An index of patches that have a picture each, or need not have one. */
const indexOf = <Patch extends typeof EMBEDDED>(patch: Patch) =>
  z
    .object({
      schema: z.literal('twintrack/patches'),
      version: z.literal(1),
      source: z.string(),
      model: z.object({ name: z.string(), sha256: z.string(), dimensions: z.number().int() }),
      trajectories: z.array(
        z.object({ id: z.number(), from: z.number(), to: z.number(), patches: z.array(patch).min(1) }),
      ),
    })
    .refine(
      ({ model, trajectories }) =>
        trajectories.every(({ patches }) =>
          patches.every((each) => (each as z.infer<typeof EMBEDDED>).embedding.length === model.dimensions),
        ),
      'embeddings are not of as many numbers as the model gives',
    );

const PATCH_INDEX = indexOf(EMBEDDED.extend({ file: FILE }));
const EMBEDDING_INDEX = indexOf(EMBEDDED.extend({ file: FILE.optional() }));

/** What a folder of patches holds: of each trajectory its span in seconds and its best patches with their embeddings. */
export type PatchIndex = z.infer<typeof PATCH_INDEX>;
/** The same, of patches whose pictures need not be there. */
export type EmbeddingIndex = z.infer<typeof EMBEDDING_INDEX>;

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
export function readPatchIndex(folder: string): Promise<PatchIndex> {
  return readIndex(PATCH_INDEX, join(folder, INDEX), 'patches');
}

/**
 * Reads the embeddings that a run has saved beside its trajectories: `<stem>.embeddings.json`, or else those in `<stem>.patches/`.
 *
 * @param trajectories path of the `.trajectories.json`
 * @throws TwintrackError when there are none, or they cannot be read
 */
export function readEmbeddings(trajectories: string): Promise<EmbeddingIndex> {
  const stem = trajectories.replace(/\.trajectories\.json$/, '');
  const [file = `${stem}${EMBEDDINGS_ENDING}`] = indexFiles(stem);
  return readEmbeddingIndex(file);
}

/** The indexes that a run has saved of a video: that of `<stem>.patches/`, and `<stem>.embeddings.json`. */
export function indexFiles(stem: string): string[] {
  return [join(`${stem}${PATCHES_ENDING}`, INDEX), `${stem}${EMBEDDINGS_ENDING}`].filter((path) => existsSync(path));
}

/**
 * Reads one of the files that {@link indexFiles} gives.
 *
 * @throws TwintrackError when it cannot be read or is none
 */
export function readEmbeddingIndex(file: string): Promise<EmbeddingIndex> {
  return readIndex(EMBEDDING_INDEX, file, 'embeddings');
}

async function readIndex<T>(schema: z.ZodType<T>, file: string, what: 'patches' | 'embeddings'): Promise<T> {
  const fix = `track again with --save-${what}`;
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw readError(file, cause, fix);
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw inputError(file, `is no index of ${what}: ${reason}`, fix, cause);
  }
}
