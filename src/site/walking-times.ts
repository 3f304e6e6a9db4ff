/** How long people take from the end of one tracklet to the beginning of the next, by one way: a log-normal distribution. */
export interface WalkingTimes {
  /** Mean and deviation of the natural log of the seconds. */
  readonly mu: number;
  readonly sigma: number;
  /** Weight of the examples that it was learned from. */
  readonly examples: number;
}

/** A way on which nothing is known: half of the people take less than 20 s, nine of ten between 2 and 200 s. */
export const UNKNOWN: WalkingTimes = { mu: Math.log(20), sigma: 1.4, examples: 0 };
/** A person whom one camera has lost and found again. */
export const BROKEN: WalkingTimes = { mu: Math.log(1.5), sigma: 1, examples: 0 };

/** So many examples is the first guess worth: for the mean, and for the deviation. */
const PRIOR_MEAN = 1;
const PRIOR_DEVIATION = 3;
/** A first guess of the deviation as learned ones are. */
const USUAL_SIGMA = 0.5;
const LEAST_SIGMA = 0.15;
/** Shares of people who do not go straight on, but come back at any time. */
const STRAY = 0.1;

/** The first guess for a way of which the least and the greatest seconds are known. */
export function between(least: number, most: number): WalkingTimes {
  const low = Math.log(Math.max(0.5, least));
  const high = Math.log(Math.max(1, most));
  return { mu: (low + high) / 2, sigma: Math.max(LEAST_SIGMA, (high - low) / 4), examples: 0 };
}

/** Density per second of walking times. */
export function walkingDensity({ mu, sigma }: WalkingTimes, seconds: number): number {
  const z = (Math.log(seconds) - mu) / sigma;
  return Math.exp(-0.5 * z * z) / (seconds * sigma * Math.sqrt(2 * Math.PI));
}

/**
 * Density per second of a person's return at any time within the horizon: after a time twice as long half as dense.
 *
 * @param horizon seconds
 */
export function strayDensity(seconds: number, horizon: number): number {
  return seconds <= horizon ? 1 / ((1 + seconds) * Math.log(1 + horizon)) : 0;
}

/** Density per second of the gap between two tracklets of a person: walked straight on, or returned at any time. */
export function gapDensity(times: WalkingTimes, seconds: number, horizon: number): number {
  return (1 - STRAY) * walkingDensity(times, seconds) + STRAY * strayDensity(seconds, horizon);
}

/** Of gaps of a person the share, 0..1, that is walked straight on. */
export function straightShare(times: WalkingTimes, seconds: number, horizon: number): number {
  const straight = (1 - STRAY) * walkingDensity(times, seconds);
  return straight / (straight + STRAY * strayDensity(seconds, horizon) + Number.MIN_VALUE);
}

/**
 * Walking times learned from gaps, each with the probability that it is one: a maximum a posteriori estimate around the first guess.
 *
 * @param guess what is known of the way before
 */
export function learn(guess: WalkingTimes, seconds: readonly number[], weights: readonly number[]): WalkingTimes {
  let weight = 0;
  let sum = 0;
  for (const [i, t] of seconds.entries()) {
    weight += weights[i];
    sum += weights[i] * Math.log(t);
  }
  const mu = (sum + PRIOR_MEAN * guess.mu) / (weight + PRIOR_MEAN);
  let squares = PRIOR_DEVIATION * Math.min(USUAL_SIGMA, guess.sigma) ** 2;
  for (const [i, t] of seconds.entries()) squares += weights[i] * (Math.log(t) - mu) ** 2;
  const learned = squares / (weight + PRIOR_DEVIATION);
  // while there are few examples the width stays what it was
  const trust = Math.min(1, weight / PRIOR_DEVIATION);
  const variance = trust * learned + (1 - trust) * guess.sigma ** 2;
  return { mu, sigma: Math.max(LEAST_SIGMA, Math.sqrt(variance)), examples: weight };
}
