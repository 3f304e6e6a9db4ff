import { availableParallelism } from 'node:os';
import type { AppearanceModel } from '../appearance/appearance-model.ts';
import {
  type CalibratedSimilarity,
  cohortOf,
  INPUTS,
  type InputName,
  meanLogOdds,
  type SimilarityCalibration,
  type SimilarityScale,
  sameProbability,
} from '../appearance/calibration.ts';
import { loadOwnNetwork } from '../appearance/own-network.ts';
import { PATCH_BYTES } from '../appearance/patches.ts';
import { inputError } from '../core/errors.ts';
import { fitLogistic } from './logistic.ts';
import { areaUnderCurve, type CalibrationBin, calibration as reliability } from './probability-figures.ts';
import { seededRandom } from './random.ts';
import { readPictureFolder } from './siamese/picture-folder.ts';

/** Least pairs of one person, and of two, that a scale is fitted on. */
const LEAST = 50;
/** Most pairs of either kind: more take longer and tell no more. */
const MOST = 200_000;
/** Patches embedded at once. */
const TOGETHER = 256;
/** Pictures that tell how a network takes them. */
const ENOUGH = 400;
const AS_IT_IS: SimilarityScale = { even: 0, weight: 1, strangers: 0 };

/** Log-odds of the network of pairs of pictures: of one person, and of two people. */
export interface ComparedPairs {
  readonly same: Float64Array;
  readonly different: Float64Array;
}

/** What {@link calibrateSimilarity} found, for pictures of one camera or of two. */
export interface FittedScale {
  /** Pairs of one person and of two. */
  readonly same: number;
  readonly different: number;
  /** By tenths of the probability, at equal odds, without this calibration and with it. */
  readonly before: readonly CalibrationBin[];
  readonly after: readonly CalibrationBin[];
}

/** What {@link calibrateSimilarity} gives. A kind without enough pairs keeps the scale that the network has. */
export interface SimilarityFit {
  readonly calibration: SimilarityCalibration;
  readonly pictures: number;
  readonly people: number;
  readonly oneCamera?: FittedScale;
  readonly twoCameras?: FittedScale;
}

/**
 * Fits what the similarity of a network means for pictures like yours, by one camera and by two.
 *
 * @param model the network; it stays open
 * @param folder pictures `ID_<camera><n>.jpg`, such as `0007_a2.jpg`, of people whom the network has not been trained on, at different moments
 * @throws TwintrackError when the folder cannot be read or has too few pairs of either kind
 *
 * @example
 * import { loadSiamese } from 'twintrack/appearance';
 * import { calibrateSimilarity } from 'twintrack/learning';
 *
 * const model = await loadSiamese();
 * const { calibration } = await calibrateSimilarity(model, 'crops');
 * console.log(calibration.oneCamera.even); // log-odds at which one person and two are equally probable
 * await model.close();
 */
export async function calibrateSimilarity(model: AppearanceModel, folder: string): Promise<SimilarityFit> {
  const { patches, person, camera, length, count } = await readPictureFolder(folder);
  const embeddings = new Float32Array(length * model.dimensions);
  const bytes = patches.length / length;
  for (let from = 0; from < length; from += TOGETHER)
    embeddings.set(await model.embed(patches.slice(from * bytes, (from + TOGETHER) * bytes)), from * model.dimensions);
  const compared = (cameras: 'one' | 'two') =>
    comparePairs(model, embeddings, person, (i, j) =>
      camera[i] < 0 || camera[j] < 0 ? cameras === 'one' : (camera[i] === camera[j]) === (cameras === 'one'),
    );
  const [one, two] = [fitted(model, 'one', compared('one')), fitted(model, 'two', compared('two'))];
  for (const fit of [one, two])
    if (fit && !(fit.scale.weight > 0))
      throw inputError(
        folder,
        'pictures of one person are no more alike than those of two',
        'check the names: ID_<camera><n>.jpg with one ID for each person',
      );
  if (!one && !two)
    throw inputError(
      folder,
      `has fewer than ${LEAST} pairs of one person, or of two`,
      'give more pictures, named ID_<camera><n>.jpg: several of each person',
    );
  const calibration = {
    oneCamera: one?.scale ?? model.calibration.oneCamera,
    twoCameras: two?.scale ?? model.calibration.twoCameras,
  };
  return {
    calibration,
    pictures: length,
    people: count,
    ...(one && { oneCamera: one.figures }),
    ...(two && { twoCameras: two.figures }),
  };
}

