import { readPatch } from '../appearance/picture.ts';
import { type AppearanceModel, loadSiamese } from '../appearance/siamese.ts';
import { inputError } from '../core/errors.ts';
import { findPatches, readPatchIndex } from './index-file.ts';
import { type Ranked, rank } from './ranking.ts';

/** A trajectory found, and where. */
export interface FoundTrajectory extends Ranked {
  /** Name of the video. */
  readonly source: string;
  /** Folder of its patches. */
  readonly folder: string;
}

/**
 * Which of the people tracked in a run a picture shows, best first.
 *
 * @param picture file with a picture of one person
 * @param folder results of `twintrack track --save-patches`
 * @throws TwintrackError when the picture or the results cannot be read, or the network that made the embeddings is not there any more
 *
 * @example
 * import { trackVideo } from 'twintrack';
 * import { searchRun } from 'twintrack/search';
 *
 * await trackVideo('street.mp4', { out: 'run1', savePatches: true });
 * for (const { id, similarity, from, to } of await searchRun('guest.jpg', 'run1')) console.log(id, similarity, from, to);
 */
export async function searchRun(picture: string, folder: string): Promise<FoundTrajectory[]> {
  const folders = await findPatches(folder);
  const patch = await readPatch(picture);
  const models = new Map<string, { model: AppearanceModel; query: Float32Array }>();
  const found: FoundTrajectory[] = [];
  try {
    for (const patches of folders) {
      const index = await readPatchIndex(patches);
      const { name, sha256 } = index.model;
      let loaded = models.get(name);
      if (!loaded) {
        const model = await loadSiamese(name);
        loaded = { model, query: new Float32Array(0) };
        models.set(name, loaded);
        loaded.query = await model.embed(patch.slice());
      }
      if (loaded.model.sha256 !== sha256)
        throw inputError(patches, `made with another network than ${name} is now`, 'track again with --save-patches');
      const { source } = index;
      found.push(...rank(index, loaded.model, loaded.query).map((one) => ({ ...one, source, folder: patches })));
    }
  } finally {
    await Promise.all([...models.values()].map(({ model }) => model.close()));
  }
  return found.sort((a, b) => b.similarity - a.similarity);
}
