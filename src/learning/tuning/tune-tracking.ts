import type { AssociationScore } from '../../association/features.ts';
import { loadAssociation } from '../../association/model.ts';
import { combine, evaluateSequence, figures, type Score } from '../../evaluation/score.ts';
import { trackingParameters } from '../../tracking/parameters.ts';
import { follow } from '../follow.ts';
import type { MotSequence } from '../mot-root.ts';
import { type SearchResult, search } from './search.ts';
import { changes, searchSpace, type Values } from './space.ts';

/** Settings of {@link tuneTracking}. */
export interface TuneOptions {
  /** Settings to try. Default 150. */
  readonly trials?: number | undefined;
  /** Seed of the random numbers. Default 1. */
  readonly seed?: number | undefined;
  /** Most seconds, the held-out estimate included. Default no limit. */
  readonly seconds?: number | undefined;
  /** The association score, as in tracking with the result: `hand-set` (default), a model file, or a score of your own. */
  readonly association?: string | AssociationScore | undefined;
  /** Ends the tuning with the best so far. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each evaluation with the share of all work done, 0..1, and the best HOTA of the current search. */
  readonly onTrial?: ((share: number, best: number) => void) | undefined;
}

/** The result of tuning. HOTA is of all sequences together, in percent. */
export interface Tuning {
  /** Parameters that differ from the defaults. */
  readonly changed: Values;
  /** HOTA with the defaults, and with the changed parameters. */
  readonly before: number;
  readonly after: number;
  /** HOTA with each half of the sequences tracked by the parameters tuned on the other half; absent for one sequence or when interrupted. */
  readonly heldOut?: number;
  readonly trials: number;
}

/**
 * Searches the tracker's parameters for the highest HOTA on sequences, then repeats the search on each half of the sequences and
 * measures it on the other half: expect that gain on other sequences.
 *
 * @param sequences with ground truth; see {@link loadMotRoot}
 * @throws TwintrackError when the association model cannot be loaded
 *
 * @example
 * import { loadMotRoot, tuneTracking } from 'twintrack/learning';
 *
 * const { changed, before, heldOut } = await tuneTracking(await loadMotRoot('my-streets'), { trials: 20 });
 * if (heldOut !== undefined && heldOut > before) console.log(changed); // overrides of the section `tracking`
 */
export async function tuneTracking(sequences: readonly MotSequence[], options: TuneOptions): Promise<Tuning> {
  const space = searchSpace(trackingParameters.shape);
  const { trials: most = 150, seed = 1 } = options;
  const association = await loadAssociation(options.association);
  const halves = sequences.length > 1 ? splitHalf(sequences) : [];
  // The searches of the halves take as long together as the one of all sequences.
  const shares = halves.length > 0 ? [0.5, 0.25, 0.25] : [1];
  let done = 0;
  const run = async (part: readonly MotSequence[], share: number): Promise<SearchResult> => {
    const started = performance.now();
    const milliseconds = 1000 * share * (options.seconds ?? Number.POSITIVE_INFINITY);
    const elapsed = (): number => (performance.now() - started) / milliseconds;
    const result = await search(space, (values) => hota(part, values, association), {
      trials: most,
      seed,
      ended: () => options.signal?.aborted === true || elapsed() >= 1,
      onTrial: (trials, best) =>
        options.onTrial?.(done + share * Math.min(1, Math.max(trials / most, elapsed())), best),
    });
    done += share;
    return result;
  };
  const { best, value, initial, trials } = await run(sequences, shares[0]);
  const scores: Score[] = [];
  for (let h = 0; h < halves.length && !options.signal?.aborted; h++) {
    const tuned = await run(halves[h], shares[h + 1]);
    scores.push(...halves[1 - h].map((s) => score(s, tuned.best, association)));
  }
  const complete = scores.length > 0 && !options.signal?.aborted;
  return {
    changed: changes(space, best),
    before: initial,
    after: value,
    ...(complete && { heldOut: figures(combine(scores)).HOTA! }),
    trials,
  };
}

/** Two halves of about the same number of frames. */
function splitHalf(sequences: readonly MotSequence[]): [MotSequence[], MotSequence[]] {
  const halves: [MotSequence[], MotSequence[]] = [[], []];
  const frames = [0, 0];
  for (const sequence of [...sequences].sort((a, b) => b.frames.length - a.frames.length)) {
    const h = frames[0] <= frames[1] ? 0 : 1;
    halves[h].push(sequence);
    frames[h] += sequence.frames.length;
  }
  return halves;
}

function score(sequence: MotSequence, values: Values, association: AssociationScore): Score {
  return evaluateSequence(sequence.truth, follow(sequence.frames, values, association), { metrics: ['hota'] });
}

function hota(sequences: readonly MotSequence[], values: Values, association: AssociationScore): number {
  return figures(combine(sequences.map((sequence) => score(sequence, values, association)))).HOTA!;
}
