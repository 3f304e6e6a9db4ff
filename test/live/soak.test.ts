import { afterEach, describe, expect, it } from 'vitest';
import { endAll, needing } from './rig.ts';
import { soak } from './soak.ts';

afterEach(endAll);

describe('two cameras with all outputs, for two minutes', needing('camera', 'broker'), () => {
  it('leave nothing behind while one of them dies again and again', async () => {
    // a small input, so that a slow machine keeps up
    const { frames, reconnects, processes, files, heap } = await soak(2, ['--set', 'detection.inputPixels=60000']);
    expect(frames).toBeGreaterThan(100);
    expect(reconnects).toBeGreaterThanOrEqual(2);
    // a decoder for each camera, a recorder for each, a picture encoder for each, and one that comes while another goes
    expect(processes.most).toBeLessThanOrEqual(7);
    expect(files.most - files.least).toBeLessThan(20);
    expect(heap.most).toBeLessThan(100);
  }, 600_000);
});
