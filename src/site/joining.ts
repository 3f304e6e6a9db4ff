import { assign } from '../association/assignment.ts';
import { estimateOffsets, type Offsets } from './clock-offsets.ts';
import { pairProbabilities } from './marginals.ts';
import { reachOdds } from './reach.ts';
import type { AppearanceOdds, Tracklet } from './tracklet.ts';
import { HORIZON, type WayDescription, Ways } from './ways.ts';

/** A join of two tracklets of one person, of which one follows the other. */
export interface Join {
  readonly earlier: number;
  readonly later: number;
  /** Probability that they are of one person, 0..1. */
  readonly confidence: number;
  /** Seconds between them. */
  readonly gap: number;
  /** The direction (see {@link Ways}) in which the person went. */
  readonly direction: number;
}

/** Least confidence of a join: a wrong one is worse than two ids for one person. */
export const CONFIDENCE = 0.7;

/** What {@link joinTracklets} found. */
export interface JoinedTracklets {
  /** People: numbers of their tracklets by the time at which they begin, and the joins that made one of them. */
  readonly people: readonly { readonly tracklets: readonly number[]; readonly joins: readonly Join[] }[];
  readonly offsets: Offsets;
  readonly ways: Ways;
}

/** What {@link joinTracklets} knows of a site. */
export interface JoinOptions {
  readonly cameraCount: number;
  readonly ways: readonly WayDescription[];
  /** Directions (see {@link Ways}) that may lead from one tracklet to another. */
  directions(earlier: Tracklet, later: Tracklet): Iterable<number>;
  /** Seconds to add to the times of each camera; NaN where they are to be estimated. */
  readonly offsets: Float64Array;
  /** Least confidence of a join. */
  readonly confidence: number;
  /** Tracklets that are known to be of one person, as several cameras see it at once; each by the time at which they begin. */
  readonly together?: readonly (readonly number[])[] | undefined;
}

/** Rounds of learning. */
const ROUNDS = 10;
/** Clocks of which nothing is said are no further apart than this, in seconds. */
const MOST_OFFSET = 120;
/** People appear at the rate of so many seconds before and after. */
const RATE_SECONDS = 60;
/** Pairs with lower log-odds, of appearance and in all, are no candidates. */
export const LEAST_APPEARANCE = -4;
export const LEAST_TOTAL = -7;

/** Tracklets of one person in the order of time, joined so far. */
interface Chain {
  /** By the time at which they begin. */
  readonly tracklets: number[];
  readonly joins: Join[];
  /** The one that ends last. */
  readonly last: number;
}

/** Pairs of chains, as columns. */
interface Pairs {
  earlier: Int32Array;
  later: Int32Array;
  directions: Int32Array;
  /** Log-odds of appearance. */
  appearance: Float64Array;
}

/**
 * Joins the tracklets of one person. Each is followed by at most one that begins after its end, so that no person is in two places at once.
 * What speaks for a pair is the sum of the log-odds of appearance and those of the walking time; the probability of a pair takes all
 * other candidates of both into account. The pairs are chosen together (Hungarian method), and those that are confident enough are
 * joined. Joined tracklets are then compared as a whole, until there is nothing to join any more.
 */
export function joinTracklets(
  tracklets: readonly Tracklet[],
  odds: AppearanceOdds,
  options: JoinOptions,
): JoinedTracklets {
  const joiner = new Joiner(tracklets, odds, options);
  joiner.learn();
  while (joiner.joinOnce()) {}
  return { people: joiner.chains, offsets: joiner.offsets, ways: joiner.ways };
}

class Joiner {
  chains: Chain[];
  offsets: Offsets;
  readonly ways: Ways;
  private readonly tracklets: readonly Tracklet[];
  private readonly odds: AppearanceOdds;
  private readonly options: JoinOptions;
  /** Times at which tracklets begin, of each camera, in order, by its own clock. */
  private readonly starts: readonly Float64Array[];
  /** Of each camera how many people appear and disappear there, before any are joined. */
  private readonly arrivals: Float64Array;
  private readonly departures: Float64Array;
  /** Pixels squared in which people appear and disappear, of each camera. */
  private readonly areas: Float64Array;

