import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare, errors, evenAreas } from '../../bench/analytics.ts';
import { type Detections, loadDetector } from '../../src/detection/index.ts';
import { readMot, readTrajectories } from '../../src/trajectories/index.ts';
import { openVideo } from '../../src/video/index.ts';
import { boxesOf, peopleByFrame, SAMPLE, twintrack } from '../commands/cli.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const { TWINTRACK_MOT_ROOT } = process.env;

/** Tracks the sample with the embedded detector into a new folder, and gives the paths of the results. */
async function track(name: string, ...args: string[]): Promise<{ trajectories: string; mot: string }> {
  const out = join(folder, name);
  mkdirSync(out);
  const { status, stdout, stderr } = await twintrack([
    'track',
    SAMPLE,
    '--no-annotate',
    '--json',
    '--out',
    out,
    ...args,
  ]);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).files;
}

/** What the embedded detector finds in the first frames of the sample, for all that is tracked on it below. */
async function detect(maxFrames: number): Promise<string> {
  const detector = await loadDetector();
  const letterbox = detector.letterbox(768, 576);
  const found: Promise<Detections>[] = [];
  for await (const frame of await openVideo(SAMPLE, { letterbox, maxFrames })) {
    found.push(detector.detect(frame));
    if (found.length > 3) await found.at(-4);
  }
  const rows = (await Promise.all(found)).flatMap(({ length, boxes, scores }, frame) =>
    Array.from({ length }, (_, i) => [frame + 1, -1, ...boxes.subarray(4 * i, 4 * i + 4), scores[i]].join(',')),
  );
  await detector.close();
  const path = join(folder, 'det.txt');
  writeFileSync(path, rows.join('\n'));
  return path;
}

describe('the sample video, end to end with the embedded detector', () => {
  it('gives the same trajectories every time, whatever the threads do', async () => {
    const first = await track('first', '--max-frames', '75');
    const second = await track('second', '--max-frames', '75', '--set', 'detection.cores=1');
    expect(readFileSync(second.mot, 'utf8')).toBe(readFileSync(first.mot, 'utf8'));
    const withoutParameters = (path: string) => ({ ...JSON.parse(readFileSync(path, 'utf8')), parameters: undefined });
    expect(withoutParameters(second.trajectories)).toEqual(withoutParameters(first.trajectories));
  }, 300_000);
});

describe('the sample video, tracked on what the embedded detector finds', () => {
  let boxes: readonly string[];
  beforeAll(async () => {
    boxes = boxesOf(await detect(TWINTRACK_MOT_ROOT ? 795 : 300));
  }, 300_000);

  it('shows about as many people as there are, each as one trajectory for long', async () => {
    const { trajectories: path, mot } = await track('plausible', ...boxes, '--max-frames', '300', '--online');
    const { trajectories, summary } = await readTrajectories(path);
    expect(summary.frames).toBe(300);
    // In truth there are 3 to 8 people in these frames, 6.2 on average.
    const people = peopleByFrame(mot, 300);
    expect(Math.max(...people)).toBeLessThanOrEqual(10);
    const mean = people.reduce((a, b) => a + b) / people.length;
    expect(mean).toBeGreaterThan(5);
    expect(mean).toBeLessThan(7);
    expect(trajectories.length).toBeGreaterThan(6);
    expect(trajectories.length).toBeLessThan(25);
    const longest = trajectories.map(({ frames }) => frames.length).sort((a, b) => b - a);
    expect(longest[2]).toBeGreaterThan(100);
    for (const { boxes } of trajectories) expect(Math.max(...boxes.filter((_, i) => i % 4 === 3))).toBeLessThan(250);
  }, 300_000);

  it('is as accurate as promised, on-line and refined', {
    ...needs(TWINTRACK_MOT_ROOT, 'MOT15: TWINTRACK_MOT_ROOT'),
    timeout: 300_000,
  }, async () => {
    const gt = join(TWINTRACK_MOT_ROOT!, 'PETS09-S2L1', 'gt.txt');
    const score = async (name: string, ...args: string[]) => {
      const { mot } = await track(name, ...boxes, ...args);
      const { stdout } = await twintrack(['evaluate', '--gt', gt, '--results', mot, '--json']);
      const { HOTA, MOTA, IDF1 } = Object.values(JSON.parse(stdout))[0] as Record<string, number>;
      return { HOTA, MOTA, IDF1, mot };
    };
    const [online, refined] = await Promise.all([score('online', '--online'), score('refined')]);
    expect(online.MOTA).toBeGreaterThanOrEqual(77);
    expect(online.IDF1).toBeGreaterThanOrEqual(85);
    expect(online.HOTA).toBeGreaterThanOrEqual(60);
    expect(refined.HOTA).toBeGreaterThanOrEqual(online.HOTA - 0.5);
    for (const { mot } of [online, refined]) {
      const { allPasses, dwell } = errors(compare(evenAreas(768, 576), await readMot(gt, 7), await readMot(mot, 7)));
      expect(Math.abs(allPasses)).toBeLessThanOrEqual(0.05);
      expect(Math.abs(dwell)).toBeLessThanOrEqual(0.1);
    }
  });
});
