import { type CalibratedSimilarity, evidence, networkLogOdds } from '../appearance/calibration.ts';
import type { Sight } from './reach.ts';

/** One piece of a person's way: what one camera has tracked without a break. */
export interface Tracklet {
  /** Number of the camera. */
  readonly camera: number;
  /** The trajectory's id in the camera's document. */
  readonly id: number;
  /** First and last time that it is seen, in seconds by the clock of the camera. */
  readonly from: number;
  readonly to: number;
  /** n × d: embeddings of its best patches, best first; n may be 0. */
  readonly embeddings: Float32Array;
  /** n: qualities of the patches, above 0. */
  readonly qualities: Float64Array;
  /** Where it begins and ends in the picture, where that is known. */
  readonly first?: Sight;
  readonly last?: Sight;
  /** Numbers of the site's places where it begins and ends; none where the site has no links. */
  readonly entries?: readonly number[];
  readonly exits?: readonly number[];
}

/** Of each tracklet so many patches are compared: more of one tracklet show little that is new. */
export const MOST_PATCHES = 5;
/** So many are compared at first; the others only where the two may be one person: above these log-odds. */
export const FIRST_PATCHES = 2;
export const POSSIBLE = -2;
/** Larger log-odds of a pair of patches count as these, so that one sure mistake can be outvoted. */
const MOST_OF_A_PAIR = 9;

/** Each tracklet is compared with so many others to find how common its appearance is, or with at least so many. */
const COHORT = 100;
const LEAST_COHORT = 20;
/** How much that counts. */
export const COMMON = 0.35;
/** Pairs of people seen at once, for so many seconds at least as clocks may differ, to correct the odds by: least and most pairs. */
export const AT_ONCE = 2;
/** Two tracklets of these log-odds are most probably of one person. */
const ALIKE = 3;
const LEAST_STRANGERS = 200;
const MOST_STRANGERS = 5000;
/** Larger log-odds of such a pair count as these, so that no pair decides alone. */
const MOST_STRANGER = 6;
/** The log-odds are not corrected by more than this: where clocks are far off, one person may be seen at once by two cameras. */
const MOST_SHIFT = 1;

/** Compares tracklets by their patches. */
export class AppearanceOdds {
  private readonly model: CalibratedSimilarity;
  private readonly tracklets: readonly Tracklet[];
  /** Of each tracklet how much more alike others are to it than to most. */
  private readonly common: Float64Array;
  private readonly known = new Map<number, number>();
  /** Taken off the log-odds of two cameras, so that people who are known to be different get the odds that are due to them. */
  private shift = 0;

  /** @param overlapping whether two cameras see one place, so that a person may be seen by both at once; default: none do */
  constructor(
    model: CalibratedSimilarity,
    tracklets: readonly Tracklet[],
    overlapping = (_a: number, _b: number) => false,
  ) {
    this.model = model;
    this.tracklets = tracklets;
    this.common = this.commonness();
    this.shift = this.strangersShift(overlapping);
  }

  /**
   * Log-odds, about ±9, that two tracklets show one person, at equal prior odds: the mean over pairs of patches, weighted by their
   * qualities. The pairs depend on each other, so their log-odds are not added up. Of people who are like many others, such as all in
   * black, it is less. NaN where one has no patches.
   *
   * @param a, b numbers of the tracklets
   */
  of(a: number, b: number): number {
    const key = Math.min(a, b) * this.tracklets.length + Math.max(a, b);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const [s, t] = [this.tracklets[a], this.tracklets[b]];
    const first = this.mean(s, t, FIRST_PATCHES);
    const mean = first > POSSIBLE ? this.mean(s, t, MOST_PATCHES) : first;
    const shift = s.camera === t.camera ? 0 : this.shift;
    const odds = mean - shift - COMMON * (this.common[a] + this.common[b]);
    this.known.set(key, odds);
    return odds;
  }

  /** Log-odds that one in ten of the other tracklets reaches, of each tracklet, against the mean of all. */
  private commonness(): Float64Array {
    const { tracklets } = this;
    const n = tracklets.length;
    const step = Math.max(1, Math.floor(n / COHORT));
    const high = Float64Array.from(tracklets, (a, i) => {
      const odds: number[] = [];
      for (let j = i % step; j < n; j += step) {
        const one = tracklets[j].camera === a.camera ? Number.NaN : this.mean(a, tracklets[j], FIRST_PATCHES);
        if (!Number.isNaN(one)) odds.push(one);
      }
      return highOf(odds);
    });
    const measured = high.filter((value) => !Number.isNaN(value));
    const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
    return high.map((value) => (Number.isNaN(value) ? 0 : value - mean));
  }

