import { inputError } from './errors.ts';
import type { Boxes } from './geometry.ts';

/** The people found in one frame, as columns. */
export interface Detections {
  /** Number of detections, n. */
  readonly length: number;
  /** n × 4: x, y, w, h in source pixels; may reach beyond the picture. */
  readonly boxes: Boxes;
  /** n: confidence, 0..1 for a neural detector, any finite number from a detection file. */
  readonly scores: Float32Array;
  /** n × d appearance embeddings, row by row, when the appearance stage has run; NaN in the rows of detections without one. */
  readonly embeddings?: Float32Array;
}

/** One person found in a frame, as a row. */
export interface DetectionRow {
  /** x, y, w, h in source pixels. */
  readonly box: ArrayLike<number>;
  /** Confidence, 0..1. */
  readonly score: number;
  /** d numbers; all rows of a tracker's life have as many. */
  readonly embedding?: ArrayLike<number> | undefined;
}

/** Detections of a frame without people. */
export const NO_DETECTIONS: Detections = { length: 0, boxes: new Float64Array(0), scores: new Float32Array(0) };

/**
 * Detections as columns, checked.
 *
 * @param detections columns, or rows of objects
 * @throws TwintrackError naming the field, what is wrong with it, and the fix
 */
export function toDetections(detections: Detections | readonly DetectionRow[]): Detections {
  if (!isRows(detections)) {
    checkColumns(detections);
    return detections;
  }
  const length = detections.length;
  const boxes = new Float64Array(4 * length);
  const scores = new Float32Array(length);
  detections.forEach((row, i) => {
    const place = `detections[${i}]`;
    if (row?.box?.length !== 4)
      throw inputError(`${place}.box`, `is ${shown(row?.box)}, not four numbers`, 'give [x, y, w, h] in pixels');
    if (typeof row.score !== 'number')
      throw inputError(`${place}.score`, `is ${shown(row.score)}, not a number`, 'give the confidence, 0 to 1');
    boxes.set(row.box, 4 * i);
    scores[i] = row.score;
  });
  checkPixels(boxes, length);
  const embedded = detections.find(({ embedding }) => embedding)?.embedding;
  if (!embedded) return { length, boxes, scores };
  const dimensions = embedded.length;
  const embeddings = new Float32Array(length * dimensions).fill(Number.NaN);
  detections.forEach(({ embedding }, i) => {
    if (!embedding) return;
    if (embedding.length !== dimensions)
      throw inputError(
        `detections[${i}].embedding`,
        `has ${embedding.length} numbers where another has ${dimensions}`,
        'give embeddings of one model',
      );
    embeddings.set(embedding, i * dimensions);
  });
  return { length, boxes, scores, embeddings };
}

function isRows(detections: Detections | readonly DetectionRow[]): detections is readonly DetectionRow[] {
  return Array.isArray(detections);
}

function checkColumns({ length, boxes, scores, embeddings }: Detections): void {
  if (!(Number.isInteger(length) && length >= 0))
    throw inputError(
      'detections.length',
      `is ${shown(length)}`,
      'give the number of detections, or an array of { box, score }',
    );
  const wanted = 'give x, y, w, h of all boxes one after the other, as one Float64Array, or an array of { box, score }';
  if (typeof boxes?.[0] === 'object') throw inputError('detections.boxes', 'are nested arrays', wanted);
  if (boxes?.length !== 4 * length)
    throw inputError('detections.boxes', `${count(boxes)} for a length of ${length}`, wanted);
  if (scores?.length !== length)
    throw inputError(
      'detections.scores',
      `${count(scores)} for a length of ${length}`,
      'give one confidence a box, 0 to 1',
    );
  if (embeddings && length > 0 && (embeddings.length === 0 || embeddings.length % length !== 0))
    throw inputError('detections.embeddings', `${count(embeddings)} for a length of ${length}`, 'give as many a box');
  checkPixels(boxes, length);
}

/** A person is larger than a pixel: boxes with an area that all lie within 0..1 are parts of the picture. */
function checkPixels(boxes: Boxes, length: number): void {
  for (let i = 0; i < length; i++) {
    const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
    if (!(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 1.001 && y + h <= 1.001)) return;
  }
  if (length === 0) return;
  throw inputError(
    'detections.boxes',
    `are all within 0..1 (the first is ${boxes.subarray(0, 4).join(', ')})`,
    'give pixels: multiply x and w by the width of the picture, y and h by its height',
  );
}

function count(column: ArrayLike<number> | undefined): string {
  return column === undefined ? 'are missing' : `are ${column.length} numbers`;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
