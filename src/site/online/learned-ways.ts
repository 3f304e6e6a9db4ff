import { LEAST_TOTAL } from '../joining.ts';
import { pairProbabilities } from '../marginals.ts';
import { Ways } from '../ways.ts';
import type { SiteWays } from '../ways-of-site.ts';

/** A stay before that another may follow. */
export interface Candidate {
  /** Key of the stay before. */
  readonly of: symbol;
  readonly direction: number;
  /** Seconds in between. */
  readonly gap: number;
  /** Log-odds of all but the way. */
  readonly others: number;
  /** People who appear where the later one begins, a second. */
  readonly rate: number;
}

/** Walking times and shares are learned from so many stays and of each so many candidates, every so many stays, in so many rounds. */
const STAYS = 400;
const MOST_CANDIDATES = 20;
const LEARN_EVERY = 20;
const ROUNDS = 3;
/** People appear at the rate of so many seconds. */
const RATE_SECONDS = 120;

/** The ways of a site, learned by expectation and maximisation, as off-line, from the last stays of which it is decided whom they follow. */
export class LearnedWays {
  readonly #ways: Ways;
  readonly #cameraCount: number;
  readonly #stays: { readonly camera: number; readonly candidates: readonly Candidate[] }[] = [];
  #since = 0;
  /** Times at which people appeared lately, of each camera, and when the first did. */
  readonly #starts: number[][];
  readonly #began: Float64Array;

  constructor({ ways }: Pick<SiteWays, 'ways'>, cameraCount: number) {
    this.#ways = new Ways(ways, cameraCount);
    this.#cameraCount = cameraCount;
    this.#starts = Array.from({ length: cameraCount }, () => []);
    this.#began = new Float64Array(cameraCount).fill(Number.NaN);
  }

  /** A person appears in a camera. @returns people who appear there, a second */
  appear(camera: number, time: number): number {
    const starts = this.#starts[camera];
    if (Number.isNaN(this.#began[camera])) this.#began[camera] = time;
    starts.push(time);
    while (time - starts[0] > RATE_SECONDS) starts.shift();
    return starts.length / Math.max(1, Math.min(RATE_SECONDS, time - this.#began[camera]));
  }

  /** Log-odds of a candidate, all in all. */
  logOdds({ direction, gap, others, rate }: Omit<Candidate, 'of'>): number {
    return others + this.#ways.logOdds(direction, gap, rate);
  }

  /** Takes whom a stay in a camera may have followed, when that is decided. */
  decided(camera: number, candidates: readonly Candidate[]): void {
    const best = candidates
      .map((candidate) => ({ candidate, odds: this.logOdds(candidate) }))
      .sort((a, b) => b.odds - a.odds)
      .slice(0, MOST_CANDIDATES);
    this.#stays.push({ camera, candidates: best.map(({ candidate }) => candidate) });
    if (this.#stays.length > STAYS) this.#stays.shift();
    if (++this.#since < LEARN_EVERY) return;
    this.#since = 0;
    this.#learn();
  }

  #learn(): void {
    const pairs = this.#stays.flatMap(({ candidates }, column) =>
      candidates.map((candidate) => ({ candidate, column })),
    );
    const numbers = new Map<symbol, number>();
    for (const { candidate } of pairs) if (!numbers.has(candidate.of)) numbers.set(candidate.of, numbers.size);
    const rows = Int32Array.from(pairs, ({ candidate }) => numbers.get(candidate.of)!);
    const columns = Int32Array.from(pairs, ({ column }) => column);
    const directions = Int32Array.from(pairs, ({ candidate }) => candidate.direction);
    const gaps = Float64Array.from(pairs, ({ candidate }) => candidate.gap);
    const counts = new Float64Array(this.#cameraCount);
    for (const { camera } of this.#stays) counts[camera]++;
    for (let round = 0; round < ROUNDS; round++) {
      const logWeights = Float64Array.from(pairs, ({ candidate }) => {
        const odds = this.logOdds(candidate);
        return odds >= LEAST_TOTAL ? odds : Number.NEGATIVE_INFINITY;
      });
      const weighted = { length: pairs.length, rows, columns, logWeights };
      const probabilities = pairProbabilities(weighted, numbers.size, this.#stays.length);
      this.#ways.learn({ directions, gaps, probabilities }, counts, counts);
    }
  }
}
