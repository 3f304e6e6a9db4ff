import { describe, expect, it } from 'vitest';
import { type Detections, NO_DETECTIONS, toDetections } from '../../src/core/detections.ts';
import { TwintrackError } from '../../src/core/errors.ts';

const columns = (changes: object = {}): Detections => ({
  length: 2,
  boxes: Float64Array.of(10, 20, 30, 80, 50, 20, 30, 80),
  scores: Float32Array.of(0.9, 0.8),
  ...changes,
});

describe('toDetections', () => {
  it('takes columns as they are', () => {
    const detections = columns({ embeddings: new Float32Array(6) });
    expect(toDetections(detections)).toBe(detections);
    expect(toDetections(NO_DETECTIONS)).toBe(NO_DETECTIONS);
  });

  it('makes columns of rows', () => {
    const { length, boxes, scores, embeddings } = toDetections([
      { box: [10, 20, 30, 80], score: 0.5 },
      { box: Float32Array.of(50, 20, 30, 80), score: 0.25, embedding: [0.5, 1] },
    ]);
    expect([length, ...boxes, ...scores]).toEqual([2, 10, 20, 30, 80, 50, 20, 30, 80, 0.5, 0.25]);
    expect([...embeddings!]).toEqual([Number.NaN, Number.NaN, 0.5, 1]);
    expect(toDetections([])).toEqual(NO_DETECTIONS);
  });

  it.each<[string, unknown, string]>([
    [
      'boxes that are too few',
      columns({ boxes: new Float64Array(4) }),
      'detections.boxes: are 4 numbers for a length of 2',
    ],
    [
      'scores that are too few',
      columns({ scores: new Float32Array(1) }),
      'detections.scores: are 1 numbers for a length of 2',
    ],
    [
      'no scores',
      columns({ scores: undefined }),
      'detections.scores: are missing for a length of 2; give one confidence',
    ],
    ['no length', columns({ length: undefined }), 'detections.length: is missing; give the number of detections'],
    [
      'nested arrays',
      columns({ boxes: [[10, 20, 30, 80]] }),
      'detections.boxes: are nested arrays; give x, y, w, h of all',
    ],
    ['embeddings of no size', columns({ embeddings: new Float32Array(3) }), 'detections.embeddings: are 3 numbers'],
    [
      'parts of the picture',
      columns({ length: 1, boxes: Float64Array.of(0.1, 0.2, 0.05, 0.3), scores: [0.9] }),
      'detections.boxes: are all within 0..1 (the first is 0.1, 0.2, 0.05, 0.3); give pixels: multiply',
    ],
    ['rows of parts', [{ box: [0.1, 0.2, 0.05, 0.3], score: 1 }], 'detections.boxes: are all within 0..1'],
    [
      'a row without a box',
      [{ score: 0.9 }],
      'detections[0].box: is missing, not four numbers; give [x, y, w, h] in pixels',
    ],
    [
      'a row with a corner too many',
      [{ box: [1, 2, 3, 4, 5], score: 1 }],
      'detections[0].box: is [1,2,3,4,5], not four',
    ],
    ['a row without a score', [{ box: [1, 2, 30, 40] }], 'detections[0].score: is missing, not a number'],
    [
      'embeddings of two models',
      [
        { box: [1, 2, 30, 40], score: 1, embedding: [1] },
        { box: [1, 2, 30, 40], score: 1, embedding: [1, 2] },
      ],
      'detections[1].embedding: has 2 numbers where another has 1',
    ],
  ])('refuses %s, naming the field and the fix', (_, detections, message) => {
    const refused = () => toDetections(detections as Detections);
    expect(refused).toThrow(TwintrackError);
    expect(refused).toThrow(message);
  });
});
