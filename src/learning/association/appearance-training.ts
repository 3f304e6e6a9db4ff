import { FEATURE_COUNT, FEATURES, SIMILARITY } from '../../association/features.ts';
import { type BoostedModel, type BoostedTree, BoostedTrees } from '../../association/scores/boosted.ts';
import { learnedScore } from '../../association/scores/learned.ts';
import { type ProbabilityFigures, probabilityFigures } from '../probability-figures.ts';
import type { AppearanceExamples } from './appearance-examples.ts';
import { BOOSTING_DEFAULTS, type Examples, trainBoosting } from './boosting.ts';
import { countPositives, joinExamples, probabilities } from './example-sets.ts';

const APPEARANCE_BOOSTING = { ...BOOSTING_DEFAULTS, trees: 40 };

/** Whether there are pairs with a similarity of both kinds: of one person, and of two. */
export function canLearnAppearance({ sequences, others }: AppearanceExamples): boolean {
  const pairs = joinExamples([...sequences.values(), others].map(withSimilarity));
  const positives = countPositives(pairs);
  return positives > 0 && positives < pairs.length;
}

/** The gain by appearance: figures of the pairs that have a similarity, of sequences left out. */
export interface AppearanceFigures {
  /** Pairs with a similarity that were learned from. */
  readonly pairs: number;
  /** With appearance learned. */
  readonly learned: ProbabilityFigures;
  /** Without appearance. */
  readonly without: ProbabilityFigures;
  /** With the log-odds of the similarity added, as in the hand-set score. */
  readonly added: ProbabilityFigures;
}

/**
 * Continues boosting with the pairs that have a similarity. The new trees add nothing to a pair without one.
 *
 * @param model learned from pairs without a similarity
 */
export function learnAppearance(model: BoostedModel, examples: AppearanceExamples): BoostedModel {
  return continueBoosting(model, joinExamples([...examples.sequences.values(), examples.others].map(withSimilarity)));
}

/**
 * Measures {@link learnAppearance} by leaving one sequence out at a time.
 *
 * @param models for each name the model learned without that sequence, if there is one
 * @returns undefined where no sequence can be left out
 */
export function appearanceFigures(
  names: readonly string[],
  models: readonly (BoostedModel | undefined)[],
  examples: AppearanceExamples,
): AppearanceFigures | undefined {
  const held: { own: Examples; learned: Float64Array; without: Float64Array; added: Float64Array }[] = [];
  names.forEach((name, i) => {
    const model = models[i];
    const own = examples.sequences.get(name);
    const rest = { ...examples, sequences: new Map([...examples.sequences].filter(([other]) => other !== name)) };
    if (!model || !own || !canLearnAppearance(rest)) return;
    const pairs = withSimilarity(own);
    held.push({
      own: pairs,
      learned: probabilities(learnedScore(learnAppearance(model, rest)), pairs),
      without: probabilities(learnedScore(model), withoutSimilarity(pairs)),
      added: probabilities(learnedScore(model), pairs),
    });
  });
  if (held.length === 0) return undefined;
  const labels = Uint8Array.from(held.flatMap(({ own }) => [...own.labels]));
  const of = (kind: 'learned' | 'without' | 'added'): ProbabilityFigures =>
    probabilityFigures(Float64Array.from(held.flatMap((h) => [...h[kind]])), labels);
  const pairs = joinExamples([...examples.sequences.values(), examples.others].map(withSimilarity)).length;
  return { pairs, learned: of('learned'), without: of('without'), added: of('added') };
}

function continueBoosting(model: BoostedModel, examples: Examples): BoostedModel {
  const start = new Float64Array(examples.length);
  new BoostedTrees(model).logOdds(examples.features, FEATURE_COUNT, examples.length, start);
  const more = trainBoosting(examples, FEATURES, APPEARANCE_BOOSTING, start);
  return { ...model, trees: [...model.trees, ...more.trees.map(onlyWithSimilarity)] };
}

/** The tree below a new root that sends pairs without a similarity to a leaf of 0. */
function onlyWithSimilarity({ feature, value, left, missing }: BoostedTree): BoostedTree {
  const moved = left.map((node, k) => (feature[k] < 0 ? 0 : node + 2));
  return {
    feature: [SIMILARITY, -1, ...feature],
    value: [-1, 0, ...value], // no similarity is below −1
    left: [1, 0, ...moved],
    missing: [1, 0, ...missing],
  };
}

/** The examples that have a similarity. */
function withSimilarity({ length, features, labels }: Examples): Examples {
  const rows: number[] = [];
  for (let i = 0; i < length; i++) if (!Number.isNaN(features[i * FEATURE_COUNT + SIMILARITY])) rows.push(i);
  const own = new Float64Array(rows.length * FEATURE_COUNT);
  rows.forEach((i, k) => {
    own.set(features.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT), k * FEATURE_COUNT);
  });
  return { length: rows.length, features: own, labels: Uint8Array.from(rows, (i) => labels[i]) };
}

/** The examples without their similarities. */
function withoutSimilarity(examples: Examples): Examples {
  const features = examples.features.slice();
  for (let i = SIMILARITY; i < features.length; i += FEATURE_COUNT) features[i] = Number.NaN;
  return { ...examples, features };
}