/**
 * Calibrates a re-identification network of your own, without a head: finds out how it takes pictures, which is how it tells the people
 * apart best, and fits what the cosine of its embeddings means.
 *
 * @param file ONNX: pictures [n or 1, 3, height, width] → embeddings [n or 1, d]
 * @param folder as for {@link calibrateSimilarity}
 * @throws TwintrackError as it does, and when the file is no such network
 */
export async function calibrateOwnNetwork(file: string, folder: string): Promise<SimilarityFit> {
  const people = await readPictureFolder(folder);
  const few = Math.min(people.length, ENOUGH);
  const open = (input: InputName) =>
    loadOwnNetwork(file, {
      ...{ name: file, input, threads: availableParallelism(), provider: 'cpu' },
      calibration: { oneCamera: AS_IT_IS, twoCameras: AS_IT_IS, input },
    });
  let [best, most] = ['imagenet' as InputName, -1];
  for (const input of Object.keys(INPUTS) as InputName[]) {
    const model = await open(input);
    const embeddings = await model.embed(people.patches.slice(0, few * PATCH_BYTES)).finally(() => model.close());
    const { values, labels } = labelled(comparePairs(model, embeddings, people.person.subarray(0, few), () => true));
    const area = areaUnderCurve(values, labels);
    if (area > most) [best, most] = [input, area];
  }
  const model = await open(best);
  const fit = await calibrateSimilarity(model, folder).finally(() => model.close());
  return { ...fit, calibration: { ...fit.calibration, input: best } };
}

/**
 * The log-odds of all pairs of pictures that may be compared; of too many, a sample.
 *
 * @param embeddings n × d
 * @param person n: number of the person
 */
export function comparePairs(
  model: CalibratedSimilarity,
  embeddings: Float32Array,
  person: Int32Array,
  mayCompare: (i: number, j: number) => boolean,
): ComparedPairs {
  const random = seededRandom(1);
  const d = model.dimensions;
  const row = (i: number) => embeddings.subarray(i * d, (i + 1) * d);
  const visit = (compare: (i: number, j: number, same: boolean) => void): void => {
    for (let i = 0; i < person.length; i++)
      for (let j = 0; j < i; j++) if (mayCompare(i, j)) compare(i, j, person[i] === person[j]);
  };
  const counts = { same: 0, different: 0 };
  visit((_i, _j, same) => counts[same ? 'same' : 'different']++);
  const values = { same: [] as number[], different: [] as number[] };
  visit((i, j, same) => {
    const kind = same ? 'same' : 'different';
    if (random() * counts[kind] < MOST) values[kind].push(meanLogOdds(model, row(i), row(j)));
  });
  return { same: Float64Array.from(values.same), different: Float64Array.from(values.different) };
}

/** The scale at which log-odds are those of being one person, where both kinds of pairs count alike. */
export function fitScale({ same, different }: ComparedPairs): SimilarityScale {
  const { values, labels } = labelled({ same, different });
  const half = values.length / 2;
  const [intercept, slope] = fitLogistic(values, labels, [half / different.length, half / same.length]);
  return {
    even: rounded(-intercept / slope),
    weight: rounded(slope),
    strangers: rounded(cohortOf(different)?.median ?? 0),
  };
}

/** How often pairs show one person, by tenths of the probability at equal odds: both kinds of pairs count alike. */
export function reliabilityOf(pairs: ComparedPairs, probability: (logOdds: number) => number): CalibrationBin[] {
  const { values, labels } = labelled(pairs);
  const half = values.length / 2;
  return reliability(values.map(probability), labels, 10, [half / pairs.different.length, half / pairs.same.length]);
}

function fitted(model: AppearanceModel, cameras: 'one' | 'two', pairs: ComparedPairs) {
  if (Math.min(pairs.same.length, pairs.different.length) < LEAST) return undefined;
  const scale = fitScale(pairs);
  const [before, after] = [model.calibration, { oneCamera: scale, twoCameras: scale }].map((calibration) =>
    reliabilityOf(pairs, (value) => sameProbability(calibration, value, { cameras })).filter(({ count }) => count > 0),
  );
  return { scale, figures: { same: pairs.same.length, different: pairs.different.length, before, after } };
}

function labelled({ same, different }: ComparedPairs): { values: Float64Array; labels: Uint8Array } {
  const values = new Float64Array(same.length + different.length);
  values.set(same);
  values.set(different, same.length);
  return { values, labels: new Uint8Array(values.length).fill(1, 0, same.length) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
