import { heaviestMatching } from './matching.ts';
import { FOUND, type Overlaps } from './overlaps.ts';

/** Sums behind the Identity metrics; those of several sequences add up to those of all of them. */
export interface IdentityCounts {
  readonly idtp: number;
  readonly idfp: number;
  readonly idfn: number;
}

export const EMPTY_IDENTITY_COUNTS: IdentityCounts = { idtp: 0, idfp: 0, idfn: 0 };

/**
 * Identity measures: E. Ristani et al., "Performance measures and a data set for multi-target, multi-camera tracking", ECCV
 * Workshops 2016: one matching of ground truth ids to result ids over the whole sequence with the fewest boxes wrong. Leaving
 * two ids unmatched costs all their boxes and matching them saves twice their common boxes (IoU ≥ 0.5), so that matching
 * is the one with the most common boxes; it needs no square matrix of all ids.
 */
export function identityCounts(o: Overlaps): IdentityCounts {
  const common = new Float64Array(o.pairTruth.length);
  for (let e = 0; e < o.ious.length; e++) if (o.ious[e] >= FOUND) common[o.pairs[e]]++;
  const { pairTruth, pairResult, truthCounts, resultCounts } = o;
  const resultOf = heaviestMatching(
    pairTruth,
    pairResult,
    common,
    0,
    common.length,
    truthCounts.length,
    resultCounts.length,
  );
  let idtp = 0;
  for (let p = 0; p < common.length; p++) if (resultOf[pairTruth[p]] === pairResult[p]) idtp += common[p];
  const sum = (counts: Int32Array): number => counts.reduce((total, n) => total + n, 0);
  return { idtp, idfp: sum(resultCounts) - idtp, idfn: sum(truthCounts) - idtp };
}
