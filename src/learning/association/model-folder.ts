import { join } from 'node:path';
import { makeFolder } from '../../files/make-folder.ts';
import { OutputFile } from '../../files/output-file.ts';
import { toModelCard, toModelFile } from './report.ts';
import type { AssociationTraining } from './train-association.ts';

/**
 * Writes a learned association: `association.json`, which `association.model` takes, and `association.md`, its card.
 *
 * @param folder made when missing
 * @returns the paths of both files
 * @throws TwintrackError when they cannot be written
 */
export async function writeAssociation(
  folder: string,
  training: AssociationTraining,
): Promise<{ readonly model: string; readonly card: string }> {
  await makeFolder(folder);
  const files = { model: join(folder, 'association.json'), card: join(folder, 'association.md') };
  await OutputFile.put(files.model, toModelFile(training));
  await OutputFile.put(files.card, toModelCard(training));
  return files;
}
