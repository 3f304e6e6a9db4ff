import { Ways } from '../ways.ts';
import type { SiteWays } from '../ways-of-site.ts';

/** A stay before that a stay may follow. */
export interface Candidate {
  readonly direction: number;
  readonly gap: number;
  readonly probability: number;
}

/** Walking times and shares are learned from so many stays, every so many. */
const STAYS = 500;
const LEARN_EVERY = 20;
/** People appear at the rate of so many seconds. */
const RATE_SECONDS = 120;

/** The ways of a site, learned from the stays that are over: expectation and maximisation as off-line, over the last {@link STAYS}. */
export class LearnedWays {
  readonly ways: Ways;
  readonly #cameraCount: number;
  readonly #stays: { readonly camera: number; readonly candidates: readonly Candidate[] }[] = [];
  #since = 0;
  /** Times at which people appeared lately, of each camera, and when the first did. */
  readonly #starts: number[][];
  readonly #began: Float64Array;

  constructor({ ways }: Pick<SiteWays, 'ways'>, cameraCount: number) {
    this.ways = new Ways(ways, cameraCount);
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

  /** What a stay in a camera may have followed, when that is decided. */
  decided(camera: number, candidates: readonly Candidate[]): void {
    this.#stays.push({ camera, candidates });
    if (this.#stays.length > STAYS) this.#stays.shift();
    if (++this.#since < LEARN_EVERY) return;
    this.#since = 0;
    const all = this.#stays.flatMap((stay) => stay.candidates);
    const counts = new Float64Array(this.#cameraCount);
    for (const stay of this.#stays) counts[stay.camera]++;
    this.ways.learn(
      {
        directions: Int32Array.from(all, ({ direction }) => direction),
        gaps: Float64Array.from(all, ({ gap }) => gap),
        probabilities: Float64Array.from(all, ({ probability }) => probability),
      },
      counts,
    );
  }
}
