import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inputError, UsageError } from '../core/errors.ts';
import { readError, writingReason } from '../files/file-errors.ts';
import { OutputFile } from '../files/output-file.ts';
import { removeLeftOvers } from '../files/temporary.ts';
import {
  EMBEDDINGS_ENDING,
  type EmbeddingIndex,
  INDEX,
  indexFiles,
  PATCHES_ENDING,
  readEmbeddingIndex,
  SHEET_ENDING,
} from './index-file.ts';

/** Files that may show anyone, or hold embeddings of anyone: endings, and what they are. All can be made again. */
const OF_ANYONE = [
  [SHEET_ENDING, 'contact sheet'],
  ['.report.html', 'report'],
  ['.resume', 'what an interrupted run has found'],
] as const;

const TRAJECTORIES_ENDING = '.trajectories.json';

/** Trajectories of one video. */
export interface TrajectoriesOfVideo {
  /** Path of what was written of it, without the endings: `run1/street`. */
  readonly stem: string;
  readonly ids: ReadonlySet<number>;
  /** Parts of these trajectories that are of other people, who are not forgotten: first and last time in seconds of the video. */
  readonly kept?: readonly { readonly id: number; readonly from: number; readonly to: number }[];
}

/** Far less than the time between two frames: times of another clock differ by rounding. */
const ROUNDING = 0.001;

/** A file that was deleted since it may be of anyone. */
export interface OtherFile {
  readonly path: string;
  readonly what: string;
}

/** What was deleted. */
export interface Forgotten {
  /** Each index of embeddings, and of how many embeddings and pictures it is shorter. */
  readonly indexes: readonly { readonly path: string; readonly embeddings: number; readonly pictures: number }[];
  /** Contact sheets, reports, and what interrupted runs have found. */
  readonly others: readonly OtherFile[];
}

/** What is to be deleted. */
interface Found {
  readonly file: string;
  /** What the index holds when it is done. */
  readonly index: EmbeddingIndex;
  readonly embeddings: number;
  /** Paths. */
  readonly pictures: readonly string[];
}

/**
 * Deletes the embeddings and patches of trajectories, and all contact sheets, reports and logs of interrupted runs that lie beside them, as
 * these may be of anyone. Nothing is deleted where none of the trajectories has any. The index is written last, so that work that was
 * broken off can be repeated.
 *
 * @param videos the trajectories, and further videos whose folders may hold such files
 * @param dryRun delete nothing, only say what would be
 * @throws TwintrackError when an index cannot be read, with nothing deleted then, or something cannot be deleted
 */
export async function forgetTrajectories(videos: readonly TrajectoriesOfVideo[], dryRun = false): Promise<Forgotten> {
  const found: Found[] = [];
  for (const { stem, ids, kept = [] } of videos)
    for (const file of ids.size > 0 ? indexFiles(stem) : []) {
      const index = await readEmbeddingIndex(file);
      const isKept = (id: number, time: number) =>
        !ids.has(id) || kept.some((one) => one.id === id && time > one.from - ROUNDING && time < one.to + ROUNDING);
      const patches = index.trajectories.flatMap((one) => one.patches.filter(({ time }) => !isKept(one.id, time)));
      const trajectories = index.trajectories
        .map((one) => ({ ...one, patches: one.patches.filter(({ time }) => isKept(one.id, time)) }))
        .filter((one) => one.patches.length > 0);
      if (patches.length === 0) continue;
      const names = basename(file) === INDEX ? patches.flatMap((patch) => patch.file ?? []) : [];
      const pictures = names.map((name) => join(dirname(file), name));
      found.push({ file, index: { ...index, trajectories }, embeddings: patches.length, pictures });
    }
  if (found.length === 0) return { indexes: [], others: [] };
  const folders = [...new Set(videos.map(({ stem }) => dirname(stem)))];
  const others: OtherFile[] = [];
  for (const folder of folders) others.push(...(await othersIn(folder)));
  const indexes = found.map(({ file, embeddings, pictures }) => ({
    path: file,
    embeddings,
    pictures: pictures.length,
  }));
  if (dryRun) return { indexes, others };
  for (const folder of folders) removeLeftOvers(folder);
  for (const { path } of others) await remove(path);
  for (const { file, index, pictures } of found) {
    for (const picture of pictures) await remove(picture);
    await OutputFile.put(file, `${JSON.stringify(index)}\n`);
  }
  return { indexes, others };
}

/**
 * The video of a run whose trajectory has this id.
 *
 * @param run folder that `track` wrote to, or a `.trajectories.json` in it
 * @throws TwintrackError when nothing is saved there of such a trajectory
 * @throws UsageError when several videos of the folder have one of this id
 */
export async function findTrajectory(run: string, id: number): Promise<TrajectoriesOfVideo> {
  const stems = run.endsWith(TRAJECTORIES_ENDING) ? [run.slice(0, -TRAJECTORIES_ENDING.length)] : await stemsIn(run);
  const holding: string[] = [];
  for (const stem of stems)
    for (const file of indexFiles(stem)) {
      const { trajectories } = await readEmbeddingIndex(file);
      if (trajectories.some((one) => one.id === id) && !holding.includes(stem)) holding.push(stem);
    }
  const [stem, other] = holding;
  if (stem === undefined)
    throw inputError(run, `holds no embeddings or patches of a person ${id}`, 'check the id and the folder');
  if (other !== undefined) {
    const [first, second] = [stem, other].map((one) => `${one}${TRAJECTORIES_ENDING}`);
    throw new UsageError(`forget: several videos have a person ${id}; name one: ${first} or ${second}`);
  }
  return { stem, ids: new Set([id]) };
}

async function stemsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause) => {
    const fix = 'name the folder given to "twintrack track --out" or "twintrack link --out"';
    throw readError(folder, cause, fix, { ENOTDIR: 'is a file, not a folder' });
  });
  const saved = names.flatMap((name) =>
    [PATCHES_ENDING, EMBEDDINGS_ENDING]
      .filter((ending) => name.endsWith(ending))
      .map((ending) => name.slice(0, -ending.length)),
  );
  return [...new Set(saved)].sort().map((stem) => join(folder, stem));
}

/** Files of a folder that may be of anyone; none in one that is not there any more. */
async function othersIn(folder: string): Promise<OtherFile[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw readError(folder, cause);
  });
  return names.sort().flatMap((name) => {
    const what = OF_ANYONE.find(([ending]) => name.endsWith(ending))?.[1];
    return what === undefined ? [] : [{ path: join(folder, name), what }];
  });
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch((cause) => {
    throw inputError(path, `cannot be deleted: ${writingReason(cause)}`, 'check its permissions', cause);
  });
}
