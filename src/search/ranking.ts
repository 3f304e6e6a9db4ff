import type { Similarity } from '../appearance/similarity.ts';
import type { PatchIndex } from './index-file.ts';

/** A trajectory that was compared with a picture. */
export interface Ranked {
  readonly id: number;
  /** Similarity, 0..1, of the patch most like the picture. */
  readonly similarity: number;
  /** First and last time of the trajectory in seconds. */
  readonly from: number;
  readonly to: number;
  /** File names of its patches, most alike first. */
  readonly patches: readonly string[];
}

/** The trajectories of an index, most like an embedding first. */
export function rank(index: PatchIndex, model: Similarity, query: Float32Array): Ranked[] {
  return index.trajectories
    .map(({ id, from, to, patches }) => {
      const compared = patches
        .map(({ file, embedding }) => ({
          file,
          similarity: model.similarity(query, 0, Float32Array.from(embedding), 0),
        }))
        .sort((a, b) => b.similarity - a.similarity);
      return { id, from, to, similarity: compared[0].similarity, patches: compared.map(({ file }) => file) };
    })
    .sort((a, b) => b.similarity - a.similarity);
}
