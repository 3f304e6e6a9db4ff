/** A process of bench:choice: loads the sets that are its arguments, then tracks a video of them with each setting. */
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { evaluateSequence, type Score } from '../src/evaluation/index.ts';
import { follow, followRefined } from '../src/learning/follow.ts';
import type { TrackingParameters } from '../src/tracking/parameters.ts';
import type { RefinementParameters } from '../src/trajectories/refinement-parameters.ts';
import { loadSet, perturbed } from './sets.ts';

/** What is chosen. */
export type Setting = Pick<TrackingParameters, 'minProbability' | 'minProbabilityAlone' | 'minProbabilityLow'> &
  Pick<RefinementParameters, 'minConfidence'>;

/** A video to be tracked in all sets that have it. */
export interface ChoiceJob {
  readonly video: string;
  readonly settings: readonly Setting[];
  readonly runs: number;
}

/** One run over one sequence with one setting. */
export interface Choice {
  readonly set: string;
  readonly video: string;
  /** Which of the settings. */
  readonly setting: number;
  readonly run: number;
  readonly online: Score;
  readonly refined: Score;
}

const sets = await Promise.all(process.argv.slice(2).map(loadSet));

process.on('message', ({ video, settings, runs }: ChoiceJob) => {
  const choices: Choice[] = [];
  for (const { name: set, sequences } of sets)
    for (const sequence of sequences.filter(({ name }) => name === video))
      for (let run = 0; run < runs; run++) {
        const { frames, truth } = perturbed(sequence, run);
        settings.forEach(({ minConfidence, ...tracking }, setting) => {
          const online = evaluateSequence(truth, follow(frames, tracking));
          const refined = evaluateSequence(truth, followRefined(frames, tracking, handSetScore, { minConfidence }));
          choices.push({ set, video, setting, run, online, refined });
        });
      }
  process.send!(choices);
});
