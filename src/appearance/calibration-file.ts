import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inputError } from '../core/errors.ts';
import { readError } from '../files/file-errors.ts';
import { SHIPPED_SIAMESE, SIAMESE_FILES } from '../inference/model-file.ts';
import { INPUTS, type InputName, type SimilarityCalibration } from './calibration.ts';

const SCALE = z.strictObject({ even: z.number(), weight: z.number().positive(), strangers: z.number() });
const CALIBRATION = z.strictObject({
  oneCamera: SCALE,
  twoCameras: SCALE,
  input: z.enum(Object.keys(INPUTS) as InputName[]).optional(),
});

/**
 * Reads the calibration of a Siamese network.
 *
 * @param folder of the network; where it has no calibration, that of the shipped network holds, as its head was trained alike
 * @throws TwintrackError when the file cannot be read or is no calibration
 */
export async function readSimilarityCalibration(folder: string): Promise<SimilarityCalibration> {
  const file = join(folder, SIAMESE_FILES.calibration);
  const fix = 'make it again by "twintrack calibrate-similarity"';
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && folder !== SHIPPED_SIAMESE)
      return readSimilarityCalibration(SHIPPED_SIAMESE);
    throw readError(file, cause, fix);
  }
  try {
    return CALIBRATION.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw inputError(file, `is no calibration of a similarity: ${reason}`, fix, cause);
  }
}

/** A calibration as the text of its file. */
export function similarityCalibrationText(calibration: SimilarityCalibration): string {
  return `${JSON.stringify(CALIBRATION.parse(calibration), undefined, 2)}\n`;
}
