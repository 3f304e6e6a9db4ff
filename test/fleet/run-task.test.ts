import { readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Notice } from '../../src/core/notices.ts';
import { planParts } from '../../src/engine/parts/index.ts';
import { trackVideo } from '../../src/engine/track-video.ts';
import { RecordFile } from '../../src/files/record-file.ts';
import { partKey, type VideoJob } from '../../src/fleet/job-data.ts';
import { runTask, type Task } from '../../src/fleet/run-task.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { longClip } from './rig.ts';

it('tracks a video whole whose parts do not fit, and says so', async () => {
  const input = longClip();
  const settings = { annotate: false, parameters: { detection: { inputPixels: 40_000 } } };
  const { parts } = await planParts(input, settings);
  const video: VideoJob = { input, name: 'street-1', settings, parts, files: {}, priority: 100 };
  const store = temporaryFolder();
  const notices: Notice[] = [];
  const run = (part?: Task['part']) => {
    const folder = temporaryFolder();
    const task = { id: 'v1', video, part, store, folder, videos: folder, cores: 0 };
    return runTask(task, { onProgress() {}, onNotice: (notice) => notices.push(notice) });
  };
  for (const part of parts) await run(part);
  dropFrame(join(store, partKey('v1', 2)));
  expect(await run()).toMatchObject({ frames: 114 });
  expect(notices).toEqual([
    {
      code: 'parts-unfit',
      message: expect.stringMatching(
        /street\.mp4: is tracked whole: \S+part-2: has frame 50 where frame 49 of the video is to come$/,
      ),
    },
  ]);
  const alone = await trackVideo(input, { ...settings, out: temporaryFolder() });
  for (const path of [alone.files.mot!, alone.files.trajectories!])
    expect(readFileSync(join(store, 'results/street-1', basename(path))).equals(readFileSync(path)), path).toBe(true);
});

/** Leaves out the tenth frame of a part. */
function dropFrame(path: string): void {
  const [all, fewer] = [new RecordFile(path, { readOnly: true }), new RecordFile(`${path}.new`)];
  let count = 0;
  for (let record = all.read(); record; record = all.read()) if (count++ !== 10) fewer.write(record);
  all.close();
  fewer.close();
  renameSync(`${path}.new`, path);
}
