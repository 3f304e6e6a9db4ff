import type { Boxes } from './geometry.ts';

/**
 * Who is where in one frame: the stream of these, in frame order, is what the tracker gives to the writers and to the
 * annotated video. Columns; row i of each column is one person.
 */
export interface TrackedFrame {
  /** 0-based frame number in the source. */
  readonly index: number;
  /** Presentation time in seconds since the start of the source. */
  readonly time: number;
  /** Number of people, n. */
  readonly length: number;
  /** n: trajectory ids, positive, never reused within a run. */
  readonly ids: Int32Array;
  /** n × 4: x, y, w, h in source pixels. */
  readonly boxes: Boxes;
  /** n: score of the detection; where predicted, of the last detection. */
  readonly scores: Float32Array;
  /** n: 1 where a detection supports the box, 0 where the box is predicted or filled in. */
  readonly detected: Uint8Array;
}

/** Columns for the people of a frame, to be filled in. */
export function emptyFrame(index: number, time: number, length: number): TrackedFrame {
  return {
    index,
    time,
    length,
    ids: new Int32Array(length),
    boxes: new Float64Array(4 * length),
    scores: new Float32Array(length),
    detected: new Uint8Array(length),
  };
}

/** A person in a frame. */
export interface Person {
  /** Positive, never reused within a run. */
  readonly id: number;
  /** x, y, w, h in source pixels. */
  readonly box: readonly [x: number, y: number, w: number, h: number];
  /** Score of the detection; where the box is filled in, of the last detection. */
  readonly score: number;
  /** Whether a detection supports the box; false where it is predicted or filled in. */
  readonly detected: boolean;
}

/** {@link TrackedFrame} as plain objects. */
export interface PeopleFrame {
  /** 0-based frame number in the source. */
  readonly index: number;
  /** Presentation time in seconds since the start of the source. */
  readonly time: number;
  readonly people: readonly Person[];
}

/** Columns as plain objects. */
export function toPeopleFrame({ index, time, length, ids, boxes, scores, detected }: TrackedFrame): PeopleFrame {
  const people = Array.from({ length }, (_, i): Person => {
    const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
    return { id: ids[i], box: [x, y, w, h], score: scores[i], detected: detected[i] === 1 };
  });
  return { index, time, people };
}

/** Plain objects as columns. */
export function toTrackedFrame({ index, time, people }: PeopleFrame): TrackedFrame {
  return {
    index,
    time,
    length: people.length,
    ids: Int32Array.from(people, ({ id }) => id),
    boxes: Float64Array.from(people.flatMap(({ box }) => [...box])),
    scores: Float32Array.from(people, ({ score }) => score),
    detected: Uint8Array.from(people, ({ detected }) => Number(detected)),
  };
}
