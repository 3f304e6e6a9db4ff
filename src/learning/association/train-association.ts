import type { CalibratedSimilarity } from '../../appearance/calibration.ts';
import { FEATURES } from '../../association/features.ts';
import type { BoostedModel } from '../../association/scores/boosted.ts';
import { handSetScore } from '../../association/scores/hand-set.ts';
import { inputError } from '../../core/errors.ts';
import type { MotSequence } from '../mot-root.ts';
import type { AppearanceExamples } from './appearance-examples.ts';
import {
  type AppearanceFigures,
  appearanceFigures,
  canLearnAppearance,
  learnAppearance,
} from './appearance-training.ts';
import { BOOSTING_DEFAULTS, type BoostingOptions, type Examples, trainBoosting } from './boosting.ts';
import { type CrossValidation, crossValidate } from './cross-validation.ts';
import { countPositives, joinExamples } from './example-sets.ts';
import { ExampleCollector } from './examples.ts';

/** Examples are also collected from every second and third frame, where that leaves {@link LEAST_RATE} frames/s. */
const STRIDES = [1, 2, 3];
const LEAST_RATE = 4;

/** The result of a training. */
export interface AssociationTraining {
  readonly model: BoostedModel;
  readonly sequences: number;
  readonly frames: number;
  readonly pairs: number;
  readonly positives: number;
  /** The gain by appearance, where there were pairs with a similarity. */
  readonly appearance?: AppearanceFigures;
  /** Absent for a single sequence. */
  readonly crossValidation?: CrossValidation;
}

/** Options of {@link trainAssociation}. */
export interface AssociationTrainingOptions {
  /** Name of the sequences in errors, such as their folder. */
  readonly source?: string | undefined;
  /** Pairs with a similarity to learn from as well, see {@link readAppearanceExamples}. */
  readonly appearance?: AppearanceExamples | undefined;
  readonly boosting?: BoostingOptions | undefined;
  /** Called before each model is trained, with the number of models trained and of all. */
  readonly onModel?: ((done: number, total: number) => void | Promise<void>) | undefined;
}

/**
 * Learns the association score from sequences: gradient-boosted trees over the pair features (Leal-Taixé et al. 2016, §4), measured by
 * leave-one-out cross-validation over the sequences.
 *
 * @param sequences with ground truth; see {@link loadMotRoot}. Of several with one name, all are left out together
 * @throws TwintrackError when there is nothing to learn from
 *
 * @example
 * import { learnedScore } from 'twintrack/association';
 * import { loadMotRoot, trainAssociation, writeAssociation } from 'twintrack/learning';
 *
 * const training = await trainAssociation(await loadMotRoot('my-streets'));
 * console.log(training.crossValidation?.pooled.learned.auc);
 * const score = learnedScore(training.model); // for createTracker, track and trackVideo
 * await writeAssociation('models', training); // for --set association.model=models/association.json
 */
export async function trainAssociation(
  sequences: readonly MotSequence[],
  options: AssociationTrainingOptions = {},
): Promise<AssociationTraining> {
  const names = [...new Set(sequences.map(({ name }) => name))];
  const examples = examplesByName(sequences);
  const all = joinExamples(examples);
  requireBothClasses(options.source ?? 'sequences', sequences, all);
  const appearance = options.appearance && only(options.appearance, names);
  if (appearance && !canLearnAppearance(appearance))
    throw inputError(
      'appearance',
      'holds no pairs of one person and of two of these sequences',
      'make them of the same sequences',
    );
  const boosting = options.boosting ?? BOOSTING_DEFAULTS;
  const total = names.length > 1 ? names.length + 1 : 1;
  const models: (BoostedModel | undefined)[] = [];
  for (let left = 0; left < total - 1; left++) {
    await options.onModel?.(left, total);
    models.push(trainWithout(examples, left, boosting));
  }
  await options.onModel?.(total - 1, total);
  const crossValidation = crossValidate(names, examples, models);
  const motion = trainBoosting(all, FEATURES, boosting);
  const gain = appearance && appearanceFigures(names, models, appearance);
  return {
    model: appearance ? learnAppearance(motion, appearance) : motion,
    ...(gain && { appearance: gain }),
    sequences: names.length,
    frames: names.reduce((sum, name) => sum + sequences.find((s) => s.name === name)!.frames.length, 0),
    pairs: all.length,
    positives: countPositives(all),
    ...(crossValidation && { crossValidation }),
  };
}

/**
 * The pairs that the tracker meets in a sequence with the hand-set score, at several frame rates.
 *
 * @param similarity compares the embeddings, where the detections have some
 */
export function collectExamples(
  { frames, frameRate }: Pick<MotSequence, 'frames' | 'frameRate'>,
  similarity?: CalibratedSimilarity,
): Examples {
  const collector = new ExampleCollector();
  for (const stride of STRIDES) {
    if (stride > 1 && frameRate / stride < LEAST_RATE) continue;
    const some = frames.filter((_, f) => f % stride === 0);
    collector.addSequence(some, {}, handSetScore, similarity);
  }
  return collector.examples;
}

/** The pairs of each sequence, in the order of the names' first appearance; with several detection files those of all of them. */
export function examplesByName(sequences: readonly MotSequence[]): Examples[] {
  const names = [...new Set(sequences.map(({ name }) => name))];
  return names.map((name) => joinExamples(sequences.filter((s) => s.name === name).map((s) => collectExamples(s))));
}

/**
 * A model trained on all sequences but one.
 *
 * @returns undefined when the others have no pairs of both kinds
 */
export function trainWithout(
  examples: readonly Examples[],
  left: number,
  boosting: BoostingOptions = BOOSTING_DEFAULTS,
): BoostedModel | undefined {
  const others = joinExamples(examples.filter((_, i) => i !== left));
  const positives = countPositives(others);
  return positives > 0 && positives < others.length ? trainBoosting(others, FEATURES, boosting) : undefined;
}

/** The pairs of the named sequences, and those of none. */
function only(appearance: AppearanceExamples, names: readonly string[]): AppearanceExamples {
  return { ...appearance, sequences: new Map([...appearance.sequences].filter(([name]) => names.includes(name))) };
}

function requireBothClasses(source: string, sequences: readonly MotSequence[], all: Examples): void {
  const fail = (reason: string, fix: string): Error => inputError(source, `nothing to learn from: ${reason}`, fix);
  const fix = 'check that detections and ground truth belong together';
  const count = (test: (identity: number) => boolean): number =>
    sequences.reduce((sum, s) => sum + s.frames.reduce((n, f) => n + f.identities.filter(test).length, 0), 0);
  const found = count(() => true);
  if (found === 0) throw fail('the detection files are empty', 'run a detector first');
  if (count((identity) => identity > 0) === 0) throw fail(`none of ${found} detections matches the ground truth`, fix);
  const positives = countPositives(all);
  if (positives === 0) throw fail('no person is found in two consecutive frames', fix);
  if (positives === all.length) throw fail('no two people are ever near each other', 'add busier sequences');
}
