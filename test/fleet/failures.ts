import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../commands/cli.ts';
import { killTask, longClip, QUICK, Rig, taskProcess, trackedAlone } from './rig.ts';
import { type Backend, needsServer, startServer } from './servers.ts';

/** What must hold whatever fails, on either kind of server. */
export function failures(backend: Backend): void {
  describe(`workers on ${backend}`, needsServer(backend), () => {
    let rig: Rig;
    let video: string;
    let alone: Map<string, string>;
    let number = 0;
    const workers: Running[] = [];
    /** Hands the video in with settings of its own, so that it is another job, of the same result. */
    const submit = (...args: string[]) =>
      rig.submit(video, ...QUICK, ...args, '--set', `annotation.trailSeconds=${++number}`);
    const worker = async () => {
      const one = await rig.worker();
      workers.push(one);
      return one;
    };

    beforeAll(async () => {
      rig = new Rig(await startServer(backend));
      video = longClip();
      alone = await trackedAlone(video, ...QUICK);
    });

    afterAll(async () => {
      for (const { pid } of workers) kill(pid, 'SIGKILL');
      await rig?.close();
    });

    /** Without those of other tests. */
    async function twoWorkers(): Promise<[Running, Running]> {
      for (const one of workers.splice(0)) {
        kill(one.pid, 'SIGKILL');
        await one.ended;
      }
      return [await worker(), await worker()];
    }

    async function expectDone(id: string) {
      const job = await rig.finished(id);
      expect(job).toMatchObject({ state: 'done', parts: { total: 6, done: 6 } });
      const results = rig.results(job);
      expect([...results.keys()]).toEqual([...alone.keys()]);
      expect(results.get('street.mot.txt')).toBe(alone.get('street.mot.txt'));
      return job;
    }

    it('a part whose worker is killed is done by another', async () => {
      const [first, second] = await twoWorkers();
      const id = await submit();
      const victim = await Promise.race([first, second].map((one) => one.said(`${id}-1","try"`).then(() => one)));
      kill(victim.pid, 'SIGKILL');
      const job = await expectDone(id);
      expect(job.steps.find(({ id: part }) => part === `${id}-1`)).toMatchObject({ tries: 2 });
    });

    it('a part whose worker freezes is done by another, and the frozen one ends its own', async () => {
      const [first, second] = await twoWorkers();
      const id = await submit();
      const frozen = await Promise.race([first, second].map((one) => one.said(`${id}-1","try"`).then(() => one)));
      const child = await taskProcess(frozen);
      kill(child, 'SIGSTOP');
      kill(frozen.pid, 'SIGSTOP');
      const job = await expectDone(id);
      expect(job.steps.find(({ id: part }) => part === `${id}-1`)).toMatchObject({ tries: 2 });
      kill(frozen.pid, 'SIGCONT');
      await frozen.said('the lock is lost');
      await gone(child);
      const again = await submit(); // it works on
      await expectDone(again);
    });

    it('a server that is killed for some seconds costs nothing but these', async () => {
      const [first, second] = await twoWorkers();
      const id = await submit();
      await Promise.race([first, second].map((one) => one.said(`${id}-1","try"`)));
      await rig.server.kill();
      await sleep(4000);
      await rig.server.start();
      await expectDone(id);
      await first.said('the queue cannot be used; trying again');
    });

    it('a worker that is to end gives its part back after 20 s', async () => {
      const [first, second] = await twoWorkers();
      const id = await submit();
      const leaving = await Promise.race([first, second].map((one) => one.said(`${id}-1","try"`).then(() => one)));
      kill(await taskProcess(leaving), 'SIGSTOP'); // so that it is not done before
      kill(leaving.pid, 'SIGTERM');
      expect(await leaving.ended).toMatchObject({ status: 0, stdout: '' });
      const job = await expectDone(id);
      expect(job.steps.find(({ id: part }) => part === `${id}-1`)).toMatchObject({ tries: 2 });
    });

    it('a part that fails three times is named, and can be tried again', async () => {
      const id = await submit();
      const obstacle = join(rig.store, 'parts', id, '1');
      mkdirSync(obstacle, { recursive: true }); // where its result is to be
      await twoWorkers();
      const failed = await rig.finished(id);
      const reason = `${video}, part 2 of 6: ${obstacle}: is a folder`;
      expect(failed).toMatchObject({ state: 'failed', error: expect.stringContaining(reason) });
      expect(failed.steps[1]).toMatchObject({
        tries: 3,
        log: expect.arrayContaining([expect.stringContaining('is a folder')]),
      });
      expect((await rig.run('jobs')).stdout).toContain(`${id}: ${reason}`);
      rmdirSync(obstacle);
      expect((await rig.run('jobs', '--retry', id)).status).toBe(0);
      await expectDone(id);
    });

    it('a video that ends its process each time fails, and the worker goes on', async () => {
      const [one, other] = await twoWorkers();
      kill(other.pid, 'SIGTERM');
      await other.ended;
      const id = await submit('--split', 'never');
      const failed = await rig.until(id, ({ state }) => {
        killTask(one);
        return state === 'failed';
      });
      expect(failed).toMatchObject({ error: `${video}: the process that worked on it ended with SIGKILL` });
      expect(failed.steps).toMatchObject([{ step: 'track', tries: 3 }]);
      await expectDone(await submit());
    });
  });
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {} // it has ended
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
}
