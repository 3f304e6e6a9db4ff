import type { WayDescription } from './ways.ts';

/** Clock offsets of cameras. */
export interface Offsets {
  /** Of each camera the seconds to add to its times. */
  readonly seconds: Float64Array;
  /** Their standard errors; 0 where they are given or the camera is the one that the others are compared with. */
  readonly errors: Float64Array;
  /** What they were estimated from. */
  readonly ways: readonly OffsetEvidence[];
}

/** How far the clocks at the two ends of a way are apart. */
export interface OffsetEvidence {
  /** Number of the way. */
  readonly way: number;
  /** Mean seconds there and back by the clocks as they are; NaN where it was compared with the given walking time. */
  readonly there: number;
  readonly back: number;
  /** Seconds that the clock at its end is ahead of that at its beginning, and its standard error. */
  readonly ahead: number;
  readonly error: number;
}

/** A pair less probable than this says nothing about clocks. */
const CONFIDENT = 0.5;
/** Least examples of one direction. */
const LEAST_EXAMPLES = 5;
/** An offset is believed from so many seconds and so many standard errors on. */
const LEAST_SECONDS = 0.5;
const LEAST_ERRORS = 3;
/** People do not take exactly the same time there and back. */
const ASYMMETRY = 0.02;
const SWEEPS = 500;

/**
 * Clock offsets between cameras. A clock that is d seconds ahead makes the way to its camera d seconds longer and the way back d seconds
 * shorter, so half of the difference of the means there and back is d. On a way that people take in one direction only, d cannot be
 * told from the walking time unless that is given. The offsets of all cameras are the least-squares solution over the ways.
 *
 * @param pairs gaps in seconds by the clocks as they are, with the direction of each and the probability that a person walked it
 * @param given offsets that are known; NaN where they are not
 */
export function estimateOffsets(
  pairs: { readonly directions: Int32Array; readonly gaps: Float64Array; readonly weights: Float64Array },
  directions: readonly { readonly way: number }[],
  ways: readonly WayDescription[],
  given: Float64Array,
): Offsets {
  const gaps = directions.map(() => ({ sum: 0, weight: 0, squares: 0 }));
  for (let k = 0; k < pairs.gaps.length; k++) {
    const weight = pairs.weights[k];
    if (!(weight >= CONFIDENT)) continue; // nor what is not a number
    const of = gaps[pairs.directions[k]];
    of.sum += weight * pairs.gaps[k];
    of.squares += weight * pairs.gaps[k] ** 2;
    of.weight += weight;
  }
  const evidence: OffsetEvidence[] = [];
  for (const [way, { from, to, seconds, direct }] of ways.entries()) {
    if (from === to || !direct) continue;
    const [there, back] = [spreadOf(gaps[2 * way]), spreadOf(gaps[2 * way + 1])];
    if (there && back) {
      const error = Math.hypot(there.error, back.error, ASYMMETRY * (there.mean + back.mean)) / 2;
      evidence.push({ way, there: there.mean, back: back.mean, ahead: (there.mean - back.mean) / 2, error });
    } else if (seconds && (there || back)) {
      const usual = (seconds[0] + seconds[1]) / 2;
      const ahead = there ? there.mean - usual : usual - back!.mean;
      const error = Math.hypot((there ?? back)!.error, (seconds[1] - seconds[0]) / 4);
      evidence.push({ way, there: Number.NaN, back: Number.NaN, ahead, error });
    }
  }
  return solve(evidence, ways, given);
}

function solve(evidence: readonly OffsetEvidence[], ways: readonly WayDescription[], given: Float64Array): Offsets {
  const n = given.length;
  const seconds = Float64Array.from(given, (offset) => (Number.isNaN(offset) ? 0 : offset));
  const fixed = Array.from(given, (offset) => !Number.isNaN(offset));
  // of each group of cameras with no given offset the first is the one to compare with
  const group = Int32Array.from({ length: n }, (_, c) => c);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { way } of evidence) {
      const least = Math.min(group[ways[way].from], group[ways[way].to]);
      for (const c of [ways[way].from, ways[way].to])
        if (group[c] !== least) {
          group[c] = least;
          changed = true;
        }
    }
  }
  for (let c = 0; c < n; c++)
    if (group[c] === c && !fixed.some((known, other) => known && group[other] === c)) fixed[c] = true;
  const precision = new Float64Array(n);
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (let c = 0; c < n; c++) {
      if (fixed[c]) continue;
      let sum = 0;
      let weight = 0;
      for (const { way, ahead, error } of evidence) {
        const { from, to } = ways[way];
        if (from !== c && to !== c) continue;
        const share = 1 / (error * error + 1e-6);
        sum += share * (to === c ? seconds[from] - ahead : seconds[to] + ahead);
        weight += share;
      }
      if (weight > 0) seconds[c] = sum / weight;
      precision[c] = weight;
    }
  const errors = Float64Array.from(precision, (weight) => (weight > 0 ? 1 / Math.sqrt(weight) : 0));
  for (let c = 0; c < n; c++) {
    const sure = Math.abs(seconds[c]) >= LEAST_SECONDS && Math.abs(seconds[c]) >= LEAST_ERRORS * errors[c];
    if (!fixed[c] && !sure) seconds[c] = 0;
  }
  return { seconds, errors, ways: evidence };
}

/** Mean and its standard error, of five examples or more. */
function spreadOf({ sum, weight, squares }: { sum: number; weight: number; squares: number }) {
  if (weight < LEAST_EXAMPLES) return undefined;
  const mean = sum / weight;
  return { mean, error: Math.sqrt(Math.max(0, squares / weight - mean ** 2) / (weight - 1)) };
}
