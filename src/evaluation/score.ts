import { type ClearCounts, clearCounts, EMPTY_CLEAR_COUNTS } from './clear.ts';
import type { GroundTruth } from './ground-truth.ts';
import { ALPHAS, emptyHotaCounts, type HotaCounts, hotaCounts } from './hota.ts';
import { EMPTY_IDENTITY_COUNTS, type IdentityCounts, identityCounts } from './identity.ts';
import { findOverlaps, type Overlaps } from './overlaps.ts';
import type { IdentifiedBoxes } from './rows.ts';

/** The three families of metrics. */
export type MetricFamily = 'hota' | 'clear' | 'identity';

/** Counts of one sequence or of several; a family that was not asked for is absent. */
export interface Score {
  readonly hota?: HotaCounts;
  readonly clear?: ClearCounts;
  readonly identity?: IdentityCounts;
}

/** The figures of each family by TrackEval's names: percentages 0..100 (MOTA may be below 0) and counts. */
export const FIGURE_NAMES = {
  hota: ['HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA', 'HOTA(0)', 'LocA(0)'],
  clear: ['MOTA', 'MOTP', 'TP', 'FP', 'FN', 'IDSW', 'Frag', 'MT', 'PT', 'ML'],
  identity: ['IDF1', 'IDP', 'IDR', 'IDTP', 'IDFP', 'IDFN'],
} as const;
export type FigureName = (typeof FIGURE_NAMES)[MetricFamily][number];

/** Figures of the families that were computed. */
export type Figures = Partial<Record<FigureName, number>>;

/**
 * Scores results against ground truth.
 *
 * @param gt made once by `prepareGroundTruth` or `readGroundTruth`
 * @param results boxes with identities in any order, 0-based frames
 * @param options.metrics which families to compute, all by default
 * @throws TwintrackError for a result past the end of the sequence or an id twice in a frame
 *
 * @example
 * import { evaluateSequence, figures, prepareGroundTruth } from 'twintrack/evaluation';
 *
 * const frames = Int32Array.of(0, 1);
 * const boxes = Float64Array.of(10, 20, 30, 60, 12, 20, 30, 60); // x, y, w, h in pixels
 * const gt = prepareGroundTruth({ frames, ids: Int32Array.of(1, 1), boxes }); // once, for many results
 * console.log(figures(evaluateSequence(gt, { frames, ids: Int32Array.of(5, 6), boxes })).IDF1); // 50
 */
export function evaluateSequence(
  gt: GroundTruth,
  results: IdentifiedBoxes,
  options: { readonly metrics?: readonly MetricFamily[] } = {},
): Score {
  return scoreOf(findOverlaps(gt, results), options.metrics);
}

/** The counts of what results and ground truth have in common. */
export function scoreOf(overlaps: Overlaps, metrics: readonly MetricFamily[] = ['hota', 'clear', 'identity']): Score {
  return {
    ...(metrics.includes('hota') && { hota: hotaCounts(overlaps) }),
    ...(metrics.includes('clear') && { clear: clearCounts(overlaps) }),
    ...(metrics.includes('identity') && { identity: identityCounts(overlaps) }),
  };
}

/** The score of several sequences together: all counts added, as if they were one long sequence with no person in common. */
export function combine(scores: readonly Score[]): Score {
  const has = (family: MetricFamily): boolean => scores.length > 0 && scores.every((score) => score[family]);
  return {
    ...(has('hota') && { hota: scores.map((s) => s.hota!).reduce(addHota, emptyHotaCounts()) }),
    ...(has('clear') && { clear: scores.map((s) => s.clear!).reduce(addRecords, EMPTY_CLEAR_COUNTS) }),
    ...(has('identity') && { identity: scores.map((s) => s.identity!).reduce(addRecords, EMPTY_IDENTITY_COUNTS) }),
  };
}

/** The figures of a score. Where there is nothing to divide by, a figure is 0 (LocA 100), never NaN. */
export function figures({ hota, clear, identity }: Score): Figures {
  const result: Figures = {};
  if (hota) {
    const curves = hotaCurves(hota);
    for (const name of ['HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA'] as const)
      result[name] = curves[name].reduce((sum, v) => sum + v, 0) / ALPHAS.length;
    result['HOTA(0)'] = curves.HOTA[0];
    result['LocA(0)'] = curves.LocA[0];
  }
  if (clear) {
    const { tp, fn, fp, idsw, frag, mt, pt, ml, overlap } = clear;
    const ratios = { MOTA: percent(tp - fp - idsw, tp + fn), MOTP: percent(overlap, tp) };
    Object.assign(result, ratios, { TP: tp, FP: fp, FN: fn, IDSW: idsw, Frag: frag, MT: mt, PT: pt, ML: ml });
  }
  if (identity) {
    const { idtp, idfp, idfn } = identity;
    const ratios = {
      IDF1: percent(idtp, idtp + (idfp + idfn) / 2),
      IDP: percent(idtp, idtp + idfp),
      IDR: percent(idtp, idtp + idfn),
    };
    Object.assign(result, ratios, { IDTP: idtp, IDFP: idfp, IDFN: idfn });
  }
  return result;
}

/** HOTA and its parts in percent, and the thresholds α they are at. */
export type HotaCurves = Record<
  'alpha' | 'HOTA' | 'DetA' | 'AssA' | 'DetRe' | 'DetPr' | 'AssRe' | 'AssPr' | 'LocA',
  readonly number[]
>;

/** HOTA and its parts at each threshold. */
export function hotaCurves(c: HotaCounts): HotaCurves {
  const at = (value: (a: number) => number): number[] => Array.from(ALPHAS, (_, a) => value(a));
  const DetA = at((a) => percent(c.tp[a], c.tp[a] + c.fn[a] + c.fp[a]));
  const AssA = at((a) => percent(c.association[a], c.tp[a]));
  return {
    alpha: at((a) => Math.round(100 * ALPHAS[a]) / 100),
    HOTA: at((a) => Math.sqrt(DetA[a] * AssA[a])),
    DetA,
    AssA,
    DetRe: at((a) => percent(c.tp[a], c.tp[a] + c.fn[a])),
    DetPr: at((a) => percent(c.tp[a], c.tp[a] + c.fp[a])),
    AssRe: at((a) => percent(c.associationRecall[a], c.tp[a])),
    AssPr: at((a) => percent(c.associationPrecision[a], c.tp[a])),
    LocA: at((a) => (c.tp[a] > 0 ? percent(c.overlap[a], c.tp[a]) : 100)),
  };
}

function percent(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : 0;
}

function addHota(a: HotaCounts, b: HotaCounts): HotaCounts {
  const sum = emptyHotaCounts();
  for (const key of Object.keys(sum) as (keyof HotaCounts)[])
    for (let i = 0; i < ALPHAS.length; i++) sum[key][i] = a[key][i] + b[key][i];
  return sum;
}

function addRecords<T extends object>(a: T, b: T): T {
  const sum = { ...a } as Record<string, number>;
  for (const [key, value] of Object.entries(b)) sum[key] += value as number;
  return sum as T;
}
