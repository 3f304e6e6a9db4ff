import { FEATURE_COUNT, FEATURES, SIMILARITY } from '../../association/features.ts';
import { type BoostedModel, type BoostedTree, BoostedTrees } from '../../association/scores/boosted.ts';
import { learnedScore } from '../../association/scores/learned.ts';
import { type ProbabilityFigures, probabilityFigures } from '../probability-figures.ts';
import type { LooksExamples } from './appearance-examples.ts';
import { BOOSTING_DEFAULTS, type Examples, trainBoosting } from './boosting.ts';
import { countPositives, joinExamples, probabilities } from './example-sets.ts';

const LOOKS_BOOSTING = { ...BOOSTING_DEFAULTS, trees: 40 };

/** Whether there are pairs with looks of both kinds: of one person, and of two. */
export function canLearnLooks({ sequences, others }: LooksExamples): boolean {
  const pairs = joinExamples([...sequences.values(), others].map(looked));
  const positives = countPositives(pairs);
  return positives > 0 && positives < pairs.length;
}

/** What looks add: figures of the pairs with looks of sequences left out. */
export interface LooksFigures {
  /** Pairs with a similarity that were learned from. */
  readonly pairs: number;
  readonly learned: ProbabilityFigures;
  /** Without looks, and with their log-odds added as to the score set by hand. */
  readonly without: ProbabilityFigures;
  readonly added: ProbabilityFigures;
}

/**
 * Goes on boosting with the pairs that have looks. The new trees say nothing of a pair without: there the model stays what it was.
 *
 * @param model learned from pairs without looks
 */
export function learnLooks(model: BoostedModel, looks: LooksExamples): BoostedModel {
  return goOn(model, joinExamples([...looks.sequences.values(), looks.others].map(looked)));
}

/**
 * Measures that by leaving one sequence out at a time.
 *
 * @param models for each name the model learned without that sequence, if there is one
 * @returns undefined where no sequence can be left out
 */
export function looksFigures(
  names: readonly string[],
  models: readonly (BoostedModel | undefined)[],
  looks: LooksExamples,
): LooksFigures | undefined {
  const held: { own: Examples; learned: Float64Array; without: Float64Array; added: Float64Array }[] = [];
  names.forEach((name, i) => {
    const model = models[i];
    const own = looks.sequences.get(name);
    const rest = { ...looks, sequences: new Map([...looks.sequences].filter(([other]) => other !== name)) };
    if (!model || !own || !canLearnLooks(rest)) return;
    const pairs = looked(own);
    held.push({
      own: pairs,
      learned: probabilities(learnedScore(learnLooks(model, rest)), pairs),
      without: probabilities(learnedScore(model), blind(pairs)),
      added: probabilities(learnedScore(model), pairs),
    });
  });
  if (held.length === 0) return undefined;
  const labels = Uint8Array.from(held.flatMap(({ own }) => [...own.labels]));
  const of = (kind: 'learned' | 'without' | 'added'): ProbabilityFigures =>
    probabilityFigures(Float64Array.from(held.flatMap((h) => [...h[kind]])), labels);
  const pairs = joinExamples([...looks.sequences.values(), looks.others].map(looked)).length;
  return { pairs, learned: of('learned'), without: of('without'), added: of('added') };
}

function goOn(model: BoostedModel, examples: Examples): BoostedModel {
  const start = new Float64Array(examples.length);
  new BoostedTrees(model).logOdds(examples.features, FEATURE_COUNT, examples.length, start);
  const more = trainBoosting(examples, FEATURES, LOOKS_BOOSTING, start);
  return { ...model, trees: [...model.trees, ...more.trees.map(withoutLooksNothing)] };
}

/** The tree below a new root, at which pairs without a similarity go to a leaf of 0. */
function withoutLooksNothing({ feature, value, left, missing }: BoostedTree): BoostedTree {
  const moved = left.map((node, k) => (feature[k] < 0 ? 0 : node + 2));
  return {
    feature: [SIMILARITY, -1, ...feature],
    value: [-1, 0, ...value], // no similarity is below −1
    left: [1, 0, ...moved],
    missing: [1, 0, ...missing],
  };
}

/** The examples that have a similarity. */
function looked({ length, features, labels }: Examples): Examples {
  const rows: number[] = [];
  for (let i = 0; i < length; i++) if (!Number.isNaN(features[i * FEATURE_COUNT + SIMILARITY])) rows.push(i);
  const own = new Float64Array(rows.length * FEATURE_COUNT);
  rows.forEach((i, k) => {
    own.set(features.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT), k * FEATURE_COUNT);
  });
  return { length: rows.length, features: own, labels: Uint8Array.from(rows, (i) => labels[i]) };
}

/** The examples as if nobody had been looked at. */
function blind(examples: Examples): Examples {
  const features = examples.features.slice();
  for (let i = SIMILARITY; i < features.length; i += FEATURE_COUNT) features[i] = Number.NaN;
  return { ...examples, features };
}
