import { areaUnderCurve } from '../probability-figures.ts';
import { seededRandom } from '../random.ts';
import type { Retrieval } from './figures.ts';
import type { People } from './people.ts';

/** Pairs of each kind that the AUC is estimated from. */
const PAIRS = 20_000;

/** Pairs of pictures and whether they show one person. */
export interface LabelledPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly same: Uint8Array;
}

/** All pairs of one person and all of two people known to be different, or {@link PAIRS} of each, drawn with a fixed seed. */
export function labelledPairs(people: People, rows: Int32Array): LabelledPairs {
  const random = seededRandom(1);
  const kept: [number, number][][] = [[], []];
  const seen = [0, 0];
  const { person, different } = people;
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < i; j++) {
      const [p, q] = [person[rows[i]], person[rows[j]]];
      if (p !== q && different && !different(p, q)) continue;
      const same = Number(p === q);
      // reservoir sampling
      const place = seen[same]++ < PAIRS ? kept[same].length : Math.floor(random() * seen[same]);
      if (place < PAIRS) kept[same][place] = [i, j];
    }
  const pairs = kept.flat();
  return {
    a: Int32Array.from(pairs, ([i]) => i),
    b: Int32Array.from(pairs, ([, j]) => j),
    same: Uint8Array.from(pairs, (_, k) => Number(k >= kept[0].length)),
  };
}

/**
 * Rank-1 and mean average precision: each picture is a query among the others. Where cameras are known, the pictures of the same person
 * by the same camera are left out (the protocol of Market-1501, Zheng et al. 2015). A person's only picture is no query.
 *
 * @param embeddings rows × d, of unit length
 */
export function searchFigures(people: People, rows: Int32Array, embeddings: Float32Array): Omit<Retrieval, 'auc'> {
  const n = rows.length;
  const d = embeddings.length / n;
  const { person, camera } = people;
  const alike = new Float32Array(n);
  let queries = 0;
  let first = 0;
  let precisions = 0;
  for (let i = 0; i < n; i++) {
    const p = person[rows[i]];
    const gallery: number[] = [];
    for (let j = 0; j < n; j++) {
      const q = person[rows[j]];
      if (p === q && (j === i || (camera[rows[i]] >= 0 && camera[rows[i]] === camera[rows[j]]))) continue;
      if (p !== q && people.different && !people.different(p, q)) continue;
      let sum = 0;
      for (let k = 0; k < d; k++) sum += embeddings[i * d + k] * embeddings[j * d + k];
      alike[j] = sum;
      gallery.push(j);
    }
    gallery.sort((a, b) => alike[b] - alike[a]);
    let found = 0;
    let precision = 0;
    gallery.forEach((j, rank) => {
      if (person[rows[j]] === p) precision += ++found / (rank + 1);
    });
    if (found === 0 || found === gallery.length) continue;
    queries++;
    first += Number(person[rows[gallery[0]]] === p);
    precisions += precision / found;
  }
  return { rank1: first / queries, map: precisions / queries };
}

/** {@link Retrieval.auc} of the similarities of pairs. */
export function pairAuc(similarities: Float32Array, { same }: LabelledPairs): number {
  return areaUnderCurve(Float64Array.from(similarities), same);
}

/** Points of the receiver operating characteristic from (0, 0) to (1, 1): false and true positive rates, at most 101. */
export function rocCurve(similarities: Float32Array, { same }: LabelledPairs): [number, number][] {
  const order = Uint32Array.from(similarities.keys()).sort((a, b) => similarities[b] - similarities[a]);
  const positives = same.reduce((sum, label) => sum + label, 0);
  const negatives = same.length - positives;
  const points: [number, number][] = [[0, 0]];
  let [hits, alarms] = [0, 0];
  order.forEach((row, k) => {
    if (same[row]) hits++;
    else alarms++;
    const tied = k + 1 < order.length && similarities[order[k + 1]] === similarities[row];
    const [x] = points[points.length - 1];
    if (!tied && (alarms / negatives >= x + 0.01 || k === order.length - 1))
      points.push([alarms / negatives, hits / positives]);
  });
  return points;
}
