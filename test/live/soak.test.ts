import { afterEach, describe, expect, it } from 'vitest';
import { endAll, needing } from './rig.ts';
import { soak } from './soak.ts';

afterEach(endAll);

describe('four cameras with all outputs, for two minutes', needing('camera', 'broker'), () => {
  it('leave nothing behind while one of them dies again and again', async () => {
    // a small input, so that a slow machine keeps up
    const { frames, reconnects, trends } = await soak(2, { more: ['--set', 'detection.inputPixels=60000'] });
    expect(frames).toBeGreaterThan(100);
    expect(reconnects).toBeGreaterThanOrEqual(2);
    // a decoder for each camera, a recorder for each, a picture encoder for each, and one that comes while another goes
    expect(trends.processes.whole.most).toBeLessThanOrEqual(13);
    expect(trends.files.whole.most - trends.files.whole.least).toBeLessThan(20);
    expect(trends.heap.whole.most).toBeLessThan(100);
  }, 600_000);
});
