import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimilarityCalibration } from '../../appearance/calibration.ts';
import { similarityCalibrationText } from '../../appearance/calibration-file.ts';
import { version } from '../../core/version.ts';
import { OutputFile } from '../../files/output-file.ts';
import { SHIPPED_SIAMESE, SIAMESE_FILES } from '../../inference/model-file.ts';
import { toCurves } from './curves.ts';
import type { CardFigures, DataFigures } from './figures.ts';
import type { OnnxPair } from './onnx-export.ts';
import type { People, Split } from './people.ts';

/** The files in the folder of a model. */
export const FILES = { ...SIAMESE_FILES, card: 'siamese.json', curves: 'siamese.svg' } as const;

/** Counts people and pictures on both sides of a split. */
export function dataFigures({ person }: Pick<People, 'person'>, { training, heldOut }: Split): DataFigures {
  const peopleIn = (rows: Int32Array) => new Set(rows.map((row) => person[row])).size;
  return {
    people: peopleIn(training),
    pictures: training.length,
    heldOutPeople: peopleIn(heldOut),
    heldOutPictures: heldOut.length,
  };
}

/**
 * Writes the networks, when there are new ones, then the card and the curves.
 *
 * @param pair the new networks
 */
export async function writeModelFolder(folder: string, figures: CardFigures, pair?: OnnxPair): Promise<void> {
  if (pair) {
    await OutputFile.put(join(folder, FILES.embedding), pair.embedding);
    await OutputFile.put(join(folder, FILES.head), pair.head);
  }
  const sha256 = async (name: string) => [name, digest(await readFile(join(folder, name)))] as const;
  const files = Object.fromEntries([await sha256(FILES.embedding), await sha256(FILES.head)]);
  await OutputFile.put(join(folder, FILES.card), toCard(figures, files));
  await OutputFile.put(join(folder, FILES.curves), toCurves(figures.course));
}

/**
 * Writes a network with a calibration.
 *
 * @param model `siamese`, the folder of a network, or the ONNX file of one of your own
 */
export async function copyNetwork(model: string, folder: string, calibration: SimilarityCalibration): Promise<void> {
  if (model.endsWith('.onnx')) await OutputFile.put(join(folder, FILES.embedding), await readFile(model));
  else
    for (const name of calibration.input ? [FILES.embedding] : [FILES.embedding, FILES.head])
      await OutputFile.put(
        join(folder, name),
        await readFile(join(model === 'siamese' ? SHIPPED_SIAMESE : model, name)),
      );
  await OutputFile.put(join(folder, FILES.calibration), similarityCalibrationText(calibration));
}

function toCard({ course, more, size, made, ...rest }: CardFigures, files: Record<string, string>): string {
  const { roc: _, ...best } = course.best;
  const head = { schema: 'twintrack/siamese', version: 1, generator: `twintrack ${version}`, made };
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  return `${JSON.stringify({ ...head, network: size, ...rest, ...more, best, epochs: course.epochs, files }, short, 2)}\n`;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