  constructor(tracklets: readonly Tracklet[], odds: AppearanceOdds, options: JoinOptions) {
    this.tracklets = tracklets;
    this.odds = odds;
    this.options = options;
    this.ways = new Ways(options.ways, options.cameraCount);
    const given = Float64Array.from(options.offsets, (offset) => (Number.isNaN(offset) ? 0 : offset));
    this.offsets = { seconds: given, errors: new Float64Array(given.length), ways: [] };
    const { together = [] } = options;
    const grouped = new Set(together.flat());
    const groups = [...together, ...[...tracklets.keys()].filter((t) => !grouped.has(t)).map((t) => [t])];
    this.chains = groups.map((group) => {
      const last = group.reduce((a, b) => (this.endOf(b) > this.endOf(a) ? b : a));
      return { tracklets: [...group], joins: [], last };
    });
    const firsts = this.chains.map((chain) => tracklets[chain.tracklets[0]]);
    const lasts = this.chains.map(({ last }) => tracklets[last]);
    this.starts = Array.from({ length: options.cameraCount }, (_, c) =>
      Float64Array.from(firsts.filter(({ camera }) => camera === c).map(({ from }) => from)).sort(),
    );
    const of = (ends: readonly Tracklet[]) =>
      Float64Array.from(this.starts, (_, c) => ends.filter(({ camera }) => camera === c).length);
    this.arrivals = of(firsts);
    this.departures = of(lasts);
    this.areas = Float64Array.from(this.starts, (_, c) => areaOf(tracklets.filter(({ camera }) => camera === c)));
  }

  /** Learns walking times, shares of ways and clock offsets by expectation and maximisation, with no pair joined. */
  learn(): void {
    const pairs = this.candidates(MOST_OFFSET);
    for (let round = 0; round < ROUNDS; round++) {
      const { probabilities, gaps } = this.weigh(pairs);
      const weights = probabilities.map((p, k) => p * this.ways.straightShare(pairs.directions[k], gaps[k]));
      this.offsets = estimateOffsets(
        { directions: pairs.directions, gaps: this.rawGaps(pairs), weights },
        this.ways.directions,
        this.options.ways,
        this.options.offsets,
      );
      this.ways.learn({ directions: pairs.directions, gaps, probabilities }, this.arrivals, this.departures);
    }
  }

  /** Joins chains, each with at most one before and one after it. @returns whether there were any to join */
  joinOnce(): boolean {
    const { chains } = this;
    const pairs = this.candidates(0);
    const { probabilities, logWeights, gaps } = this.weigh(pairs);
    const { earlier: rows, later: columns } = pairs;
    const costs = logWeights.map((w) => -w);
    const next = assign({ length: rows.length, rows, columns, costs }, chains.length, chains.length, 0);
    const follows = new Map<number, number>();
    for (let k = 0; k < rows.length; k++)
      if (next[rows[k]] === columns[k] && probabilities[k] >= this.options.confidence) follows.set(rows[k], k);
    if (follows.size === 0) return false;
    const followers = new Set([...follows.values()].map((k) => columns[k]));
    this.chains = chains.flatMap((first, i) => {
      if (followers.has(i)) return [];
      const tracklets = [...first.tracklets];
      const joins = [...first.joins];
      let { last } = first;
      for (let k = follows.get(i); k !== undefined; k = follows.get(columns[k])) {
        const later = chains[columns[k]];
        const confidence = Math.min(1, probabilities[k]);
        joins.push(
          { earlier: last, later: later.tracklets[0], confidence, gap: gaps[k], direction: pairs.directions[k] },
          ...later.joins,
        );
        tracklets.push(...later.tracklets);
        last = later.last;
      }
      return [{ tracklets, joins, last }];
    });
    return true;
  }

  /** Pairs of chains of which the second may follow the first, if the clocks are no further off than `slack` seconds. */
  private candidates(slack: number): Pairs {
    const { chains, options } = this;
    const lists = {
      earlier: [] as number[],
      later: [] as number[],
      directions: [] as number[],
      appearance: [] as number[],
    };
    const begins = chains.map((_, j) => this.time(this.firstOf(j).from, this.firstOf(j).camera));
    const order = [...chains.keys()].sort((a, b) => begins[a] - begins[b]);
    const sorted = Float64Array.from(order, (j) => begins[j]);
    chains.forEach((_, i) => {
      const a = this.lastOf(i);
      const end = this.endOf(chains[i].last);
      for (let at = after(sorted, end - slack); at < order.length && sorted[at] - end <= HORIZON; at++) {
        const j = order[at];
        const b = this.firstOf(j);
        if (i === j || (sorted[at] <= end && this.fixed(a.camera, b.camera))) continue;
        // the clocks may be wrong, but not the order of two that overlap by much
        if (sorted[at] <= end && begins[i] + end >= sorted[at] + this.endOf(chains[j].last)) continue;
        const directions = [...options.directions(a, b)];
        if (directions.length === 0) continue;
        const appearance = this.appearance(i, j);
        if (!(appearance >= LEAST_APPEARANCE)) continue;
        let best = directions[0];
        if (directions.length > 1) {
          const gap = Math.max(0.1, sorted[at] - end);
          const likely = directions.map((d) => this.ways.logOdds(d, gap, 1));
          best = directions[likely.indexOf(Math.max(...likely))];
        }
        lists.earlier.push(i);
        lists.later.push(j);
        lists.directions.push(best);
        lists.appearance.push(appearance);
      }
    });
    return {
      earlier: Int32Array.from(lists.earlier),
      later: Int32Array.from(lists.later),
      directions: Int32Array.from(lists.directions),
      appearance: Float64Array.from(lists.appearance),
    };
  }

