import { seededRandom, shuffled } from '../random.ts';
import type { People } from './people.ts';

/** People a batch, and pictures of each: every picture meets others of its person and many of other people (Hermans et al. 2017). */
const PEOPLE_A_BATCH = 16;
const PICTURES_A_PERSON = 4;
/** With few people, a batch has only this share of them, so that an epoch has enough steps; but at least so many. */
const PART_A_BATCH = 1 / 6;
const FEWEST_A_BATCH = 6;

/**
 * The batches of one epoch: in each, some people in turn and some pictures of each, no picture twice while a person has others. There are
 * as many batches as pictures fill. Where not all people are known to be different, a batch is one person and people known to be different
 * from that one.
 *
 * @param rows the pictures to learn from, as rows of `people`
 * @returns rows, batch by batch
 */
export function makeBatches(
  { person, different }: Pick<People, 'person' | 'different'>,
  rows: Int32Array,
  seed: number,
): Int32Array[] {
  const random = seededRandom(seed);
  const pictures = new Map<number, number[]>();
  for (const i of rows) {
    const own = pictures.get(person[i]);
    if (own) own.push(i);
    else pictures.set(person[i], [i]);
  }
  const all = [...pictures.keys()];
  const part = Math.max(FEWEST_A_BATCH, Math.round(PART_A_BATCH * all.length));
  const size = Math.min(PEOPLE_A_BATCH, part, all.length);
  const turn: number[] = [];
  const count = Math.max(1, Math.round(rows.length / (size * PICTURES_A_PERSON)));
  return Array.from({ length: count }, () => {
    if (turn.length < size)
      turn.unshift(
        ...shuffled(
          all.filter((p) => !turn.includes(p)),
          random,
        ),
      );
    const chosen = different ? withOthers(turn.pop()!, all, different, size, random) : turn.splice(-size);
    return Int32Array.from(
      chosen.flatMap((p) => {
        const own = shuffled(pictures.get(p)!, random);
        return Array.from({ length: PICTURES_A_PERSON }, (_, k) => own[k % own.length]);
      }),
    );
  });
}

/** A person and up to `size` − 1 people known to be different. */
function withOthers(
  person: number,
  all: readonly number[],
  different: (a: number, b: number) => boolean,
  size: number,
  random: () => number,
): number[] {
  const others = all.filter((p) => different(person, p));
  return [person, ...shuffled(others, random).slice(0, size - 1)];
}

/** For each anchor, a picture of the same person and one of another person, as rows of a batch. */
export interface Pairs {
  readonly anchors: Int32Array;
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

/**
 * As many pairs of one person as of two people in a batch. The hardest of an anchor are the least similar picture of the same person and
 * the most similar picture of another (Hermans et al. 2017); the others are drawn at random.
 *
 * @param embeddings n × d
 * @param people n: number of the person in each picture
 * @param hard probability, 0..1, that a pair is the hardest instead of drawn
 * @param different whether two people are known to be different ones
 */
export function minePairs(
  embeddings: Float32Array,
  people: Int32Array,
  hard: number,
  random: () => number,
  different: (a: number, b: number) => boolean = (a, b) => a !== b,
): Pairs {
  const n = people.length;
  const d = embeddings.length / n;
  const alike = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += embeddings[i * d + k] * embeddings[j * d + k];
    return sum;
  };
  const choose = (candidates: number[], score: (j: number) => number): number => {
    if (random() >= hard) return candidates[Math.floor(random() * candidates.length)];
    return candidates.reduce((best, j) => (score(j) > score(best) ? j : best));
  };
  const rows = Array.from({ length: n }, (_, i) => i);
  const anchors: number[] = [];
  const positives: number[] = [];
  const negatives: number[] = [];
  for (const i of rows) {
    const same = rows.filter((j) => j !== i && people[j] === people[i]);
    const others = rows.filter((j) => people[j] !== people[i] && different(people[i], people[j]));
    if (same.length === 0 || others.length === 0) continue;
    anchors.push(i);
    positives.push(choose(same, (j) => -alike(i, j)));
    negatives.push(choose(others, (j) => alike(i, j)));
  }
  return {
    anchors: Int32Array.from(anchors),
    positives: Int32Array.from(positives),
    negatives: Int32Array.from(negatives),
  };
}
