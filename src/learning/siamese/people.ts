import { inputError } from '../../core/errors.ts';
import { seededRandom, shuffled } from '../random.ts';

/** Pictures of people with their identities. Row i of each column is one picture. */
export interface People {
  /** Number of pictures, n. */
  readonly length: number;
  /** n patches: planes R, G, B of bytes each. */
  readonly patches: Uint8Array;
  /** n: number of the person, from 0. */
  readonly person: Int32Array;
  /** n: number of the camera, from 0; −1 where it is not known. */
  readonly camera: Int32Array;
  /** Number of people. */
  readonly count: number;
  /** Whether two numbers are known to stand for different people. Without it, all of them do. */
  readonly different?: (a: number, b: number) => boolean;
}

/** Pictures to learn from and pictures of other people to validate with, as rows of {@link People}. */
export interface Split {
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/** Share of the people with two pictures or more that is held out. */
const HELD_OUT = 0.15;
/** More people than this make validation slow, not better. */
const MOST_HELD_OUT = 100;

/**
 * Holds out some of the people, chosen by a fixed seed. A person with a single picture is learned from, as different from the others.
 *
 * @param subject what the people were read from, for messages
 * @throws TwintrackError when too few people have two pictures
 */
export function splitPeople(subject: string, { length, person, count }: People): Split {
  const pictures = new Int32Array(count);
  for (const p of person) pictures[p]++;
  const fix = 'learning needs two or more pictures each of four people or more';
  if (count < 2) throw inputError(subject, count === 0 ? 'shows no people' : 'shows one person only', fix);
  const several = Array.from({ length: count }, (_, p) => p).filter((p) => pictures[p] > 1);
  const order = shuffled(several, seededRandom(1));
  if (order.length === 0)
    throw inputError(subject, 'has one picture only of each person: no pair shows one person', fix);
  if (order.length < 4) throw inputError(subject, `has two pictures or more of ${order.length} people only`, fix);
  const kept = new Set(order.slice(0, Math.min(MOST_HELD_OUT, Math.max(2, Math.round(HELD_OUT * order.length)))));
  const rows = Array.from({ length }, (_, i) => i);
  return {
    training: Int32Array.from(rows.filter((i) => !kept.has(person[i]))),
    heldOut: Int32Array.from(rows.filter((i) => kept.has(person[i]))),
  };
}
