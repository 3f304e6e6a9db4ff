import type { AppearanceModel } from '../appearance/appearance-model.ts';
import type { Cameras } from '../appearance/calibration.ts';
import { readPatch } from '../appearance/picture.ts';
import { findPatches, type PatchIndex, readPatchIndex } from './index-file.ts';
import { loadModelOf } from './load-model.ts';
import { type Ranked, rank } from './ranking.ts';

/** A trajectory found, and where. */
export interface FoundTrajectory extends Ranked {
  /** Name of the video. */
  readonly source: string;
  /** Folder of its patches. */
  readonly folder: string;
}

/** How {@link searchRun} compares. */
export interface SearchOptions {
  /** Whether the picture is by the camera of the runs, or by another. Unknown: the mean of both probabilities. */
  readonly cameras?: Cameras;
}

/**
 * Which of the people tracked in runs a picture shows, most probable first.
 *
 * @param picture file with a picture of one person
 * @param folders results of `twintrack track --save-patches`: one folder or several
 * @throws TwintrackError when the picture or the results cannot be read, or the network that made the embeddings is not there any more
 *
 * @example
 * import { trackVideo } from 'twintrack';
 * import { searchRun } from 'twintrack/search';
 *
 * await trackVideo('street.mp4', { out: 'run1', savePatches: true });
 * for (const { id, similarity, verdict } of await searchRun('guest.jpg', 'run1')) console.log(id, similarity, verdict);
 */
export async function searchRun(
  picture: string,
  folders: string | readonly string[],
  { cameras }: SearchOptions = {},
): Promise<FoundTrajectory[]> {
  const indexes: { folder: string; index: PatchIndex }[] = [];
  for (const run of [folders].flat())
    for (const folder of await findPatches(run)) indexes.push({ folder, index: await readPatchIndex(folder) });
  const candidates = indexes.reduce((sum, { index }) => sum + index.trajectories.length, 0);
  const patch = await readPatch(picture);
  const models = new Map<string, { model: AppearanceModel; query: Float32Array }>();
  const found: FoundTrajectory[] = [];
  try {
    for (const { folder, index } of indexes) {
      const { name } = index.model;
      const model = models.get(name)?.model ?? (await loadModelOf(index, folder));
      const query = models.get(name)?.query ?? (await model.embed(patch.slice()));
      models.set(name, { model, query });
      const ranked = rank(index, model, query, { cameras, candidates });
      found.push(...ranked.map((one) => ({ ...one, source: index.source, folder })));
    }
  } finally {
    await Promise.all([...models.values()].map(({ model }) => model.close()));
  }
  return found.sort((a, b) => b.similarity - a.similarity);
}
