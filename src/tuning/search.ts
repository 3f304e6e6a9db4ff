import { seededRandom } from '../training/random.ts';
import { type Dimension, defaults, type Values } from './space.ts';

/** Settings of {@link search}. */
export interface SearchOptions {
  /** Most evaluations, the one of the defaults included. */
  readonly trials: number;
  readonly seed: number;
  /** Asked before each evaluation but the first; true ends the search with the best so far. */
  readonly ended?: () => boolean;
  /** Called after each evaluation with the best so far. */
  readonly onTrial?: (trials: number, best: number) => void;
}

/** What a search found. */
export interface SearchResult {
  readonly best: Values;
  readonly value: number;
  /** Value at the defaults. */
  readonly initial: number;
  readonly trials: number;
}

/** A change must gain this much to be kept, and is undone at the end if that loses no more. */
const WORTH = 0.05;

/**
 * Looks for the values that make `objective` largest: an evolution strategy with one parent (Rechenberg 1973) that moves a few
 * parameters at a time, with a step that grows after a gain and shrinks after failures; the last fifth of the trials takes back the
 * changes that turn out to gain nothing. The same seed gives the same search. The result is never worse than the defaults.
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
  const evaluate = async (values: Values): Promise<number> => {
    const result = objective(values);
    trials++;
    options.onTrial?.(trials, Math.max(value, result));
    await new Promise(setImmediate); // signals are heard and the bar is drawn
    return result;
  };

  let step = 1;
  while (!ended(Math.ceil(options.trials * 0.8))) {
    const candidate = mutated(space, best, step, random);
    const result = await evaluate(candidate);
    if (result > value + WORTH) {
      best = candidate;
      value = result;
      step = Math.min(2, step * 1.5);
    } else step = Math.max(0.25, step * 0.96);
  }
  for (const { name } of shuffled(space, random)) {
    if (best[name] === start[name]) continue;
    if (ended(options.trials)) break;
    const candidate = { ...best, [name]: start[name] };
    const result = await evaluate(candidate);
    if (result < value - WORTH || result < initial) continue;
    best = candidate;
    value = result;
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

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
