import { CONFIDENCE, LEAST_APPEARANCE, LEAST_TOTAL } from '../joining.ts';
import { pairProbabilities } from '../marginals.ts';
import { reachOdds } from '../reach.ts';
import type { PlaceArea } from '../read-cameras.ts';
import type { SiteWays } from '../ways-of-site.ts';
import type { Earlier, StayComparison } from './comparison.ts';
import { type Candidate, LearnedWays } from './learned-ways.ts';
import type { Stay } from './stay.ts';

/** Least probability of a join that stays while it may be revised; to be made it takes as much as off-line. */
const HOLD = 0.4;

/** What a linker knows of a site. */
export interface OnlineSite {
  readonly cameraCount: number;
  readonly ways: SiteWays;
  /** The places of a camera where links begin and end. */
  areas(camera: number): readonly PlaceArea[];
  /** Pixels squared of a camera's picture. */
  room(camera: number): number;
}

/** A stay that a later one may follow. */
interface Pair extends Candidate {
  /** Numbers of the two. */
  readonly row: number;
  readonly column: number;
  /** Log-odds, all in all. */
  readonly total: number;
}

/** When a place had nothing for the last time, in seconds. */
export type Blind = readonly [from: number, to: number];

/** What an open stay is, as far as it was weighed. */
interface Weighed {
  /** Probability of the most probable candidate. */
  readonly best: number;
  readonly candidates: readonly Candidate[];
}

/** Weighs whom stays may follow: by appearance, walking time, and all other candidates of both. */
export class Candidates {
  readonly #site: OnlineSite;
  readonly #ways: LearnedWays;
  /** Of each open stay: people who appear where it began, a second, and what was found. */
  readonly #rates = new WeakMap<Stay, number>();
  readonly #weighed = new WeakMap<Stay, Weighed>();

  constructor(site: OnlineSite) {
    this.#site = site;
    this.#ways = new LearnedWays(site.ways, site.cameraCount);
  }

  /** A camera sees the person of a stay for the first time. */
  appear(stay: Stay, time: number): void {
    this.#rates.set(stay, this.#ways.appear(stay.entered, time));
  }

  /** How probable the best candidate of a stay is, 0..1; 1 where it was not weighed yet. */
  best(stay: Stay): number {
    return this.#weighed.get(stay)?.best ?? 1;
  }

  /** The person of a stay is not revised any more. */
  decided(stay: Stay): void {
    if (!stay.kept && stay.entered >= 0) this.#ways.decided(stay.entered, this.#weighed.get(stay)?.candidates ?? []);
    this.#weighed.delete(stay);
  }

  /**
   * Weighs all together.
   *
   * @param blind when a place had nothing
   * @returns of each later stay the one that it follows, where one is probable enough
   */
  weigh(
    comparison: StayComparison,
    earlier: readonly Stay[],
    later: readonly Stay[],
    blind: (place: number) => Blind,
  ): Map<Stay, Stay> {
    const compared = earlier.map((stay) => ({ stay, ...stay.compared() }));
    const pairs = this.#pairs(comparison, compared, later, blind);
    const probabilities = pairProbabilities(
      {
        length: pairs.length,
        rows: Int32Array.from(pairs, ({ row }) => row),
        columns: Int32Array.from(pairs, ({ column }) => column),
        logWeights: Float64Array.from(pairs, ({ total }) => total),
      },
      earlier.length,
      later.length,
    );
    const wanted = new Map<Stay, Stay>();
    const taken = new Set<Stay>();
    const best = new Float64Array(later.length);
    for (const k of [...pairs.keys()].sort((a, b) => probabilities[b] - probabilities[a])) {
      const [before, stay, probability] = [earlier[pairs[k].row], later[pairs[k].column], probabilities[k]];
      best[pairs[k].column] = Math.max(best[pairs[k].column], probability);
      if (!(probability >= (stay.before === before ? HOLD : CONFIDENCE)) || wanted.has(stay) || taken.has(before))
        continue;
      wanted.set(stay, before);
      taken.add(before);
    }
    const candidates = later.map((): Candidate[] => []);
    for (const { row, column, total, ...candidate } of pairs) candidates[column].push(candidate);
    for (const [column, stay] of later.entries())
      this.#weighed.set(stay, { best: best[column], candidates: candidates[column] });
    return wanted;
  }

  /** What may be followed, with what speaks for it. */
  #pairs(
    comparison: StayComparison,
    earlier: readonly Earlier[],
    later: readonly Stay[],
    blind: (place: number) => Blind,
  ): Pair[] {
    const pairs: Pair[] = [];
    for (const [column, stay] of later.entries()) {
      const entries = stay.entries(this.#site.areas(stay.entered));
      const rows = [...earlier.keys()].filter((row) => earlier[row].stay.to < stay.from);
      const appearance = comparison.of(
        rows.map((row) => earlier[row]),
        stay,
      );
      for (const [i, row] of rows.entries()) {
        if (!(appearance[i] >= LEAST_APPEARANCE)) continue;
        const before = earlier[row].stay;
        const candidate = { of: before.key, ...this.#walk(before, stay, entries, appearance[i], blind(stay.place)) };
        const total = this.#ways.logOdds(candidate);
        if (total >= LEAST_TOTAL) pairs.push({ ...candidate, row, column, total });
      }
    }
    return pairs;
  }

  /** What the way from one stay to a later one says. */
  #walk(
    before: Stay,
    stay: Stay,
    entries: readonly number[],
    appearance: number,
    [blindFrom, blindTo]: Blind,
  ): Omit<Candidate, 'of'> {
    const [from, to] = [before.left, stay.entered];
    const exits = before.exits(this.#site.areas(from));
    const passed = stay.from - before.to;
    // who was there when a camera went blind need not have gone anywhere
    const blind = from === to ? Math.max(0, Math.min(blindTo, stay.from) - Math.max(blindFrom, before.to)) : 0;
    const gap = Math.max(0.1, passed - blind);
    const rate = this.#rates.get(stay)!;
    const [last, first] = [before.last, stay.first];
    const reach = from === to && last && first ? reachOdds(last, first, passed, this.#site.room(to)) : 0;
    const ways = this.#site.ways.directions({ camera: from, exits }, { camera: to, entries });
    const walks = ways.map((direction) => ({ direction, gap, rate, others: appearance + reach }));
    const odds = walks.map((walk) => this.#ways.logOdds(walk));
    return walks[odds.indexOf(Math.max(...odds))];
  }
}
