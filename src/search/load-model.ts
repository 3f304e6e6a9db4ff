import type { AppearanceModel } from '../appearance/appearance-model.ts';
import { loadSiamese } from '../appearance/siamese.ts';
import { inputError } from '../core/errors.ts';
import type { EmbeddingIndex } from './index-file.ts';

/**
 * Loads the network that made the embeddings of an index.
 *
 * @param subject where the index is, for messages
 * @throws TwintrackError when it is not there any more, or is another one now
 */
export async function loadModelOf(
  { model: { name, sha256 } }: Pick<EmbeddingIndex, 'model'>,
  subject: string,
): Promise<AppearanceModel> {
  const model = await loadSiamese(name);
  if (model.sha256 === sha256) return model;
  await model.close();
  const fix = 'track again with --save-patches or --save-embeddings';
  throw inputError(subject, `made with another network than ${name} is now`, fix);
}
