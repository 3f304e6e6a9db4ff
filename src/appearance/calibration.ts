import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inputError } from '../core/errors.ts';
import { logOdds, sigmoid } from '../core/probability.ts';
import { readError } from '../files/file-errors.ts';
import { SHIPPED_SIAMESE, SIAMESE_FILES } from '../inference/model-file.ts';
import type { Similarity } from './similarity.ts';

/** From this probability on two pictures are said to show one person, and up to one minus it two people. */
const SURE = 0.8;
/** How much alike the errors of several patches of one person are: their correlation. */
const CORRELATION = 0.7;
/** A cohort counts as much as the pictures of the calibration when it has so many people. */
const COHORT = 5;
/** Trajectories that a person has in what is searched, on average. */
const APPEARANCES = 2;
/** Probabilities of a network are told apart up to here. */
const MARGIN = 1e-12;

const SCALE = z.strictObject({
  even: z.number().describe('Log-odds of the network at which one person and two are equally probable'),
  weight: z.number().positive().describe('What the log-odds beyond `even` are multiplied by, for two single patches'),
  strangers: z.number().describe('Mean log-odds of the network of different people, in the pictures of the fit'),
});
const CALIBRATION = z.strictObject({ oneCamera: SCALE, twoCameras: SCALE });

/** What the log-odds of a network mean for two pictures of one camera, or of two. */
export type SimilarityScale = z.infer<typeof SCALE>;
/** Both scales of a network. */
export type SimilarityCalibration = z.infer<typeof CALIBRATION>;
/** Whether pictures come from one camera or from two, where it is known. */
export type Cameras = 'one' | 'two' | undefined;
/** What a probability of being one person comes to in words. */
export type Verdict = 'same' | 'unsure' | 'different';

/** What is known of a comparison besides the log-odds of the network. */
export interface ComparisonContext {
  /** Whether the pictures come from one camera or from two. Unknown: the mean of both probabilities. */
  readonly cameras?: Cameras;
  /** Patches whose log-odds have been averaged. Default 1. */
  readonly patches?: number;
  /** The log-odds of others who are compared: they say how much alike different people are here. */
  readonly cohort?: Float64Array | undefined;
  /** Trajectories of which the person may be any. Default: as probable to be one person as not to be. */
  readonly candidates?: number;
}

/**
 * The probability that patches show one person.
 *
 * @param logOdds of the network, or their mean over several patches: {@link meanLogOdds}
 *
 * @example
 * import { loadSiamese, meanLogOdds, readPatch, sameProbability, verdictOf } from 'twintrack/appearance';
 *
 * const model = await loadSiamese();
 * const [a, b] = [await model.embed(await readPatch('a.jpg')), await model.embed(await readPatch('b.jpg'))];
 * const probability = sameProbability(model.calibration, meanLogOdds(model, a, b), { cameras: 'one' });
 * console.log(probability, verdictOf(probability)); // for example 0.93 same
 * await model.close();
 */
export function sameProbability(
  calibration: SimilarityCalibration,
  logOdds: number,
  { cameras, patches = 1, cohort, candidates = APPEARANCES }: ComparisonContext = {},
): number {
  const prior = Math.min(0, Math.log(APPEARANCES / candidates));
  const by = ({ even, weight, strangers }: SimilarityScale): number => {
    const shift = cohort ? (cohort.length / (cohort.length + COHORT)) * (median(cohort) - strangers) : 0;
    const steady = CORRELATION + (1 - CORRELATION) / patches; // the variance of a mean of correlated values
    return sigmoid((weight / steady) * (logOdds - shift - even) + prior);
  };
  const { oneCamera, twoCameras } = calibration;
  if (cameras) return by(cameras === 'one' ? oneCamera : twoCameras);
  return (by(oneCamera) + by(twoCameras)) / 2;
}

/** What a probability of being one person comes to. */
export function verdictOf(probability: number): Verdict {
  return probability >= SURE ? 'same' : probability <= 1 - SURE ? 'different' : 'unsure';
}

/**
 * The mean log-odds, by the network, that patches show one person: the evidence in all pairs of an embedding of `a` and one of `b`.
 *
 * @param a n × d, row by row
 * @param b m × d
 */
export function meanLogOdds(model: Similarity, a: Float32Array, b: Float32Array): number {
  const [n, m] = [a.length / model.dimensions, b.length / model.dimensions];
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) sum += logOdds(model.similarity(a, i, b, j), MARGIN);
  return sum / (n * m);
}

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

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
