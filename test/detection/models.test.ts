import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Boxes, iou } from '../../src/core/geometry.ts';
import { type Detections, type DetectorOptions, loadDetector } from '../../src/detection/index.ts';
import { openVideo } from '../../src/video/index.ts';
import { needs } from '../needs.ts';

const sample = fileURLToPath(new URL('../../videos/pets09-s2l1.mp4', import.meta.url));
const FRAMES = 12;

/** The people in the sample's first frames. */
async function detectSample(nameOrFile: string, options: DetectorOptions) {
  const detector = await loadDetector(nameOrFile, { cores: 1, ...options });
  try {
    const video = await openVideo(sample, {
      letterbox: ({ width, height }) => detector.letterbox(width, height),
      maxFrames: FRAMES,
    });
    const found: Detections[] = [];
    for await (const frame of video) found.push(await detector.detect(frame));
    return { family: detector.family, found };
  } finally {
    await detector.close();
  }
}

/** Part of the boxes of `wanted`, over all frames, that some box of `found` overlaps by more than a half. */
function recall(wanted: readonly Detections[], found: readonly Detections[]): number {
  let [all, hit] = [0, 0];
  wanted.forEach(({ boxes, length }, frame) => {
    const other = found[frame];
    for (let i = 0; i < length; i++, all++) {
      if (Array.from({ length: other.length }, (_, j) => iou(boxes, i, other.boxes, j)).some((v) => v > 0.5)) hit++;
    }
  });
  return hit / all;
}

/** Those of a score above .45. */
function sure({ boxes, scores }: Detections): Detections {
  const length = scores.filter((score) => score > 0.45).length;
  return { length, boxes: boxes.subarray(0, 4 * length), scores: scores.subarray(0, length) };
}

describe('on the sample video', () => {
  let suspected: readonly Detections[];
  let reference: readonly Detections[];
  beforeAll(async () => {
    suspected = (await detectSample('rtmdet-nano', { minScore: 0.02 })).found;
    reference = suspected.map(sure);
  });

  test('the embedded detector finds the people', () => {
    expect(reference.length).toBe(FRAMES);
    for (const { boxes, length } of reference) {
      expect(length).toBeGreaterThanOrEqual(3);
      for (let i = 0; i < length; i++) {
        const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
        expect(x >= -5 && y >= -5 && x + w <= 773 && y + h <= 581).toBe(true);
        expect(h).toBeGreaterThan(w);
      }
    }
  });

  test('it finds the same people in a square input', async () => {
    const { found } = await detectSample('rtmdet-nano', { minScore: 0.1, inputSize: { width: 512, height: 512 } });
    expect(recall(reference, found)).toBeGreaterThan(0.9);
  });

  const MODELS = needs(process.env.TWINTRACK_MODELS, 'models of other families: TWINTRACK_MODELS');
  describe('models of other families find the same people', MODELS, () => {
    test.each([
      ['rtmdet_nano', 'RTMDet', 0.95, 0.9],
      ['yolox_nano', 'YOLOX', 0.9, 0.8],
      ['nanodet_m', 'NanoDet', 0.9, 0.8],
      ['fastestdet', 'FastestDet', 0.7, 0.6],
    ])('%s', async (name, family, share, shared) => {
      const result = await detectSample(join(process.env.TWINTRACK_MODELS as string, `${name}.onnx`), {});
      expect(result.family).toBe(family);
      expect(recall(reference, result.found)).toBeGreaterThan(share);
      // And what it is sure of, the embedded one has at least suspected.
      expect(recall(result.found.map(sure), suspected)).toBeGreaterThan(shared);
    });

    test.each(['osnet_x0_25_msmt17', 'person-reidentification-retail-0288', 'person-reidentification-retail-0286'])(
      '%s is refused',
      async (name) => {
        const file = join(process.env.TWINTRACK_MODELS as string, `${name}.onnx`);
        await expect(loadDetector(file)).rejects.toThrow(
          /not a detector of a known family: it takes .* \[.*3, 256, 128\]/,
        );
      },
    );
  });
});

test('finds in a region whom it finds in the whole picture, and none of those who are cut off', async () => {
  const detector = await loadDetector('rtmdet-nano', { cores: 1 });
  const video = await openVideo(sample, {
    letterbox: ({ width, height }) => detector.letterbox(width, height),
    maxFrames: 1,
  });
  for await (const frame of video) {
    const input = frame.input as Uint8Array;
    const again = () => ({ ...frame, input: new Uint8Array(input) });
    const whole = await detector.detect(again());
    const people = Array.from(whole.scores, (score, i) => (score > 0.9 ? i : -1)).filter((i) => i >= 0);
    expect(people.length).toBeGreaterThanOrEqual(3);
    for (const i of people) {
      const [left, top, width, height] = whole.boxes.subarray(4 * i, 4 * i + 4);
      const { boxes, scores, length } = await detector.detect(again(), {
        part: { region: { left, top, width, height }, context: whole.context as Float32Array },
      });
      const j = best(whole.boxes, i, boxes);
      expect(iou(whole.boxes, i, boxes, j)).toBeGreaterThan(0.9);
      expect(scores[j]).toBeGreaterThan(0.8);
      for (let k = 0; k < length; k++) {
        if (scores[k] < 0.5) continue;
        expect(iou(boxes, k, whole.boxes, best(boxes, k, whole.boxes))).toBeGreaterThan(0.7);
      }
    }
  }
  await detector.close();
});

/** The row of `others` that box `i` overlaps most. */
function best(boxes: Boxes, i: number, others: Boxes): number {
  const overlaps = Array.from({ length: others.length / 4 }, (_, j) => iou(boxes, i, others, j));
  return overlaps.indexOf(Math.max(...overlaps));
}
