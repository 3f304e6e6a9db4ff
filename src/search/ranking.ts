import {
  type CalibratedSimilarity,
  type Cameras,
  cohortOf,
  meanLogOdds,
  sameProbability,
  type Verdict,
  verdictOf,
} from '../appearance/calibration.ts';
import type { PatchIndex } from './index-file.ts';

/** A trajectory that was compared with a picture. */
export interface Ranked {
  readonly id: number;
  /** Probability, 0..1, that it is the person of the picture, of as many candidates as there are. */
  readonly similarity: number;
  readonly verdict: Verdict;
  /** First and last time of the trajectory in seconds. */
  readonly from: number;
  readonly to: number;
  /** File names of its patches, most alike first. */
  readonly patches: readonly string[];
}

/** How a picture is compared with a run. */
export interface RankingOptions {
  /** Whether the picture is by the camera of the run. */
  readonly cameras?: Cameras;
  /** Trajectories searched in all runs. Default: those of the index. */
  readonly candidates?: number;
}

/** The trajectories of an index, those most probably the person of an embedding first. */
export function rank(
  { trajectories }: PatchIndex,
  model: CalibratedSimilarity,
  query: Float32Array,
  { cameras, candidates = trajectories.length }: RankingOptions = {},
): Ranked[] {
  const compared = trajectories.map(({ patches }) => {
    const each = patches.map(({ file, embedding }) => ({
      file,
      logOdds: meanLogOdds(model, query, Float32Array.from(embedding)),
    }));
    const logOdds = each.reduce((sum, patch) => sum + patch.logOdds, 0) / each.length;
    return { logOdds, patches: each.sort((a, b) => b.logOdds - a.logOdds).map(({ file }) => file) };
  });
  const cohort = cohortOf(Float64Array.from(compared, ({ logOdds }) => logOdds));
  return trajectories
    .map(({ id, from, to }, i) => {
      const { logOdds, patches } = compared[i];
      const context = { cameras, cohort, candidates, patches: patches.length };
      const similarity = sameProbability(model.calibration, logOdds, context);
      return { id, from, to, similarity, verdict: verdictOf(similarity), patches };
    })
    .sort((a, b) => b.similarity - a.similarity);
}
