import { afterAll, describe, expect, it } from 'vitest';
import type { Look } from '../../src/detection/detector.ts';
import { loadDetector } from '../../src/detection/index.ts';
import { DetectionSchedule } from '../../src/detection/schedule.ts';
import { forEngines, SelfHealing } from '../../src/live/self-healing.ts';

const detector = new SelfHealing(await loadDetector('rtmdet-nano', { inputPixels: 'auto', cores: 1 }));
afterAll(() => detector.close());

describe('forEngines', () => {
  it('lets the size of the input follow the scene, as in a file', async () => {
    const looks: (Look | undefined)[] = [];
    const shared = forEngines(detector);
    const watched: typeof shared = {
      ...shared,
      async detect(frame, look) {
        looks.push(look);
        const found = await shared.detect(frame, look);
        // someone of half the picture's height, whom the least area keeps high enough
        return { ...found, length: 1, boxes: Float64Array.of(300, 100, 120, 240), scores: Float32Array.of(0.9) };
      },
    };
    const schedule = new DetectionSchedule(watched, { maxRate: 0, emptyRate: 0 });
    const [width, height] = [640, 480];
    const { width: inputWidth, height: inputHeight } = shared.letterbox(width, height)!;
    for (const time of [0, 0.5, 1.5]) {
      const input = new Uint8Array(3 * inputWidth * inputHeight).fill(114);
      await schedule.next({ index: 2 * time, time, width, height, input }).detections;
    }
    expect(looks.map((look) => look?.area)).toEqual([307_200, 307_200, 76_800]);
  });
});