  /** See {@link Strangers}: people who were in two places at once, and so are two. */
  private strangersShift(overlapping: (a: number, b: number) => boolean): number {
    const { tracklets } = this;
    const order = [...tracklets.keys()].sort((a, b) => tracklets[a].from - tracklets[b].from);
    const strangers = new Strangers();
    for (let at = 0; at < order.length && strangers.count < MOST_STRANGERS; at++) {
      const a = tracklets[order[at]];
      for (let next = at + 1; next < order.length; next++) {
        const b = tracklets[order[next]];
        if (b.from > a.to - AT_ONCE) break;
        if (b.to - b.from < AT_ONCE || a.camera === b.camera || overlapping(a.camera, b.camera)) continue;
        strangers.add(this.of(order[at], order[next]));
      }
    }
    this.known.clear();
    return strangers.shift;
  }

  /** Of two cameras how many tracklets of the first were there together with some of the second, and how many with one that is like them. */
  together(first: number, second: number): { readonly seen: number; readonly alike: number } {
    let [seen, alike] = [0, 0];
    for (const a of this.tracklets) {
      if (a.camera !== first) continue;
      const others = this.tracklets.filter(
        (b) => b.camera === second && Math.min(a.to, b.to) - Math.max(a.from, b.from) >= AT_ONCE,
      );
      const odds = others.map((b) => this.mean(a, b, MOST_PATCHES)).filter((value) => !Number.isNaN(value));
      if (odds.length === 0) continue;
      seen++;
      if (odds.some((value) => value >= ALIKE)) alike++;
    }
    return { seen, alike };
  }

  private mean(a: Tracklet, b: Tracklet, most: number): number {
    return patchOdds(this.model, a, b, most);
  }
}

/** The patches of a person that one camera has seen. */
export type Patches = Pick<Tracklet, 'camera' | 'embeddings' | 'qualities'>;

/** Log-odds that two show one person: the mean over pairs of their first `most` patches, weighted by quality; NaN where there are none. */
export function patchOdds(model: CalibratedSimilarity, a: Patches, b: Patches, most: number): number {
  const { oneCamera, twoCameras } = model.calibration;
  const scale = a.camera === b.camera ? oneCamera : twoCameras;
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < Math.min(most, a.qualities.length); i++)
    for (let j = 0; j < Math.min(most, b.qualities.length); j++) {
      const share = a.qualities[i] * b.qualities[j];
      const odds = evidence(scale, networkLogOdds(model, a.embeddings, i, b.embeddings, j), 1);
      sum += share * Math.max(-MOST_OF_A_PAIR, Math.min(MOST_OF_A_PAIR, odds));
      weight += share;
    }
  return sum / weight;
}

/** Log-odds that one in ten of others reaches; NaN of too few others. Sorts `odds`. */
export function highOf(odds: number[]): number {
  odds.sort((x, y) => y - x);
  return odds.length < LEAST_COHORT ? Number.NaN : odds[Math.floor(odds.length / 10)];
}

/**
 * The log-odds of people who are known to be two. The log of their mean odds is 0 where odds are what they should be, since the mean of
 * the likelihood ratio over pairs of different people is 1.
 */
export class Strangers {
  count = 0;
  private sum = 0;

  /** Adds a pair; NaN is left out. What was added long ago counts for less. */
  add(odds: number): void {
    if (Number.isNaN(odds)) return;
    this.sum += Math.exp(Math.min(MOST_STRANGER, odds));
    this.count++;
    if (this.count < 2 * MOST_STRANGERS) return;
    this.sum /= 2;
    this.count /= 2;
  }

  /** What is to be taken off all log-odds of two cameras; 0 while there are few pairs. */
  get shift(): number {
    if (this.count < LEAST_STRANGERS) return 0;
    return Math.max(-MOST_SHIFT, Math.min(MOST_SHIFT, Math.log(this.sum / this.count)));
  }
}
