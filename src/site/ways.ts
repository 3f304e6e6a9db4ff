import {
  BROKEN,
  between,
  gapDensity,
  learn,
  straightShare,
  strayDensity,
  UNKNOWN,
  type WalkingTimes,
} from './walking-times.ts';

/** A way that people may take between two tracklets, as {@link Ways} needs to know it: between two cameras, or back into one. */
export interface WayDescription {
  /** Numbers of the cameras; of a broken tracklet twice the same. */
  readonly from: number;
  readonly to: number;
  /** Least and greatest walking time in seconds, where they are given. */
  readonly seconds?: readonly [number, number] | undefined;
  /** Whether people walk straight from one to the other; else they were somewhere else in between. */
  readonly direct: boolean;
}

/** One way in one direction. */
interface Direction {
  readonly way: number;
  readonly from: number;
  readonly to: number;
}

/** Of the people who leave a camera, and of those who appear, so many go on or come from another at first, … */
const FIRST_SHARE = 0.6;
/** … and at least so many leave for good, or are new. */
const LEAST_ALONE = 0.1;
/** Of those who go on so many take a way that is not direct. */
const INDIRECT = 0.05;
/** A person returns within so many seconds, or is a new one. */
export const HORIZON = 12 * 3600;

/** What is known, and learned, of how people go from camera to camera: on which ways, how many, and how long they take. */
export class Ways {
  readonly directions: readonly Direction[];
  /** Of each direction, as the two clocks measure them. */
  readonly times: WalkingTimes[];
  private readonly ways: readonly WayDescription[];
  private readonly guesses: readonly WalkingTimes[];
  /** Of those who leave the direction's first camera the share that goes this way. */
  private shares: Float64Array;
  /** Of each camera the share of people who leave for good, and of those who are new. */
  private readonly leaving: Float64Array;
  private readonly arriving: Float64Array;

  /** @param ways each in both directions; direction 2 k is way k as it stands there, 2 k + 1 the way back */
  constructor(ways: readonly WayDescription[], cameraCount: number) {
    this.ways = ways;
    this.directions = ways.flatMap(({ from, to }, way) => [
      { way, from, to },
      { way, from: to, to: from },
    ]);
    this.guesses = ways.flatMap(({ from, to, seconds }) => {
      const guess = seconds ? between(...seconds) : from === to ? BROKEN : UNKNOWN;
      return [guess, guess];
    });
    this.times = [...this.guesses];
    this.leaving = new Float64Array(cameraCount).fill(1 - FIRST_SHARE);
    this.arriving = new Float64Array(cameraCount).fill(1 - FIRST_SHARE);
    const from = new Float64Array(cameraCount);
    for (const direction of this.directions) from[direction.from] += this.claim(direction);
    this.shares = Float64Array.from(
      this.directions,
      (direction) => (FIRST_SHARE * this.claim(direction)) / from[direction.from],
    );
  }

  /**
   * Log of how much more often a gap of `seconds` is one that a person has walked than one between a person who left for good and a new
   * one: the density of the walking time over the rate of new people. With k candidates in the time that a way takes it is about
   * log 1/k.
   *
   * @param rate people who appear at the end of the direction, a second
   */
  logOdds(direction: number, seconds: number, rate: number): number {
    const { way, from, to } = this.directions[direction];
    const { direct, seconds: given } = this.ways[way];
    const within = !given || (seconds >= given[0] && seconds <= given[1]);
    const density =
      direct && within ? gapDensity(this.times[direction], seconds, HORIZON) : strayDensity(seconds, HORIZON);
    return Math.log((this.shares[direction] * density) / (this.leaving[from] * this.arriving[to] * rate));
  }

  /** Of a pair the share, 0..1, that speaks for the time it takes to walk straight on. */
  straightShare(direction: number, seconds: number): number {
    return straightShare(this.times[direction], seconds, HORIZON);
  }

  /**
   * Learns shares and walking times from pairs of tracklets.
   *
   * @param directions, gaps, probabilities of each pair: its direction, its seconds, and the probability that it is a person's
   * @param arrivals, departures of each camera: how many people appear and disappear there
   */
  learn(
    { directions, gaps, probabilities }: { directions: Int32Array; gaps: Float64Array; probabilities: Float64Array },
    arrivals: Float64Array,
    departures: Float64Array,
  ): void {
    const followed = new Float64Array(this.directions.length);
    const seconds: number[][] = this.directions.map(() => []);
    const weights: number[][] = this.directions.map(() => []);
    for (let k = 0; k < directions.length; k++) {
      const p = probabilities[k];
      if (!(p > 0)) continue;
      followed[directions[k]] += p;
      if (p < CONFIDENT) continue;
      seconds[directions[k]].push(gaps[k]);
      weights[directions[k]].push(p * this.straightShare(directions[k], gaps[k]));
    }
    for (const [d, { way }] of this.directions.entries())
      if (this.ways[way].direct) this.times[d] = learn(this.guesses[d], seconds[d], weights[d]);
    const gone = new Float64Array(arrivals.length);
    const come = new Float64Array(arrivals.length);
    this.directions.forEach(({ from, to }, d) => {
      gone[from] += followed[d];
      come[to] += followed[d];
    });
    for (let c = 0; c < arrivals.length; c++) {
      this.leaving[c] = alone(gone[c], departures[c]);
      this.arriving[c] = alone(come[c], arrivals[c]);
    }
    const claims = new Float64Array(arrivals.length);
    for (const direction of this.directions) claims[direction.from] += this.claim(direction);
    this.shares = Float64Array.from(this.directions, (direction, d) => {
      const guess = this.claim(direction) / claims[direction.from];
      const n = departures[direction.from];
      return (followed[d] + PRIOR * FIRST_SHARE * guess) / (n + PRIOR);
    });
  }

  private claim({ way }: Direction): number {
    return this.ways[way].direct ? 1 : INDIRECT;
  }
}

/** Gaps of pairs less probable than this say nothing about walking times. */
const CONFIDENT = 0.5;
/** Tracklets that the first guess of the shares is worth. */
const PRIOR = 10;

function alone(followed: number, count: number): number {
  return Math.max(LEAST_ALONE, 1 - (followed + PRIOR * FIRST_SHARE) / (count + PRIOR));
}
