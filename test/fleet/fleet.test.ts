import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PartJob, VideoJob } from '../../src/fleet/job-data.ts';
import { announce, queueOf, thisKind } from '../../src/fleet/kind.ts';
import { addJob } from '../../src/fleet/submit.ts';
import { failure, start, twintrack } from '../commands/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { longClip, QUICK, Rig, trackedAlone } from './rig.ts';
import { BACKENDS, needsServer, startServer } from './servers.ts';

for (const backend of BACKENDS)
  describe(`a fleet on ${backend}`, needsServer(backend), () => {
    let rig: Rig;
    let video: string;

    beforeAll(async () => {
      rig = new Rig(await startServer(backend));
      video = longClip();
    });

    afterAll(() => rig?.close());

    it('gives what track gives, byte for byte, from the parts of two workers', async () => {
      const workers = [await rig.worker(), await rig.worker()];
      const args = [...QUICK.slice(1), '--save-patches']; // with the annotated video
      const { status, stdout, stderr } = await rig.run('submit', video, ...args, '--wait', '--json');
      expect([status, stderr]).toEqual([0, '']);
      const done = JSON.parse(stdout);
      expect(done).toMatchObject({ input: video, state: 'done', parts: { total: 6, done: 6 }, frames: 114 });
      expect(rig.results(done)).toEqual(await trackedAlone(video, ...args));
      const { steps } = await rig.job(done.id);
      expect(new Set(steps.map(({ worker }) => worker)).size).toBe(2);
      const again = await rig.run('submit', video, ...args);
      expect(again.stderr).toContain(`${video}: job ${done.id}, handed in before; results/street-`);
      for (const { pid } of workers) process.kill(pid, 'SIGTERM');
      for (const { ended } of workers) expect(await ended).toMatchObject({ status: 0 });
    });

    it('takes 500 submissions of one video as one job', async () => {
      const connection = await rig.connection;
      const kind = { version: 'of a test', models: 'none' };
      const parts = [0, 1, 2].map((index) => ({ index, from: 60 * index, to: undefined, frame: 0, before: undefined }));
      const job: VideoJob = { input: video, name: 'one', settings: {}, parts, files: {}, priority: 100 };
      await announce(connection, kind);
      const all = Array.from({ length: 500 }, () => addJob(connection, queueOf(kind), 'v1', job));
      expect((await Promise.all(all)).length).toBe(500);
      const counts = await connection.queue(queueOf(kind)).getJobCounts();
      expect(counts).toMatchObject({ 'waiting-children': 1, prioritized: 3, waiting: 0 });
      const { stdout } = await rig.run('jobs', 'v1');
      expect(stdout).toContain('part 3 of 3  prioritized       0');
      const { data } = (await connection.queue(queueOf(kind)).getJob('v1-2')) as { data: PartJob };
      expect(data).toEqual({ video: 'v1', part: JSON.parse(JSON.stringify(parts[2])) });
    });

    it('leaves the jobs of another version to its workers, and says so', async () => {
      const worker = await rig.worker();
      const { stdout } = await rig.run('jobs');
      expect(stdout).toMatch(
        /^twintrack of a test \(models none\): no worker, 0 jobs running, 4 waiting; these wait until one is started$/m,
      );
      expect(stdout).toMatch(/^twintrack \d\S+ \(models [0-9a-f]{8}\): 1 worker, 0 jobs running, 0 waiting$/m);
      const doctor = await rig.run('doctor', '--queue', '--store', '--json');
      const kind = await thisKind();
      expect(JSON.parse(doctor.stdout)).toEqual(
        expect.arrayContaining([
          { part: 'queue', ok: true, found: expect.stringContaining(`${backend} `) },
          { part: 'safety of jobs', ok: true, found: 'kept on disk, none is dropped' },
          { part: 'workers', ok: true, found: `1 of this version, ${kind.version} (models ${kind.models})` },
          expect.objectContaining({ part: 'other versions', ok: false }),
          { part: 'store', ok: true, found: `${rig.store} can be written to` },
        ]),
      );
      process.kill(worker.pid, 'SIGTERM');
      await worker.ended;
    });

    it('gives up what is cancelled, waiting or in hand', async () => {
      const id = await rig.submit(video, ...QUICK);
      expect((await rig.run('jobs', '--cancel', id)).stderr).toBe(`twintrack: ${id}: is cancelled\n`);
      expect(await rig.run('jobs', id)).toEqual(failure(`${id}: there is no such job; "twintrack jobs" lists them`));
      const again = await rig.submit(video, ...QUICK);
      expect(again).toBe(id);
      const worker = await rig.worker();
      await worker.said(`${id}-0","try"`);
      expect((await rig.run('jobs', '--cancel', id)).status).toBe(0);
      await rig.until(id, ({ state }) => state === 'cancelled').catch(() => {}); // or gone, between two parts
      process.kill(worker.pid, 'SIGTERM');
      await worker.ended;
    });

    it('waits for a store that cannot be written to', async () => {
      const store = join(temporaryFolder(), 'store');
      writeFileSync(store, 'a file where the folder is to be');
      const worker = start(['worker', '--store', store], { env: rig.env });
      await worker.said('the store cannot be used; trying again');
      rmSync(store);
      await worker.said('ready for jobs');
      process.kill(worker.pid, 'SIGTERM');
      expect(await worker.ended).toMatchObject({ status: 0 });
    });

    it('fails where the video is not there', async () => {
      const { status, stderr } = await rig.run('submit', 'none.mp4', ...QUICK);
      expect([status, stderr]).toEqual([1, 'twintrack: none.mp4: does not exist; check the path\n']);
    });
  });

it('a worker waits for a queue that is not there; other commands do not', async () => {
  const queue = 'redis://user:sesame@127.0.0.1:1';
  const worker = start(['worker', '--queue', queue, '--store', temporaryFolder()]);
  await worker.said('the queue cannot be used; trying again');
  await sleep(100);
  process.kill(worker.pid, 'SIGTERM');
  const { status, stderr } = await worker.ended;
  expect(status).toBe(0);
  expect(stderr).not.toContain('sesame');
  const reason = 'cannot be used as a queue: connect ECONNREFUSED 127.0.0.1:1; check the address';
  expect(await twintrack(['jobs', '--queue', queue])).toEqual(failure(`redis://***@127.0.0.1:1: ${reason}`));
});

it('a queue of no known kind is refused', async () => {
  const { status, stderr } = await twintrack(['jobs', '--queue', 'mysql://user:sesame@h']);
  expect([status, stderr.includes('sesame')]).toEqual([2, false]);
});
