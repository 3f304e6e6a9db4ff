import { describe, expect, test } from 'vitest';
import { constantNetwork, findIn, imageInput, type Output, rounded } from './graphs.ts';

/*
 * Each network says "one person at this place" in the language of its family, in an input of 128 × 96 (or 64 × 64) pixels for
 * a picture of 256 × 96 (scaled by 1/2 to 128 × 48, so 24 rows of padding above when centred, 48 below when top left).
 */

const input = imageInput(128, 96);
/** Cells of the strides 8, 16 and 32 over 128 × 96. */
const CELLS = 16 * 12 + 8 * 6 + 4 * 3;

describe('the person of a synthetic network comes out where it was put, to a pixel', () => {
  test('CenterNet', async () => {
    const heat = new Float32Array(32 * 24);
    const sides = new Float32Array(4 * 32 * 24);
    heat[10 * 32 + 20] = 0.9; // centre at (80, 40)
    heat[10 * 32 + 21] = 0.3; // a slope of the same hill: no peak of its own, and a vote of (.3 / .9)² against 1
    [10, 12, 14, 20].forEach((distance, i) => {
      sides[i * 768 + 10 * 32 + 20] = distance;
      sides[i * 768 + 10 * 32 + 21] = distance + (i === 0 ? 4 : i === 2 ? -4 : 0);
    });
    const file = constantNetwork(
      [{ name: 'image', type: 'uint8', dims: [1, 3, 'height', 'width'] }],
      [
        { name: 'keypoints', dims: [1, 1, 24, 32], data: heat, declared: [1, 1, 'h', 'w'] },
        { name: 'wh', dims: [1, 4, 24, 32], data: sides, declared: [1, 4, 'h', 'w'] },
      ],
    );
    const { family, rows } = await findIn(file, 256, 96, { inputSize: { width: 128, height: 96 } });
    expect(family).toBe('CenterNet');
    // left 70, top 28, right 94, bottom 60 in the input
    expect(rounded(rows)).toEqual([[140, 8, 48, 64, 0.9]]);
  });

  test('CenterNet takes one of two equal neighbours, and peaks at the border', async () => {
    const heat = new Float32Array(64);
    heat[0] = heat[1] = 0.5;
    heat[63] = 0.7;
    const file = constantNetwork(
      [{ name: 'image', type: 'uint8', dims: [1, 3, 32, 32] }],
      [
        { name: 'hm', dims: [1, 1, 8, 8], data: heat },
        { name: 'box', dims: [1, 4, 8, 8], data: new Float32Array(256).fill(4) },
      ],
    );
    const { rows } = await findIn(file, 32, 32);
    expect(rounded(rows)).toEqual([
      [24, 24, 8, 8, 0.7],
      [-2, -4, 8, 8, 0.5],
    ]);
  });

  test('NanoDet, scores and distributions apart', async () => {
    const outputs: Output[] = [8, 16, 32].flatMap((stride) => {
      const cells = (128 / stride) * (96 / stride);
      const scores = new Float32Array(cells * 80);
      const sides = new Float32Array(cells * 32);
      if (stride === 16) {
        scores[(2 * 8 + 3) * 80] = 0.8; // cell (3, 2), centre (56, 40)
        scores[(2 * 8 + 4) * 80 + 1] = 0.8; // not a person
        // Logits that put all weight on bin 1 for the left, bin 2 for the top, half and half on 1 and 2 for the right …
        const at = (2 * 8 + 3) * 32;
        for (const bin of [1, 8 + 2, 16 + 1, 16 + 2, 24 + 1]) sides[at + bin] = 100;
      }
      return [
        { name: `scores${stride}`, dims: [1, cells, 80], data: scores },
        { name: `sides${stride}`, dims: [1, cells, 32], data: sides },
      ];
    });
    const { family, rows } = await findIn(constantNetwork([input], outputs), 256, 96);
    expect(family).toBe('NanoDet');
    // left 40, top 8, right 80, bottom 56
    expect(rounded(rows)).toEqual([[80, -32, 80, 96, 0.8]]);
  });

  test('NanoDet-Plus, all in one', async () => {
    const cells = CELLS + 2 * 2;
    const data = new Float32Array(cells * 112);
    const at = (16 * 12 + 8 * 6 + 4 + 1) * 112; // stride 32, cell (1, 1): corner (32, 32)
    data[at] = 0.75;
    for (const bin of [1, 8 + 1, 16 + 1, 24 + 1]) data[at + 80 + bin] = 100;
    const file = constantNetwork([input], [{ name: 'output', dims: [1, cells, 112], data }]);
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('NanoDet');
    expect(rounded(rows)).toEqual([[0, -48, 128, 128, 0.75]]);
  });

  test('YOLOX', async () => {
    const data = new Float32Array(CELLS * 85);
    const at = (16 * 12 + 2 * 8 + 3) * 85; // stride 16, cell (3, 2)
    data.set([0.25, 0.5, Math.log(2), Math.log(3), 0.9, 0.8], at); // centre (52, 40), 32 × 48
    data.set([0, 0, 0, 0, 0.9, 0.1, 0.9], at + 85); // not a person
    const file = constantNetwork([input], [{ name: 'output', dims: [1, CELLS, 85], data }]);
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('YOLOX');
    expect(rounded(rows)).toEqual([[72, 32, 64, 96, 0.72]]);
  });

  test.each([
    ['fixed', input, undefined],
    ['dynamic', imageInput('width', 'height'), [1, 84, 'cells'] as const],
  ])('YOLOv8, %s size', async (_, image, declared) => {
    const data = new Float32Array(84 * CELLS);
    [60, 50, 20, 40, 0.6].forEach((value, row) => {
      data[row * CELLS + 7] = value;
      data[row * CELLS + 8] = value - (row === 4 ? 0.1 : 1); // the same person again
    });
    data[5 * CELLS + 30] = 0.9; // not a person
    const output = { name: 'output0', dims: [1, 84, CELLS], data, ...(declared ? { declared } : {}) };
    const file = constantNetwork([image], [output]);
    const { family, rows } = await findIn(file, 256, 96, { inputSize: { width: 128, height: 96 } });
    expect(family).toBe('YOLO');
    expect(rounded(rows)).toEqual([[100, 12, 40, 80, 0.6]]);
  });

  test('YOLOv5', async () => {
    const data = new Float32Array(3 * CELLS * 85);
    data.set([60, 50, 20, 40, 0.8, 0.5], 100 * 85);
    const file = constantNetwork([input], [{ name: 'output0', dims: [1, 3 * CELLS, 85], data }]);
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('YOLO');
    expect(rounded(rows)).toEqual([[100, 12, 40, 80, 0.4]]);
  });

  test('YOLO end to end', async () => {
    const data = new Float32Array(300 * 6);
    data.set([50, 30, 70, 70, 0.6, 0, 50, 30, 70, 70, 0.9, 3]);
    const file = constantNetwork([input], [{ name: 'output0', dims: [1, 300, 6], data }]);
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('YOLO');
    expect(rounded(rows)).toEqual([[100, 12, 40, 80, 0.6]]);
  });

  test('RTMDet', async () => {
    const file = constantNetwork(
      [imageInput('width', 'height', 'input')],
      [
        {
          name: 'dets',
          dims: [1, 3, 5],
          data: Float32Array.of(...LOW, ...PERSON, ...CAR),
          declared: ['b', 'n', 'five'],
        },
        { name: 'labels', dims: [1, 3], data: BigInt64Array.of(0n, 0n, 2n), declared: ['b', 'n'] },
      ],
    );
    const { family, rows } = await findIn(file, 256, 96, { inputSize: { width: 128, height: 96 } });
    expect(family).toBe('RTMDet');
    expect(rounded(rows)).toEqual([[100, 60, 40, 80, 0.6]]);
  });

  test.each([
    ['RT-DETR (sigmoid, person first)', 80, 0, [0, 2, -9], 1 / (1 + Math.exp(-2))],
    ['RF-DETR (sigmoid, 91 ids)', 91, 1, [9, 2, -9], 1 / (1 + Math.exp(-2))],
    ['DETR (softmax, 91 ids and none)', 92, 1, [0, 3, 0], Math.exp(3) / (Math.exp(3) + 91)],
  ])('%s', async (_, classes, person, [other, here, elsewhere], score) => {
    const logits = new Float32Array(2 * classes).fill(classes === 92 ? 0 : -9);
    if (person === 1) logits[0] = other;
    logits[person] = here;
    logits[classes + person] = elsewhere;
    const boxes = Float32Array.of(0.5, 0.5, 0.25, 0.25, 0.1, 0.1, 0.1, 0.1);
    const file = constantNetwork(
      [imageInput(128, 96, 'pixel_values')],
      [
        { name: 'logits', dims: [1, 2, classes], data: logits },
        { name: 'pred_boxes', dims: [1, 2, 4], data: boxes },
      ],
    );
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('DETR');
    // centre (64, 48), 32 × 24 in the input
    expect(rounded(rows)).toEqual(rounded([[96, 24, 64, 48, score]]));
  });

  test('RT-DETR and D-FINE, decoded', async () => {
    const file = constantNetwork(
      [input, { name: 'orig_target_sizes', type: 'int64', dims: [1, 2] }],
      [
        { name: 'labels', dims: [1, 2], data: BigInt64Array.of(0n, 2n) },
        { name: 'boxes', dims: [1, 2, 4], data: Float32Array.of(50, 30, 70, 70, 50, 30, 70, 70) },
        { name: 'scores', dims: [1, 2], data: Float32Array.of(0.6, 0.9) },
      ],
    );
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('DETR');
    expect(rounded(rows)).toEqual([[100, 12, 40, 80, 0.6]]);
  });

  test('FastestDet', async () => {
    const data = new Float32Array(85 * 48);
    const cell = 2 * 8 + 3;
    const logit = (p: number) => Math.log(p / (1 - p));
    [0.9, Math.atanh(0.5), Math.atanh(0.25), logit(0.25), logit(0.5), 0.8].forEach((value, channel) => {
      data[channel * 48 + cell] = value;
    });
    const file = constantNetwork([input], [{ name: 'out', dims: [1, 85, 6, 8], data }]);
    const { family, rows } = await findIn(file, 256, 96);
    expect(family).toBe('FastestDet');
    // centre (56, 36), 32 × 48
    expect(rounded(rows)).toEqual(rounded([[80, -24, 64, 96, 0.9 ** 0.6 * 0.8 ** 0.4]]));
  });
});

const PERSON = [50, 30, 70, 70, 0.6];
const LOW = [0, 0, 9, 9, 0.05];
const CAR = [50, 30, 70, 70, 0.9];
