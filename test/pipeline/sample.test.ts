import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare, errors, evenAreas } from '../../bench/analytics.ts';
import { readMot, readTrajectories } from '../../src/trajectories/index.ts';
import { peopleByFrame, SAMPLE, twintrack } from '../commands/cli.ts';
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

describe('the sample video, end to end with the embedded detector', () => {
  it('gives the same trajectories every time, whatever the threads do', async () => {
    const first = await track('first', '--max-frames', '150');
    const second = await track('second', '--max-frames', '150', '--set', 'detection.cores=1');
    expect(readFileSync(second.mot, 'utf8')).toBe(readFileSync(first.mot, 'utf8'));
    const withoutParameters = (path: string) => ({ ...JSON.parse(readFileSync(path, 'utf8')), parameters: undefined });
    expect(withoutParameters(second.trajectories)).toEqual(withoutParameters(first.trajectories));
  });

  it('shows about as many people as there are, each as one trajectory for long', async () => {
    const { trajectories: path, mot } = await track('plausible', '--max-frames', '300', '--online');
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
  });

  it.skipIf(!TWINTRACK_MOT_ROOT)(
    'is as accurate as promised, on-line and refined',
    async () => {
      const gt = join(TWINTRACK_MOT_ROOT!, 'PETS09-S2L1', 'gt.txt');
      const score = async (name: string, ...args: string[]) => {
        const { mot } = await track(name, ...args);
        const { stdout } = await twintrack(['evaluate', '--gt', gt, '--results', mot, '--json']);
        const { HOTA, MOTA, IDF1 } = Object.values(JSON.parse(stdout))[0] as Record<string, number>;
        return { HOTA, MOTA, IDF1, mot };
      };
      const online = await score('online', '--online');
      expect(online.MOTA).toBeGreaterThanOrEqual(77);
      expect(online.IDF1).toBeGreaterThanOrEqual(84);
      expect(online.HOTA).toBeGreaterThanOrEqual(60);
      const refined = await score('refined');
      expect(refined.HOTA).toBeGreaterThanOrEqual(online.HOTA - 0.5);
      for (const { mot } of [online, refined]) {
        const { allPasses, dwell } = errors(compare(evenAreas(768, 576), await readMot(gt, 7), await readMot(mot, 7)));
        expect(Math.abs(allPasses)).toBeLessThanOrEqual(0.05);
        expect(Math.abs(dwell)).toBeLessThanOrEqual(0.1);
      }
    },
    300_000,
  );
});