  private weigh(pairs: Pairs): { probabilities: Float64Array; logWeights: Float64Array; gaps: Float64Array } {
    const { earlier, later, directions, appearance } = pairs;
    const { length } = earlier;
    const gaps = this.rawGaps(pairs);
    const logWeights = new Float64Array(length);
    for (let k = 0; k < length; k++) {
      const { from, to } = this.ways.directions[directions[k]];
      gaps[k] += this.offsets.seconds[to] - this.offsets.seconds[from];
      logWeights[k] = Number.NEGATIVE_INFINITY;
      if (!(gaps[k] > 0)) continue;
      const [a, b] = [this.lastOf(earlier[k]), this.firstOf(later[k])];
      const walked = this.ways.logOdds(directions[k], gaps[k], this.rate(to, b.from));
      const reach = from === to && a.last && b.first ? reachOdds(a.last, b.first, gaps[k], this.areas[from]) : 0;
      const total = appearance[k] + walked + reach;
      if (total >= LEAST_TOTAL) logWeights[k] = total;
    }
    const n = this.chains.length;
    const probabilities = pairProbabilities({ length, rows: earlier, columns: later, logWeights }, n, n);
    return { probabilities, logWeights, gaps };
  }

  /** Seconds from the end of the earlier to the beginning of the later, by the clocks as they are. */
  private rawGaps({ earlier, later }: Pairs): Float64Array {
    return Float64Array.from(earlier, (i, k) => this.firstOf(later[k]).from - this.lastOf(i).to);
  }

  private firstOf(chain: number): Tracklet {
    return this.tracklets[this.chains[chain].tracklets[0]];
  }

  private lastOf(chain: number): Tracklet {
    return this.tracklets[this.chains[chain].last];
  }

  private appearance(i: number, j: number): number {
    const [a, b] = [this.chains[i].tracklets, this.chains[j].tracklets];
    let sum = 0;
    let weight = 0;
    for (const s of a)
      for (const t of b) {
        const odds = this.odds.of(s, t);
        if (Number.isNaN(odds)) continue;
        const share = this.tracklets[s].qualities.length * this.tracklets[t].qualities.length;
        sum += share * odds;
        weight += share;
      }
    return sum / weight;
  }

  /** People who appear in a camera about a time by its clock, a second. */
  private rate(camera: number, time: number): number {
    const starts = this.starts[camera];
    const low = Math.max(starts[0], time - RATE_SECONDS);
    const high = Math.min(starts[starts.length - 1], time + RATE_SECONDS);
    const count = after(starts, high) - after(starts, low) + 1;
    return count / Math.max(1, high - low);
  }

  private time(time: number, camera: number): number {
    return time + this.offsets.seconds[camera];
  }

  /** When a tracklet ends, by the clock of the site. */
  private endOf(tracklet: number): number {
    const { to, camera } = this.tracklets[tracklet];
    return this.time(to, camera);
  }

  /** Whether the clocks of two cameras are known to agree. */
  private fixed(a: number, b: number): boolean {
    const { offsets } = this.options;
    return a === b || !(Number.isNaN(offsets[a]) || Number.isNaN(offsets[b]));
  }
}

/** Of the rectangle that holds all places where tracklets begin and end. */
function areaOf(tracklets: readonly Tracklet[]): number {
  const sights = tracklets.flatMap(({ first, last }) => (first && last ? [first, last] : []));
  const span = (axis: 'x' | 'y') => {
    const values = Float64Array.from(sights, (sight) => sight[axis]).sort();
    return values.length > 0 ? values[values.length - 1] - values[0] : 0;
  };
  return span('x') * span('y');
}

/** How many of the sorted values are at most `value`. */
function after(values: Float64Array, value: number): number {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
