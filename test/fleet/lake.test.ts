import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Uploads } from '../../src/fleet/cameras/uploads.ts';
import { runTask } from '../../src/fleet/run-task.ts';
import { Lake, type LakeValue } from '../../src/lake/index.ts';
import { openStore } from '../../src/store/store.ts';
import { person, walk } from '../analytics/paths.ts';
import { SAMPLE } from '../commands/cli.ts';
import { writeRun } from '../report/runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function ask(store: string, sql: string): Promise<LakeValue[][]> {
  const lake = await Lake.open(await openStore(store));
  try {
    const rows: LakeValue[][] = [];
    for await (const block of (await lake.query(sql)).rows) rows.push(...(block as LakeValue[][]));
    return rows;
  } finally {
    await lake.close();
  }
}

it('a video that has a start is in the lake of the store when it is tracked', async () => {
  const store = temporaryFolder();
  const settings = { annotate: false, maxFrames: 100, startedAt: '2026-11-28T08:00:00Z' };
  const video = { input: SAMPLE, name: 'sample-1', settings, parts: [], files: {}, priority: 100 };
  const task = { id: 'v1', video, store, videos: temporaryFolder(), cores: 1 };
  const reports = { onProgress() {}, onNotice() {} };
  const { trajectories } = await runTask({ ...task, folder: temporaryFolder() }, reports);
  expect(trajectories).toBeGreaterThan(3);
  const sql =
    "select camera, count(*), min(started) < timestamptz '2026-11-28 08:00:01Z' from trajectories group by all";
  expect(await ask(store, sql)).toEqual([['pets09-s2l1', trajectories, true]]);
});

it('the hours of a camera are in it by the camera and its worker', async () => {
  const [store, folder, runs] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  mkdirSync(join(folder, 'door'));
  const uploads = new Uploads(await openStore(store), folder, 'a');
  const source = { name: 'rtsp://***@host/stream', startedAt: '2026-11-28T08:00:00Z' };
  const run = await writeRun(runs, [person(1, walk([100, 400, 0], [900, 400, 8]))], source);
  copyFileSync(run, join(folder, 'door', '20261128T080000Z.trajectories.json'));
  await uploads.put('door', 3, () => true);
  expect(await ask(store, 'select camera, person from trajectories')).toEqual([['door', 'door/3/1']]);
});
