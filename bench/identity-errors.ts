/** Lasting identity errors of a tracker: where a track leaves one person for another for good. */
import type { IdentifiedBoxes } from '../src/evaluation/index.ts';
import { identify } from '../src/learning/labelled-frame.ts';
import { type MotSequence, peopleIn } from '../src/learning/mot-root.ts';
import { trackingParameters } from '../src/tracking/parameters.ts';

/** A new identity lasts when this many matched boxes in a row have it. */
const LASTING = 3;
/** The old person is seen when a track is on them within this time from the change on. */
const SEEN_SECONDS = 0.5;

/**
 * What became of the two people. The old one is seen, by a detection in the frame of the change or by a track soon after, or hidden (or gone). The
 * new one had another track, not longer ago than a track stays lost, or none.
 *
 * - capture: old hidden, new without a track
 * - taken from new: old seen, new without a track
 * - hidden swap: old hidden, new had a track
 * - swap: old seen, new had a track
 */
export const KINDS = ['capture', 'taken from new', 'hidden swap', 'swap'] as const;

export interface IdentityError {
  readonly kind: (typeof KINDS)[number];
  readonly track: number;
  /** The people before and after, ids as in {@link peopleIn}. */
  readonly from: number;
  readonly to: number;
  /** 0-based frames: of the last box on the old person, of the first on the new one, and of the last before the track ends or changes again. */
  readonly last: number;
  readonly frame: number;
  readonly until: number;
}

/** A box of a track that is on a person. */
interface Hit {
  readonly frame: number;
  readonly track: number;
  readonly person: number;
}

/**
 * Finds the lasting identity errors. A box of a track is on the person that it is matched with at IoU ≥ 0.5; people may be such that a result need
 * not find.
 */
export function identityErrors(sequence: MotSequence, tracks: IdentifiedBoxes): IdentityError[] {
  const { lostSeconds, lowScore } = trackingParameters.parse({});
  const { frames, frameRate } = sequence;
  const hits = hitsOf(sequence, tracks);
  const ofPerson = groupBy(hits, ({ person }) => person);
  /** Whether a track, another one than given, is on a person at some time between two frames. */
  const tracked = (person: number, track: number, first: number, end: number): boolean =>
    ofPerson.get(person)!.some((hit) => hit.track !== track && hit.frame >= first && hit.frame <= end);
  const errors: IdentityError[] = [];
  for (const [track, own] of groupBy(hits, (hit) => hit.track)) {
    let identity = 0;
    let last = -1;
    own.forEach(({ frame, person }, i) => {
      if (
        person !== identity &&
        own.length >= i + LASTING &&
        own.slice(i, i + LASTING).every((hit) => hit.person === person)
      ) {
        if (identity > 0) {
          const { detections, identities } = frames[frame];
          const detected = identities.some((id, j) => id === identity && detections.scores[j] >= lowScore);
          const seen = detected || tracked(identity, track, frame, frame + SEEN_SECONDS * frameRate);
          const had = tracked(person, track, frame - lostSeconds * frameRate, frame - 1);
          const kind = KINDS[(had ? 2 : 0) + (seen ? 1 : 0)];
          errors.push({ kind, track, from: identity, to: person, last, frame, until: frame });
        }
        identity = person;
      }
      if (person !== identity) return;
      last = frame;
      const error = errors.at(-1);
      if (error?.track === track) errors[errors.length - 1] = { ...error, until: frame };
    });
  }
  return errors;
}

function hitsOf({ frames, truth }: MotSequence, tracks: IdentifiedBoxes): Hit[] {
  const rowsOf = frames.map((): number[] => []);
  for (const [row, frame] of tracks.frames.entries()) rowsOf[frame].push(row);
  return rowsOf.flatMap((rows, frame) => {
    const boxes = Float64Array.from(rows.flatMap((row) => [...tracks.boxes.subarray(4 * row, 4 * row + 4)]));
    const detections = { length: rows.length, boxes, scores: new Float32Array(rows.length) };
    const people = identify(detections, ...peopleIn(truth, frame));
    const all = rows.map((row, j) => ({ frame, track: tracks.ids[row], person: people[j] }));
    return all.filter(({ person }) => person > 0);
  });
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
