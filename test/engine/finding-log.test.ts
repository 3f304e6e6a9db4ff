import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeptDetections } from '../../src/analytics/ignore.ts';
import { type Finding, FindingLog } from '../../src/engine/finding-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${files++}.resume`);
const OF = { video: 'abc', models: [{ name: 'tiny' }] };

/** What was found in a frame: by default nobody, in a video of one frame in ten seconds. */
function finding(index: number, detections: Partial<KeptDetections> = {}): Finding {
  const boxes = detections.boxes ?? new Float64Array(0);
  const found = { length: boxes.length / 4, boxes, scores: new Float32Array(boxes.length / 4), ...detections };
  return { index, time: 10 * index, shift: [0.5, -0.25], detect: true, still: false, detections: found };
}

/** A log of a run that ended after so many frames. */
function interrupted(frames: number): string {
  const path = newPath();
  const log = FindingLog.open(path, OF, false);
  for (let i = 0; i < frames; i++) log.add(finding(i));
  log.close(false);
  return path;
}

describe('a log', () => {
  it('gives back what was found, to the last bit', () => {
    const float = fc.float({ noNaN: true });
    const anyDetections = fc.integer({ min: 0, max: 5 }).chain((length) =>
      fc.record({
        length: fc.constant(length),
        boxes: fc.float64Array({ minLength: 4 * length, maxLength: 4 * length }),
        scores: fc.float32Array({ minLength: length, maxLength: length }),
        embeddings: fc
          .array(fc.option(fc.array(float, { minLength: 3, maxLength: 3 })), { minLength: length, maxLength: length })
          .map((rows) => Float32Array.from(rows.flatMap((row) => row ?? [Number.NaN, Number.NaN, Number.NaN]))),
        ignored: fc.float64Array({ minLength: 4, maxLength: 4 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(anyDetections, { minLength: 1, maxLength: 5 }), fc.boolean(), (frames, detect) => {
        const path = newPath();
        const log = FindingLog.open(path, OF, false);
        const findings = frames.map((detections, i) => ({ ...finding(i, detections), detect, still: !detect }));
        for (const each of findings) log.add(each);
        log.add(finding(6)); // at 60 s: all before it are known
        log.close(false);
        const again = FindingLog.open(path, OF, true);
        expect(again.known).toBe(6);
        for (const each of findings) expect(again.next(each)).toEqual(each);
        again.close(true);
      }),
      { numRuns: 50 },
    );
  });

  it('knows whole minutes alone, and goes on behind them', () => {
    const path = interrupted(16); // up to 150 s
    const log = FindingLog.open(path, OF, true);
    expect(log.known).toBe(12);
    for (let i = 0; i < 16; i++) {
      expect(log.next(finding(i)) === undefined).toBe(i >= 12);
      log.add(finding(i));
    }
    log.add(finding(18));
    expect(log.close(false)).toBe(18);
    expect(FindingLog.open(path, OF, true).known).toBe(18);
  });

  it('is gone when the run is complete, and when there is nothing to go on from', () => {
    expect(existsSync(interrupted(6))).toBe(false); // up to 50 s
    const path = interrupted(7);
    const log = FindingLog.open(path, OF, true);
    expect(log.close(true)).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('is for its owner alone', () => {
    expect(statSync(interrupted(10)).mode & 0o777).toBe(0o600);
  });

  it('ends where it was cut off or damaged', () => {
    const whole = readFileSync(interrupted(30));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.boolean(), (at, cut) => {
        const path = newPath();
        writeFileSync(path, whole);
        if (cut) truncateSync(path, at);
        else writeFileSync(path, whole.with(at, whole[at] ^ 0x55));
        const known = tryToResume(path);
        expect(known === undefined || (known % 6 === 0 && known <= 24)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is not lost by a run that does not ask for it, and may be begun anew by one that cannot go on with it', () => {
    const path = interrupted(7);
    expect(() => FindingLog.open(path, OF, false)).toThrow('in 6 frames; add --resume (resume: true) to go on from it');
    expect(() => FindingLog.open(path, { ...OF, video: 'other' }, true)).toThrow('with another video, which');
    const anew = FindingLog.open(path, { ...OF, video: 'other' }, false);
    expect(anew.known).toBe(0);
    anew.close(true);
  });

  it('refuses frames that are not those of before', () => {
    const log = FindingLog.open(interrupted(7), OF, true);
    log.next(finding(0));
    expect(() => log.next({ index: 1, time: 9 })).toThrow('is of another video: frame 1');
  });
});

/** Frames that are known; undefined where the log is of something else. */
function tryToResume(path: string): number | undefined {
  try {
    const log = FindingLog.open(path, OF, true);
    for (let i = 0; i < log.known; i++) expect(log.next(finding(i))).toEqual(finding(i));
    log.close(true);
    return log.known;
  } catch (error) {
    if (/another/.test((error as Error).message)) return undefined;
    throw error;
  }
}
