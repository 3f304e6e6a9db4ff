import type { Similarity } from '../../appearance/similarity.ts';
import { FEATURE_COUNT, FEATURES } from '../../association/features.ts';
import type { BoostedModel } from '../../association/scores/boosted.ts';
import { handSetScore } from '../../association/scores/hand-set.ts';
import { learnedScore } from '../../association/scores/learned.ts';
import { inputError } from '../../core/errors.ts';
import type { MotSequence } from '../mot-root.ts';
import {
  type CalibrationBin,
  calibration,
  logLoss,
  type ProbabilityFigures,
  probabilityFigures,
} from '../probability-figures.ts';
import { seededRandom } from '../random.ts';
import type { LooksExamples } from './appearance-examples.ts';
import { canLearnLooks, type LooksFigures, learnLooks, looksFigures } from './appearance-training.ts';
import { BOOSTING_DEFAULTS, type BoostingOptions, type Examples, trainBoosting } from './boosting.ts';
import { concatenate, countPositives, joinExamples, probabilities } from './example-sets.ts';
import { ExampleCollector } from './examples.ts';

/** The examples are also collected from every second and third frame, as long as that leaves this many a second. */
const STRIDES = [1, 2, 3];
const LEAST_RATE = 4;

/** Figures of one held-out sequence, or of all of them together. */
export interface HeldOut {
  readonly name: string;
  readonly pairs: number;
  readonly learned: ProbabilityFigures;
  readonly handSet: ProbabilityFigures;
}

/** What a model knows of sequences that it was not trained on. */
export interface CrossValidation {
  /** In the order of the sequences; without those that have no pairs or whose absence leaves nothing to learn from. */
  readonly sequences: readonly HeldOut[];
  readonly pooled: HeldOut;
  readonly calibration: readonly CalibrationBin[];
  /** By falling importance: how much the log-loss grows when the feature's values are shuffled among the pairs of a sequence. */
  readonly importance: readonly { readonly feature: string; readonly loss: number }[];
}

/** What came of training. */
export interface AssociationTraining {
  readonly model: BoostedModel;
  readonly sequences: number;
  readonly frames: number;
  readonly pairs: number;
  readonly positives: number;
  /** What looks add, where there were any to learn from. */
  readonly looks?: LooksFigures;
  /** Absent when there is only one sequence. */
  readonly crossValidation?: CrossValidation;
}

/** Options of {@link trainAssociation}. */
export interface AssociationTrainingOptions {
  /** What the sequences are called in errors, for example their folder. */
  readonly source?: string;
  /** Pairs with looks to learn from as well. */
  readonly looks?: LooksExamples | undefined;
  readonly boosting?: BoostingOptions;
  /** Called before each model is trained, with the number of models so far and in all. */
  readonly onModel?: (done: number, total: number) => void | Promise<void>;
}

/**
 * Learns the fusion from sequences, and measures it by leaving one sequence out at a time.
 *
 * @throws TwintrackError when there is nothing to learn from
 */
export async function trainAssociation(
  sequences: readonly MotSequence[],
  options: AssociationTrainingOptions = {},
): Promise<AssociationTraining> {
  const names = [...new Set(sequences.map(({ name }) => name))];
  const examples = examplesByName(sequences);
  const all = joinExamples(examples);
  requireBothClasses(options.source ?? 'sequences', sequences, all);
  const looks = options.looks && only(options.looks, names);
  if (looks && !canLearnLooks(looks))
    throw inputError(
      'looks',
      'hold no pairs of one person and of two of these sequences',
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
  const withLooks = looks && looksFigures(names, models, looks);
  return {
    model: looks ? learnLooks(motion, looks) : motion,
    ...(withLooks && { looks: withLooks }),
    sequences: names.length,
    frames: names.reduce((sum, name) => sum + sequences.find((s) => s.name === name)!.frames.length, 0),
    pairs: all.length,
    positives: countPositives(all),
    ...(crossValidation && { crossValidation }),
  };
}

/**
 * The pairs that the tracker meets in a sequence when it goes by the hand-set score, at several frame rates.
 *
 * @param similarity compares the embeddings, where the detections have some
 */
export function collectExamples(
  { frames, frameRate }: Pick<MotSequence, 'frames' | 'frameRate'>,
  similarity?: Similarity,
): Examples {
  const collector = new ExampleCollector();
  for (const stride of STRIDES) {
    if (stride > 1 && frameRate / stride < LEAST_RATE) continue;
    const some = frames.filter((_, f) => f % stride === 0);
    collector.addSequence(some, {}, handSetScore, similarity);
  }
  return collector.examples;
}

/** The pairs of each sequence, in the order in which the names come up; with several detection files those of all of them. */
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

/** The pairs with looks of some sequences, and of none. */
function only(looks: LooksExamples, names: readonly string[]): LooksExamples {
  return { ...looks, sequences: new Map([...looks.sequences].filter(([name]) => names.includes(name))) };
}

function crossValidate(
  names: readonly string[],
  examples: readonly Examples[],
  models: readonly (BoostedModel | undefined)[],
): CrossValidation | undefined {
  const held = names.flatMap((name, i) => {
    const [model, own] = [models[i], examples[i]];
    if (!model || own.length === 0) return [];
    const score = learnedScore(model);
    return [{ name, own, score, learned: probabilities(score, own), handSet: probabilities(handSetScore, own) }];
  });
  if (held.length === 0) return undefined;
  const labels = concatenate(held.map(({ own }) => own.labels));
  const learned = concatenate(held.map((h) => h.learned));
  const handSet = concatenate(held.map((h) => h.handSet));
  const row = (name: string, y: Uint8Array, p: Float64Array, h: Float64Array): HeldOut => {
    return { name, pairs: y.length, learned: probabilityFigures(p, y), handSet: probabilityFigures(h, y) };
  };
  const pooled = row('POOLED', labels, learned, handSet);
  const importance = FEATURES.map((feature, f) => {
    const shuffledColumn = concatenate(held.map(({ own, score }) => probabilities(score, shuffled(own, f))));
    return { feature, loss: logLoss(shuffledColumn, labels) - pooled.learned.logLoss };
  });
  return {
    sequences: held.map((h) => row(h.name, h.own.labels, h.learned, h.handSet)),
    pooled,
    calibration: calibration(learned, labels),
    importance: importance.sort((a, b) => b.loss - a.loss),
  };
}

/** The examples with the values of feature `f` dealt out anew among them (Breiman 2001, §10), the same way every time. */
function shuffled(examples: Examples, f: number): Examples {
  const features = examples.features.slice();
  const random = seededRandom(f + 1);
  for (let i = examples.length - 1; i > 0; i--) {
    const a = i * FEATURE_COUNT + f;
    const b = Math.floor(random() * (i + 1)) * FEATURE_COUNT + f;
    [features[a], features[b]] = [features[b], features[a]];
  }
  return { ...examples, features };
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
  if (positives === 0) throw fail('nobody is found in two frames running', fix);
  if (positives === all.length) throw fail('no two people are ever near each other', 'add busier sequences');
}
