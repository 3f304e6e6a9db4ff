/** A process of bench:association: loads the sets that are its arguments, then trains and measures as it is asked to. */
import type { AssociationScore } from '../src/association/features.ts';
import type { BoostedModel } from '../src/association/scores/boosted.ts';
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { learnedScore } from '../src/association/scores/learned.ts';
import { evaluateSequence, type Score } from '../src/evaluation/index.ts';
import { joinExamples } from '../src/learning/association/example-sets.ts';
import { examplesByName, trainWithout } from '../src/learning/association/train-association.ts';
import { follow, followRefined } from '../src/learning/follow.ts';
import { type IdentityError, identityErrors } from './identity-errors.ts';
import { loadSet, perturbed } from './sets.ts';

/** How pairs are scored: by hand, as twintrack comes, or by a model that was trained for the measurement. */
export type Association = 'hand-set' | BoostedModel;

/** What a worker is asked for: a model trained on all videos but those left out, or measurements of a video in all sets. */
export type Job =
  | { readonly leftOut: readonly string[] }
  | { readonly video: string; readonly contenders: readonly Association[]; readonly runs: number };

/** One run over one sequence. */
export interface Measurement {
  readonly set: string;
  readonly sequence: string;
  /** Which of the contenders. */
  readonly contender: number;
  readonly run: number;
  readonly frames: number;
  readonly online: Score;
  readonly refined: Score;
  readonly errors: readonly IdentityError[];
  /** CPU milliseconds of tracking on-line. */
  readonly ms: number;
}

const sets = await Promise.all(process.argv.slice(2).map(loadSet));
const sequences = sets.flatMap((set) => set.sequences);
const names = [...new Set(sequences.map(({ name }) => name))];
let examples: ReturnType<typeof examplesByName> | undefined;

process.on('message', (job: Job) => {
  process.send!('leftOut' in job ? train(job.leftOut) : measure(job.video, job.contenders, job.runs));
});

function train(leftOut: readonly string[]): Association {
  examples ??= examplesByName(sequences);
  const some = examples.filter((_, i) => !leftOut.includes(names[i]));
  return (some.length > 0 && trainWithout([joinExamples(some)], -1)) || 'hand-set';
}

function measure(video: string, contenders: readonly Association[], runs: number): Measurement[] {
  const measured: Measurement[] = [];
  const scores = contenders.map(scoreOf);
  for (const { name: set, sequences: all } of sets)
    for (const sequence of all.filter(({ name }) => name === video))
      for (let run = 0; run < runs; run++) {
        const { frames, truth } = perturbed(sequence, run);
        scores.forEach((score, contender) => {
          const before = process.cpuUsage();
          const tracks = follow(frames, {}, score);
          const { user, system } = process.cpuUsage(before);
          const online = evaluateSequence(truth, tracks);
          const refined = evaluateSequence(truth, followRefined(frames, {}, score));
          const errors = identityErrors(sequence, tracks);
          const ms = (user + system) / 1000;
          measured.push({ set, sequence: video, contender, run, frames: frames.length, online, refined, errors, ms });
        });
      }
  return measured;
}

function scoreOf(association: Association): AssociationScore {
  return association === 'hand-set' ? handSetScore : learnedScore(association);
}
