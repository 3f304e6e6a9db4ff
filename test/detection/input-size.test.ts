import { describe, expect, it } from 'vitest';
import type { Detections } from '../../src/core/detections.ts';
import { loadDetector } from '../../src/detection/index.ts';
import { chooseArea, InputSize } from '../../src/detection/input-size.ts';
import { resize } from '../../src/inference/resize.js';
import { letterboxFor } from '../../src/video/letterbox.ts';
import { plainFrame } from './graphs.ts';

/** People of these heights. */
function people(...heights: number[]): Detections {
  const boxes = Float64Array.from(heights.flatMap((h) => [0, 0, h / 2, h]));
  return { length: heights.length, boxes, scores: new Float32Array(heights.length).fill(0.9) };
}

describe('the area of the input', () => {
  it('is the least that keeps the smallest people at 28 pixels', () => {
    // 1920 × 1080 scaled to 307,200 pixels is 0.385 of its height, to 153,600 0.272, to 76,800 0.192
    expect(chooseArea([200], 1920, 1080)).toBe(76_800);
    expect(chooseArea([120, 300], 1920, 1080)).toBe(153_600);
    expect(chooseArea([80, 300], 1920, 1080)).toBe(307_200);
    expect(chooseArea([10], 1920, 1080)).toBe(307_200);
    // one of twenty may be smaller
    expect(chooseArea([10, ...new Array<number>(19).fill(200)], 1920, 1080)).toBe(76_800);
  });

  it('is the largest where nobody is found', () => {
    expect(chooseArea([], 1920, 1080)).toBe(307_200);
  });

  it('is decided by the first second of each minute', async () => {
    const size = new InputSize();
    const areas: number[] = [];
    const frames = [0, 0.5, 1, 30, 59.9, 60, 60.9, 61, 119];
    for (const time of frames) {
      const { area, decides } = size.next({ time, width: 1920, height: 1080 });
      if (decides) size.learn(Promise.resolve(time < 60 ? people(120) : people(300)));
      areas.push(await area);
    }
    expect(areas).toEqual([307_200, 307_200, 153_600, 153_600, 153_600, 307_200, 307_200, 76_800, 76_800]);
  });
});

describe('a smaller picture', () => {
  it('has the means of the larger one where it is half as large, and grey around it', () => {
    const from = letterboxFor(8, 4, 8, 8, 'topLeft');
    const to = letterboxFor(8, 4, 4, 4, 'topLeft');
    const pixels = Uint8Array.from({ length: 3 * 64 }, (_, i) => i % 64);
    const out = new Uint8Array(3 * 16);
    resize(pixels, from, to, out);
    // (0 + 1 + 8 + 9) / 4, …: rows of eight
    expect([...out.subarray(0, 16)]).toEqual([5, 7, 9, 11, 21, 23, 25, 27, ...new Array<number>(8).fill(114)]);
    expect([...out.subarray(16, 32)]).toEqual([...out.subarray(0, 16)]);
  });

  it('is what the network sees, and boxes are those of the source', async () => {
    const detector = await loadDetector('rtmdet-nano', { inputPixels: 'auto', cores: 1, minScore: 0 });
    const whole = plainFrame(detector, 640, 480);
    const { length } = await detector.detect(
      { ...whole, input: new Uint8Array(whole.input as Uint8Array) },
      { area: 76_800 },
    );
    expect(length).toBeGreaterThan(0);
    await detector.close();
  });
});
