import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { inputError } from '../core/errors.ts';
import { type AssociationScore, FEATURE_COUNT } from './features.ts';
import { handSetScore } from './scores/hand-set.ts';
import { learnedScore } from './scores/learned.ts';

/** Parameters of the association stage, with their defaults. */
export const associationParameters = z.strictObject({
  model: z
    .string()
    .default('hand-set')
    .describe('How pairs are scored: hand-set, or a model file of "train association"')
    .meta({ unit: '' }),
});

const column = z.array(z.number()).min(1);
const MODEL = z.object({
  schema: z.literal('twintrack/association'),
  version: z.union([z.literal(1), z.literal(2)]),
  features: z.array(z.string()),
  base: z.number(),
  trees: z.array(
    z
      .object({ feature: column, value: column, left: column, missing: z.array(z.union([z.literal(0), z.literal(1)])) })
      .refine(isTree, 'not a tree'),
  ),
});

/**
 * The score that `association.model` names.
 *
 * @param model `hand-set` (default), the path of a model that `twintrack train association` wrote, or a score, which is returned as
 *   it is
 * @throws TwintrackError when the file cannot be read, is no such model, or was trained on other features
 *
 * @example
 * import { assign, loadAssociation, PairFeatures } from 'twintrack/association';
 *
 * const score = await loadAssociation(); // the hand-set score
 * // a track that is predicted at (12, 20), and two detections
 * const box = Float64Array.of(12, 20, 40, 100);
 * const tracks = {
 *   length: 1,
 *   predicted: box,
 *   last: box,
 *   deviation: Float64Array.of(4, 4),
 *   gap: Float64Array.of(0.04),
 *   span: Float64Array.of(2),
 *   score: Float64Array.of(0.9),
 * };
 * const boxes = Float64Array.of(40, 22, 41, 98, 13, 21, 40, 100);
 * const detections = { length: 2, boxes, scores: Float32Array.of(0.8, 0.9) };
 * const pairs = new PairFeatures();
 * pairs.compute(tracks, Uint8Array.of(1), detections, Uint8Array.of(1, 1), 16);
 * const probabilities = new Float64Array(pairs.length);
 * score.score(pairs, probabilities);
 * pairs.costs.set(probabilities.map((p) => 1 - p));
 * console.log(assign(pairs, 1, 2, 0.9)); // Int32Array(1) [ 1 ]
 */
export async function loadAssociation(model: string | AssociationScore = 'hand-set'): Promise<AssociationScore> {
  if (typeof model !== 'string') return model;
  if (model === 'hand-set') return handSetScore;
  let text: string;
  try {
    text = await readFile(model, 'utf8');
  } catch (cause) {
    const fix = 'give hand-set or a model file of "train association"';
    throw inputError(model, 'cannot be read as an association model', fix, cause);
  }
  try {
    return learnedScore(MODEL.parse(JSON.parse(text)));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw inputError(model, `is no association model: ${reason}`, 'make one with "twintrack train association"', cause);
  }
}

/** Whether the columns are of equal length, and every branch uses a known feature and leads to later nodes, so that every walk ends. */
function isTree({
  feature,
  value,
  left,
  missing,
}: {
  feature: number[];
  value: number[];
  left: number[];
  missing: number[];
}): boolean {
  const n = feature.length;
  if (value.length !== n || left.length !== n || missing.length !== n) return false;
  return feature.every(
    (f, k) =>
      Number.isInteger(f) &&
      f < FEATURE_COUNT &&
      (f < 0 || (Number.isInteger(left[k]) && left[k] > k && left[k] + 1 < n)),
  );
}
