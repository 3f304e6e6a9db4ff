import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildRtmdet } from '../../scripts/build-models.ts';
import { loadDetector } from '../../src/detection/index.ts';
import { openVideo } from '../../src/video/index.ts';
import { needs } from '../needs.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const model = readFileSync(file('models/rtmdet-nano-person.onnx'));
const models = process.env.TWINTRACK_MODELS;

const WHOLE = new Tensor('float32', [1], [1]);
/** Zeros. */
const floats = (...dims: number[]) => new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b)), dims);

describe('the shipped detector', () => {
  test('is the one that its card describes', () => {
    const card = readFileSync(file('models/rtmdet-nano-person.md'), 'utf8');
    expect(card).toContain(createHash('sha256').update(model).digest('hex'));
    expect(card).toContain(`${model.length.toLocaleString('en')} bytes`);
  });

  describe(
    'beside the file it is made from',
    needs(models, 'the source of the shipped detector: TWINTRACK_MODELS'),
    () => {
      const source = () => join(models as string, 'rtmdet_nano.onnx');

      test('is what the script makes of it, byte for byte', () => {
        expect(Buffer.compare(buildRtmdet(readFileSync(source())), model)).toBe(0);
      });

      test('finds the same people', async () => {
        // the source's own NMS drops what overlaps by more than 0.6, and it gives no score below 0.05
        const settings = { nmsIou: 0.6, minScore: 0.1, cores: 1, inputSize: { width: 448, height: 352 } };
        const find = async (detector: string) => {
          const { detect, letterbox, close } = await loadDetector(detector, settings).then((d) => ({
            detect: d.detect.bind(d),
            letterbox: d.letterbox.bind(d),
            close: d.close.bind(d),
          }));
          const video = await openVideo(file('videos/pets09-s2l1.mp4'), {
            letterbox: ({ width, height }) => letterbox(width, height),
            maxFrames: 20,
          });
          const found = [];
          for await (const frame of video) found.push(await detect(frame));
          await close();
          return found;
        };
        const [ours, theirs] = [await find('rtmdet-nano'), await find(source())];
        for (const [i, { length, boxes, scores }] of ours.entries()) {
          expect(length).toBe(theirs[i].length);
          for (let k = 0; k < length; k++) expect(scores[k]).toBeCloseTo(theirs[i].scores[k], 3);
          for (let k = 0; k < 4 * length; k++) expect(Math.abs(boxes[k] - theirs[i].boxes[k])).toBeLessThan(0.1);
        }
      });
    },
  );

  describe('its graph', () => {
    let session: InferenceSession;
    beforeAll(async () => {
      session = await InferenceSession.create(model);
    });

    test.each([
      [1, 512, 512],
      [1, 96, 32],
      [2, 64, 160],
    ])('takes %i × %i × %i and gives maps of three strides', async (batch, width, height) => {
      const picture = new Tensor('uint8', new Uint8Array(batch * 3 * width * height).fill(127), [
        batch,
        3,
        height,
        width,
      ]);
      const outputs = await session.run({ picture, means: floats(batch, 480, 1, 1), whole: WHOLE });
      for (const stride of [8, 16, 32]) {
        expect(outputs[`cls_${stride}`].dims).toEqual([batch, 1, height / stride, width / stride]);
        expect(outputs[`reg_${stride}`].dims).toEqual([batch, 4, height / stride, width / stride]);
      }
      expect(outputs.means_taken.dims).toEqual([batch, 480, 1, 1]);
    });

    test('takes the means it is given, and gives the same people for those it gave', async () => {
      const pixels = Uint8Array.from({ length: 3 * 96 * 64 }, (_, i) => (i * i) % 251);
      const picture = new Tensor('uint8', pixels, [1, 3, 64, 96]);
      const own = await session.run({ picture, means: floats(1, 480, 1, 1), whole: WHOLE });
      const again = await session.run({ picture, means: own.means_taken, whole: floats(1) });
      for (const name of session.outputNames) expect(again[name].data).toEqual(own[name].data);
      const others = await session.run({ picture, means: floats(1, 480, 1, 1), whole: floats(1) });
      expect(others.means_taken.data).toEqual(new Float32Array(480));
      expect(others.cls_8.data).not.toEqual(own.cls_8.data);
    });
  });
});
