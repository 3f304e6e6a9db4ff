import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { inputError } from '../core/errors.ts';
import { logOdds, sigmoid } from '../core/probability.ts';

/**
 * What the scores of a detector are worth: the log-odds that a detection is a person (at IoU 0.5) are `intercept + slope × x`, with x the log-odds
 * of the score, or the score itself where it is not within 0..1 (Platt, 1999).
 */
export interface Calibration {
  readonly of: 'log-odds' | 'score';
  readonly intercept: number;
  /** Above 0. */
  readonly slope: number;
}

/** Scores that are taken as probabilities. */
export const AS_IT_IS: Calibration = { of: 'log-odds', intercept: 0, slope: 1 };

const FILE = z.object({
  schema: z.literal('twintrack/calibration'),
  version: z.literal(1),
  of: z.enum(['log-odds', 'score']),
  intercept: z.number(),
  slope: z.number().positive(),
});

/** The probability, 0..1, that a detection of this score is a person. */
export function probabilityOf(score: number, calibration: Calibration): number {
  if (calibration === AS_IT_IS) return score;
  const { of, intercept, slope } = calibration;
  return sigmoid(intercept + slope * (of === 'score' ? score : logOdds(score)));
}

/** The score of this probability: the inverse of {@link probabilityOf}. */
export function scoreOf(probability: number, calibration: Calibration): number {
  if (calibration === AS_IT_IS) return probability;
  const { of, intercept, slope } = calibration;
  const x = (logOdds(probability) - intercept) / slope;
  return of === 'score' ? x : sigmoid(x);
}

/** Of a file whose scores go beyond this, they are taken for a scale to about a hundred. */
const LARGEST_MARGIN = 10;

/**
 * What the scores of a detection file are taken for, by the least and the greatest of them:
 * - within 0..1 they are probabilities, as they are;
 * - up to 10 they are a classifier's margins: log-odds;
 * - beyond, they are a scale to about a hundred. Of the ACF boxes of MOT15, half of those with a score of 28 are people, and nine of ten with 54.
 *
 * What a score becomes depends on the score alone: on none of the file's other boxes, and on no later frame.
 */
export function calibrationOfFile(least: number, greatest: number): Calibration {
  if (least >= 0 && greatest <= 1) return AS_IT_IS;
  if (greatest <= LARGEST_MARGIN) return { of: 'score', intercept: 0, slope: 1 };
  return { of: 'score', intercept: -28 / 12, slope: 1 / 12 };
}

/**
 * Reads what `twintrack calibrate-scores` wrote.
 *
 * @throws TwintrackError when the file cannot be read or is no calibration
 */
async function readCalibration(file: string): Promise<Calibration> {
  const fix = 'make one with "twintrack calibrate-scores", or give auto or off';
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw inputError(file, 'cannot be read as a calibration of scores', fix, cause);
  });
  try {
    const { of, intercept, slope } = FILE.parse(JSON.parse(text));
    return { of, intercept, slope };
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw inputError(file, `is no calibration of scores: ${reason.replaceAll(/\s+/g, ' ')}`, fix, cause);
  }
}

/**
 * The calibration that `detection.calibration` names; undefined for `auto`.
 *
 * @throws TwintrackError when it is a file that cannot be read or is no calibration
 */
export async function namedCalibration(name: string): Promise<Calibration | undefined> {
  if (name === 'auto') return undefined;
  return name === 'off' ? AS_IT_IS : readCalibration(name);
}

/** The text of a calibration file. */
export function calibrationText(calibration: Calibration): string {
  return `${JSON.stringify({ schema: 'twintrack/calibration', version: 1, ...calibration }, undefined, 2)}\n`;
}
