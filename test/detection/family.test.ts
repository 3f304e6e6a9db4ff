import { describe, expect, it } from 'vitest';
import { loadDetector, PREPARATIONS, registerDetectorFamily } from '../../src/detection/index.ts';
import { constantNetwork, findIn, imageInput } from './graphs.ts';

/** A network that writes corners and score of each person as one row, under a name that no known family has. */
const rows = () =>
  constantNetwork(
    [imageInput(64, 64)],
    [{ name: 'my_boxes', dims: [2, 5], data: Float32Array.of(4, 6, 24, 46, 0.9, 4, 6, 24, 46, 0.05) }],
  );

describe('registerDetectorFamily', () => {
  it('makes a family from outside known, in errors too', async () => {
    await expect(loadDetector(rows())).rejects.toThrow(/not a detector of a known family: .*known are CenterNet/);
    registerDetectorFamily('rows', (inputs, outputs) => {
      if (outputs[0]?.name !== 'my_boxes') return undefined;
      return {
        family: 'rows',
        input: { name: inputs[0].name, type: 'float32', ...PREPARATIONS.rgb1 },
        size: { width: 64, height: 64 },
        align: 'topLeft',
        needsNms: true,
        decode({ my_boxes: { data, dims } }, _size, minScore, found) {
          for (let i = 0; i < dims[0]; i++) {
            const [left, top, right, bottom, score] = [0, 1, 2, 3, 4].map((k) => Number(data[5 * i + k]));
            if (score >= minScore) found.add(left, top, right, bottom, score);
          }
        },
      };
    });
    const found = await findIn(rows(), 128, 128);
    expect(found).toEqual({ family: 'rows', rows: [[8, 12, 40, 80, Math.fround(0.9)]] });
    const other = constantNetwork([imageInput(64, 64)], [{ name: 'other', dims: [1], data: new Float32Array(1) }]);
    await expect(loadDetector(other)).rejects.toThrow(/known are rows, CenterNet, /);
  });

  it('is tried before the families that come with twintrack', async () => {
    registerDetectorFamily('none', () => undefined);
    const detector = await loadDetector('rtmdet-nano', { cores: 1 });
    expect(detector.family).toBe('RTMDet');
    await detector.close();
  });
});
