import { afterEach, describe, expect, it } from 'vitest';
import type { Detections } from '../../src/detection/index.ts';
import { DetectorScheduler } from '../../src/live/scheduler.ts';
import { slowness } from '../machine.ts';
import { endAll, needing, standIn } from './rig.ts';
import { share, slow } from './scenarios.ts';

afterEach(endAll);

const frame = (index: number) => ({ index, time: index, elapsed: index, width: 8, height: 8 });
const NOBODY: Detections = { length: 0, boxes: new Float64Array(0), scores: new Float32Array(0) };
const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('DetectorScheduler', () => {
  /** A detector that answers when it is told to, in whatever order. */
  const byHand = () => {
    const asked: { index: number; answer: (failure?: Error) => void }[] = [];
    const detect = ({ index }: { readonly index: number }) =>
      new Promise<Detections>((resolve, reject) => {
        asked.push({ index, answer: (failure) => (failure ? reject(failure) : resolve(NOBODY)) });
      });
    return { asked, detect };
  };
  const lane = (
    scheduler: DetectorScheduler,
    { detect }: ReturnType<typeof byHand>,
    taken: number[],
    failed: unknown[] = [],
  ) =>
    scheduler.open({
      begin: (frame) => {
        const detected = detect(frame);
        return { detected, finish: () => detected.then(() => void taken.push(frame.index)) };
      },
      failed: (error) => failed.push(error),
    });

  it('gives the newest frame when the detector is free, and counts those before', async () => {
    const detector = byHand();
    const taken: number[] = [];
    const one = lane(new DetectorScheduler(1), detector, taken);
    for (let i = 0; i < 10; i++) one.put(frame(i));
    expect(detector.asked.map(({ index }) => index)).toEqual([0]);
    detector.asked[0].answer();
    await soon();
    detector.asked[1].answer();
    await soon();
    expect(taken).toEqual([0, 9]);
    expect(one.dropped).toBe(8);
  });

  it('serves cameras in turn, however many frames one of them has', async () => {
    const detector = byHand();
    const scheduler = new DetectorScheduler(1);
    const taken: number[] = [];
    const lanes = [0, 1, 2].map(() => lane(scheduler, detector, taken));
    for (let round = 0; round < 9; round++) {
      for (const [i, one] of lanes.entries())
        for (let k = 0; k < (i === 0 ? 5 : 1); k++) one.put(frame(100 * i + round));
      detector.asked[round].answer();
      await soon();
    }
    expect(taken.map((index) => Math.floor(index / 100))).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('takes the frames of a camera in order, whichever is done first', async () => {
    const detector = byHand();
    const taken: number[] = [];
    const one = lane(new DetectorScheduler(2), detector, taken);
    one.put(frame(0));
    one.put(frame(1));
    detector.asked[1].answer();
    await soon();
    expect(taken).toEqual([]);
    detector.asked[0].answer();
    await soon();
    expect(taken).toEqual([0, 1]);
  });

  it('goes on after a frame that could not be looked at, and ends with what is under way', async () => {
    const detector = byHand();
    const taken: number[] = [];
    const failed: unknown[] = [];
    const one = lane(new DetectorScheduler(1), detector, taken, failed);
    one.put(frame(0));
    detector.asked[0].answer(new Error('broken'));
    await soon();
    one.put(frame(1));
    one.put(frame(2));
    const closed = one.close();
    detector.asked[1].answer();
    await closed;
    one.put(frame(3));
    expect([taken, failed.map(String), detector.asked.length]).toEqual([[1], ['Error: broken'], 2]);
  });
});

describe('a detector that is slower than the camera', needing('camera'), () => {
  it('looks at the newest frames: drops are counted, the latency stays', async () => {
    const { fps, inference, medians, received, processed, dropped, older } = await slow(4, 10, 7);
    // whatever else runs here: no frame was looked at when a newer one was there, so that none waits behind others
    expect(older).toBe(0);
    expect(medians.at(-1)).toBeLessThan((2 / fps + inference) * slowness());
    expect(Math.abs(received - processed - dropped)).toBeLessThanOrEqual(3);
    expect(processed / received).toBeGreaterThan(0.27 / slowness());
    expect(processed / received).toBeLessThan(0.36);
  });

  it('is shared by four cameras evenly; one that dies and comes back disturbs none', async () => {
    // one that takes its time but no processor: other tests run beside this one, now more and now fewer of them
    const { alone, together, each, othersMeanwhile, back } = await share(3, 5, () => standIn(0.1));
    const mean = together / 4;
    expect(alone).toBeGreaterThan(8 / slowness());
    for (const rate of each) expect(Math.abs(rate / mean - 1)).toBeLessThan(0.25 * slowness());
    expect(together / alone).toBeGreaterThan(0.85 / slowness());
    for (const rate of othersMeanwhile) expect(rate).toBeGreaterThan((0.75 * mean) / slowness());
    expect(back).toBeGreaterThan((0.6 * mean) / slowness());
  });
});
