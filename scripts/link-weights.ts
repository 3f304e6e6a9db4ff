/**
 * Fits the weights of src/trajectories/link-score.ts: logistic regression on the pairs of trajectories that refinement meets in simulated
 * sequences. A later trajectory is right when it is the next of the same person; those after the next are left out.
 *
 *   npx tsx scripts/link-weights.ts [SEQUENCES=60] [SEED=1]
 *
 * Prints the weights, and the mean logistic loss on half as many other sequences. The same numbers give the same weights.
 */
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { sigmoid } from '../src/core/probability.ts';
import type { MotSequence } from '../src/learning/mot-root.ts';
import { simulateMany } from '../src/learning/simulation/simulate.ts';
import type { Track } from '../src/tracking/track.ts';
import { Tracker } from '../src/tracking/tracker.ts';
import { TrajectoryCollector } from '../src/trajectories/collector.ts';
import { confidence } from '../src/trajectories/confidence.ts';
import { LINK_FEATURES, linkPairs } from '../src/trajectories/link-pairs.ts';
import { refinementParameters } from '../src/trajectories/refinement-parameters.ts';

/** A trajectory is of a person, or of none (0), when at least this part of its detections is. */
const PURE = 0.6;
/** Weight of the squares of the weights, against the loss of one pair. */
const RIDGE = 1;
const ROUNDS = 25;

interface Example {
  /** 1, then the features. */
  readonly row: Float64Array;
  readonly label: 0 | 1;
}

const { minConfidence } = refinementParameters.parse({});
const [count = 60, seed = 1] = process.argv.slice(2).map(Number);
const examples = simulateMany({ count, seed }).flatMap(examplesOf);
const others = simulateMany({ count: Math.ceil(count / 2), seed: seed + 1 }).flatMap(examplesOf);
const weights = fit(examples);
const positives = examples.filter(({ label }) => label === 1).length;
process.stdout.write(`${examples.length} pairs, ${positives} of them one person\n`);
['BASE', ...LINK_FEATURES].forEach((name, f) => {
  process.stdout.write(`${name}: ${Number(weights[f].toFixed(2))}\n`);
});
process.stdout.write(
  `loss ${loss(examples, weights).toFixed(4)}, on other sequences ${loss(others, weights).toFixed(4)}\n`,
);

function examplesOf({ frames }: MotSequence): Example[] {
  const tracker = new Tracker({ association: handSetScore });
  const collector = new TrajectoryCollector();
  const seen = new Map<Track, number[]>();
  frames.forEach(({ detections, time, identities }, index) => {
    const tracks = tracker.step(detections, time);
    collector.add({ index, time }, tracks, tracker.cameraShift);
    for (const track of tracks) {
      if (track.detection < 0) continue;
      const own = seen.get(track);
      if (own) own.push(identities[track.detection]);
      else seen.set(track, [identities[track.detection]]);
    }
  });
  const people = new Map([...seen].map(([{ id }, identities]) => [id, personOf(identities)]));
  const { timeline } = collector;
  const trajectories = collector.take().filter((trajectory) => confidence(trajectory, timeline) >= minConfidence);
  const { length, earlier, later, values } = linkPairs(trajectories, timeline);
  const personAt = (i: number): number => people.get(trajectories[i].id) ?? -1;
  /** Of each earlier trajectory the first that is of the same person. */
  const next = new Map<number, number>();
  for (let k = 0; k < length; k++) {
    if (personAt(earlier[k]) <= 0 || personAt(earlier[k]) !== personAt(later[k])) continue;
    const known = next.get(earlier[k]);
    if (known === undefined || trajectories[later[k]].times[0] < trajectories[later[known]].times[0])
      next.set(earlier[k], k);
  }
  const width = LINK_FEATURES.length;
  return Array.from({ length }, (_, k) => k).flatMap((k): Example[] => {
    const [a, b] = [personAt(earlier[k]), personAt(later[k])];
    const isNext = next.get(earlier[k]) === k;
    if (a < 0 || b < 0 || (a === b && !isNext)) return [];
    return [{ row: Float64Array.of(1, ...values.subarray(k * width, (k + 1) * width)), label: isNext ? 1 : 0 }];
  });
}

/** The person of whom most detections are; 0 for false positives, −1 where it is mixed or not known. */
function personOf(identities: readonly number[]): number {
  const known = identities.filter((identity) => identity >= 0);
  const counts = new Map<number, number>();
  for (const identity of known) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  const [person, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0]);
  return known.length > 0 && most >= PURE * known.length ? person : -1;
}

/** Logistic regression by Newton's method. */
function fit(rows: readonly Example[]): Float64Array {
  const d = 1 + LINK_FEATURES.length;
  const result = new Float64Array(d);
  for (let round = 0; round < ROUNDS; round++) {
    const system = Array.from({ length: d }, () => new Float64Array(d + 1));
    for (const { row, label } of rows) {
      const p = sigmoid(dot(row, result));
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) system[i][j] += p * (1 - p) * row[i] * row[j];
        system[i][d] += (label - p) * row[i];
      }
    }
    for (let i = 1; i < d; i++) {
      system[i][i] += RIDGE;
      system[i][d] -= RIDGE * result[i];
    }
    solve(system).forEach((step, i) => {
      result[i] += step;
    });
  }
  return result;
}

/** Solves n linear equations, n × (n + 1), positive definite on the left, by elimination. */
function solve(system: Float64Array[]): number[] {
  const n = system.length;
  for (let c = 0; c < n; c++)
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = system[r][c] / system[c][c];
      for (let k = c; k <= n; k++) system[r][k] -= factor * system[c][k];
    }
  return system.map((row, i) => row[n] / row[i]);
}

function loss(rows: readonly Example[], w: Float64Array): number {
  const sum = rows.reduce((total, { row, label }) => total + Math.log1p(Math.exp((1 - 2 * label) * dot(row, w))), 0);
  return sum / rows.length;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
