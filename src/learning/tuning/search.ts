import { seededRandom, shuffled } from '../random.ts';
import { type Dimension, defaults, type Values } from './space.ts';

/** Settings of {@link search}. */
export interface SearchOptions {
  /** Most evaluations, the one of the defaults included. */
  readonly trials: number;
  readonly seed: number;
  /** Called before each evaluation but the first; true ends the search with the best so far. */
  readonly ended?: () => boolean;
  /** Called after each evaluation with the value of the best so far. */
  readonly onTrial?: (trials: number, value: number) => void;
}

/** The result of a search. */
export interface SearchResult {
  readonly best: Values;
  readonly value: number;
  /** Value at the defaults. */
  readonly initial: number;
  readonly trials: number;
}

/** A change must gain this much. At the end changes are undone while that loses no more than this in all. */
const WORTH = 0.05;

/**
 * Searches for the values with the largest `objective`: an evolution strategy with one parent (Rechenberg 1973) that moves a few
 * parameters at a time, with a step that grows after a gain and shrinks after failures. The last fifth of the trials takes back the
 * changes that gain nothing. The same seed gives the same search. The result is never worse than the defaults.
 *
 * @param objective to be maximised, percent
 */
export async function search(
  space: readonly Dimension[],
  objective: (values: Values) => number,
  options: SearchOptions,
): Promise<SearchResult> {
  const random = seededRandom(options.seed);
  const start = defaults(space);
  const initial = objective(start);
  let best = start;
  let value = initial;
  let trials = 1;
  options.onTrial?.(trials, value);
  const ended = (most: number): boolean => trials >= most || options.ended?.() === true;
  /** Tries a candidate and takes it when its value is above `least`. */
  const attempt = async (candidate: Values, least: number): Promise<boolean> => {
    const result = objective(candidate);
    trials++;
    const taken = result > least;
    if (taken) [best, value] = [candidate, result];
    options.onTrial?.(trials, value);
    await new Promise(setImmediate); // lets timers and signals run
    return taken;
  };

  let step = 1;
  while (!ended(Math.ceil(options.trials * 0.8))) {
    const gained = await attempt(mutated(space, best, step, random), value + WORTH);
    step = gained ? Math.min(2, step * 1.5) : Math.max(0.25, step * 0.96);
  }
  const reached = value;
  for (const { name } of shuffled(space, random)) {
    if (best[name] === start[name]) continue;
    if (ended(options.trials)) break;
    await attempt({ ...best, [name]: start[name] }, Math.max(reached - WORTH, initial));
  }
  return { best, value, initial, trials };
}

/** Moves one to three parameters. */
function mutated(space: readonly Dimension[], from: Values, step: number, random: () => number): Values {
  const count = 1 + Math.floor(3 * random());
  const moved: Record<string, number | boolean> = { ...from };
  for (const { name, move } of shuffled(space, random).slice(0, count)) moved[name] = move(moved[name], step, random);
  return moved;
}
