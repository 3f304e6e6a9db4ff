import { logOdds, sigmoid } from '../core/probability.ts';
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

/** What the log-odds of a network mean for two pictures of one camera, or of two. */
export interface SimilarityScale {
  /** Log-odds of the network at which one person and two are equally probable. */
  readonly even: number;
  /** What the log-odds beyond `even` are multiplied by, for two single patches. */
  readonly weight: number;
  /** Median log-odds, by the network, of different people in the pictures of the fit. */
  readonly strangers: number;
}
/** How pictures are fed to a network of your own: planes and their normalisation, as the common families of networks take them. */
export const INPUTS = {
  imagenet: { order: 'rgb', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  rgb: { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] },
  bgr: { order: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] },
  unit: { order: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] },
} as const;
/** Name of one of {@link INPUTS}. */
export type InputName = keyof typeof INPUTS;
/** Both scales of a network. */
export interface SimilarityCalibration {
  readonly oneCamera: SimilarityScale;
  readonly twoCameras: SimilarityScale;
  /** How pictures are fed to it, where it is a network of your own without a head. */
  readonly input?: InputName | undefined;
}
/** Compares two embeddings, and knows what the result means. */
export interface CalibratedSimilarity extends Similarity {
  readonly calibration: SimilarityCalibration;
}
/** Whether pictures come from one camera or from two, where it is known. */
export type Cameras = 'one' | 'two' | undefined;
/** What a probability of being one person comes to in words. */
export type Verdict = 'same' | 'unsure' | 'different';

/** Others who are compared: they say how much alike different people are here. */
export interface Cohort {
  /** Median of their log-odds. */
  readonly median: number;
  /** How many they are. */
  readonly size: number;
}

/** What is known of a comparison besides the log-odds of the network. */
export interface ComparisonContext {
  /** Whether the pictures come from one camera or from two. Unknown: the mean of both probabilities. */
  readonly cameras?: Cameras;
  /** Patches whose log-odds have been averaged. Default 1. */
  readonly patches?: number;
  /** The others who are compared. */
  readonly cohort?: Cohort | undefined;
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
 * console.log(verdictOf(probability)); // same
 * await model.close();
 */
export function sameProbability(
  calibration: SimilarityCalibration,
  logOdds: number,
  { cameras, patches = 1, cohort, candidates = APPEARANCES }: ComparisonContext = {},
): number {
  const prior = Math.min(0, Math.log(APPEARANCES / candidates));
  const by = (scale: SimilarityScale): number => {
    const shift = cohort ? (cohort.size / (cohort.size + COHORT)) * (cohort.median - scale.strangers) : 0;
    return sigmoid(evidence(scale, logOdds - shift, patches) + prior);
  };
  const { oneCamera, twoCameras } = calibration;
  if (cameras) return by(cameras === 'one' ? oneCamera : twoCameras);
  return (by(oneCamera) + by(twoCameras)) / 2;
}

/**
 * The log-odds of being one person, at equal odds before.
 *
 * @param logOdds of the network, or their mean
 * @param patches whose log-odds have been averaged
 */
export function evidence({ even, weight }: SimilarityScale, logOdds: number, patches: number): number {
  const steady = CORRELATION + (1 - CORRELATION) / patches; // the variance of a mean of correlated values
  return (weight / steady) * (logOdds - even);
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
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) sum += networkLogOdds(model, a, i, b, j);
  return sum / (n * m);
}

/** The log-odds, by the network, that row `i` of `a` and row `j` of `b` show one person. */
export function networkLogOdds(model: Similarity, a: Float32Array, i: number, b: Float32Array, j: number): number {
  return logOdds(model.similarity(a, i, b, j), MARGIN);
}

/** The cohort of people with these log-odds; undefined where there are none. */
export function cohortOf(logOdds: Float64Array): Cohort | undefined {
  const sorted = logOdds.slice().sort();
  const size = sorted.length;
  if (size === 0) return undefined;
  return { size, median: (sorted[(size - 1) >> 1] + sorted[size >> 1]) / 2 };
}
