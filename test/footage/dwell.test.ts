import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Analysis, dwellOf, resolveAreas } from '../../src/analytics/index.ts';
import { trackVideo } from '../../src/engine/track-video.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { runFfmpeg, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const ZONES = {
  square: {
    points: [
      [20, 20],
      [140, 20],
      [140, 110],
      [20, 110],
    ] as [number, number][],
  },
};

it.each(['mkv', 'flv', 'ts'])(
  'one who stands in a zone over two joined recordings of 6 s stays for 12 s: %s',
  async (ending) => {
    const once = join(folder, `once.${ending}`);
    const twice = join(folder, `twice.${ending}`);
    runFfmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=7:d=6', '-c:v', 'libx264', '-bf', '0', once);
    writeFileSync(twice, Buffer.concat([readFileSync(once), readFileSync(once)]));
    const detections = join(folder, 'det.txt');
    writeFileSync(detections, Array.from({ length: 84 }, (_, i) => `${i + 1},-1,70,40,20,50,0.9`).join('\n'));
    for (const online of [false, true]) {
      const { files, frames, duration, error, notices } = await trackVideo(twice, {
        out: join(folder, `${ending}-${online}`),
        ...{ detections, online, annotate: false },
        parameters: { zones: ZONES, appearance: { mode: 'off' } },
      });
      expect([frames, error]).toEqual([84, undefined]);
      expect(duration).toBeCloseTo(12, 2);
      expect(notices.map(({ code }) => code)).toContain('clock-restarted');
      const { trajectories, source } = await readTrajectories(files.trajectories!);
      expect(trajectories.map(({ frames }) => frames.length)).toEqual([84]);
      const analysis = new Analysis(resolveAreas({ zones: ZONES, lines: {} }, source));
      for (const trajectory of trajectories) analysis.add(trajectory);
      const [{ visits }] = analysis.result().zones;
      expect(visits).toHaveLength(1);
      expect(dwellOf(visits).median).toBeCloseTo(83 / 7, 2); // from the first frame to the last
    }
  },
);
