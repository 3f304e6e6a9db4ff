import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CameraView, listCameras } from '../../src/fleet/cameras/list-cameras.ts';
import { thisKind } from '../../src/fleet/kind.ts';
import { failure, type Running } from '../commands/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { makeClip } from '../video/clips.ts';
import { childOf, Rig } from './rig.ts';
import { BACKENDS, needsServer, startServer } from './servers.ts';

const folder = temporaryFolder();
const COUNT = 40;

/** A config file of so many cameras, which are files of one small picture a second. */
function writeCameras(count: number, clip: string): string {
  const cameras = Array.from({ length: count }, (_, i) => `  - { name: camera-${i}, url: ${clip} }\n`);
  const file = join(folder, `${count}.yaml`);
  writeFileSync(file, `cameras:\n${cameras.join('')}detection: { inputPixels: 1024 }\n`);
  return file;
}

for (const backend of BACKENDS)
  describe(`cameras on ${backend}`, needsServer(backend), () => {
    let rig: Rig;
    let clip: string;
    const workers: Running[] = [];

    const cameras = async () => listCameras(await rig.connection, [await thisKind()]);
    const nameOf = ({ pid }: Running) => new RegExp(`:${pid}$`);
    const of = (all: readonly CameraView[], worker: Running) =>
      all.filter(({ worker: name = '' }) => nameOf(worker).test(name));

    /** Waits until the cameras are as they are to be. */
    async function until(met: (all: CameraView[]) => boolean): Promise<CameraView[]> {
      for (;;) {
        const all = await cameras();
        if (met(all)) return all;
        await sleep(200);
      }
    }

    beforeAll(async () => {
      rig = new Rig(await startServer(backend));
      clip = makeClip(join(folder, `${backend}.mp4`), 'color=gray:s=64x48:r=1:d=600', '-g', '1');
      for (let i = 0; i < 4; i++) workers.push(await rig.worker());
    });

    afterAll(async () => {
      for (const { pid } of workers) kill(pid, 'SIGKILL');
      await rig?.close();
    });

    it('are shared among the workers', async () => {
      const { status, stdout } = await rig.run('submit', '--cameras', writeCameras(COUNT, clip), '--json');
      expect([status, JSON.parse(stdout).added.length]).toEqual([0, COUNT]);
      const all = await until((list) => list.length === COUNT && list.every(({ state }) => state === 'live'));
      for (const worker of workers) expect(of(all, worker).length).toBe(COUNT / 4);
      expect(all.every(({ epoch }) => epoch === 1)).toBe(true);
    });

    it('of a worker that is killed go to the others, whose own are not disturbed', async () => {
      const [victim] = workers.splice(0, 1);
      const before = of(await cameras(), victim).map(({ name }) => name);
      const killed = performance.now();
      kill(victim.pid, 'SIGKILL');
      const all = await until((list) => list.every(({ worker = '' }) => worker && !nameOf(victim).test(worker)));
      console.log(
        `${backend}: ${before.length} cameras moved in ${((performance.now() - killed) / 1000).toFixed(1)} s`,
      );
      expect(all.filter(({ epoch }) => epoch > 1).map(({ name }) => name)).toEqual(before);
    });

    it('of a worker that freezes are followed by one at a time', async () => {
      const frozen = workers[0];
      const before = of(await cameras(), frozen).map(({ name }) => name);
      await until(() => before.every((name) => leasesOf(rig, name).length > 0));
      const processes = [frozen.pid, await childOf(frozen, 'camera-process')];
      for (const pid of processes) kill(pid, 'SIGSTOP');
      await until((list) => of(list, frozen).length === 0 && list.every(({ worker }) => worker));
      await until(() => before.every((name) => leasesOf(rig, name).length > 1));
      for (const pid of processes) kill(pid, 'SIGCONT');
      await frozen.said('is with another worker by now');
      await until((list) => list.every(({ state, worker }) => worker && state === 'live'));
      for (const name of before) {
        const spans = leasesOf(rig, name);
        for (const [i, { from }] of spans.entries()) if (i > 0) expect(spans[i - 1].until <= from).toBe(true);
      }
    });

    it('are shared with a worker that comes', async () => {
      const fourth = await rig.worker();
      workers.push(fourth);
      const share = COUNT / workers.length;
      const all = await until((list) => of(list, fourth).length >= share);
      expect(all.filter(({ worker }) => worker).length).toBeGreaterThan(COUNT - workers.length);
    });

    it('are no more followed when they are not in the file any more', async () => {
      const { stdout } = await rig.run('submit', '--cameras', writeCameras(2, clip), '--json');
      expect(JSON.parse(stdout)).toMatchObject({ added: [], changed: [], same: ['camera-0', 'camera-1'] });
      const all = await until((list) => list.length === 2);
      expect(all.map(({ name }) => name)).toEqual(['camera-0', 'camera-1']);
      expect((await rig.run('jobs')).stdout).toMatch(/^camera-1 +\w+ +0? /m);
    });

    it('are given back when a worker is to end', async () => {
      for (const { pid } of workers) kill(pid, 'SIGTERM');
      for (const { ended } of workers.splice(0)) expect(await ended).toMatchObject({ status: 0 });
      expect((await cameras()).map(({ worker }) => worker)).toEqual([undefined, undefined]);
    });

    it('have no password in the queue', async () => {
      const file = join(folder, 'secret.yaml');
      const write = (url: string) => writeFileSync(file, `cameras:\n  - { name: door, url: '${url}' }\n`);
      write('rtsp://admin:sesame@192.0.2.1/stream');
      const address = 'its address rtsp://***@192.0.2.1/stream holds a password, which all would see in the queue';
      const fix = 'write secret:NAME in place of the password, and set the environment variable NAME on the workers';
      expect(await rig.run('submit', '--cameras', file)).toEqual(failure(`camera "door": ${address}; ${fix}`));
      write('rtsp://admin:secret:DOOR@192.0.2.1/stream');
      expect((await rig.run('submit', '--cameras', file)).status).toBe(0);
      const worker = await rig.worker();
      await worker.said('secret:DOOR is not known here; set the environment variable DOOR');
      kill(worker.pid, 'SIGTERM');
      await worker.ended;
    });
  });

/** When workers had a camera, one after the other, by their own accounts. */
function leasesOf({ store }: Rig, name: string): { from: string; until: string }[] {
  const folder = join(store, 'live', name);
  const epochs = existsSync(folder) ? readdirSync(folder).map(Number) : [];
  const accounts = epochs.sort((a, b) => a - b).map((epoch) => join(folder, String(epoch), 'lease.json'));
  return accounts.filter((path) => existsSync(path)).map((path) => JSON.parse(readFileSync(path, 'utf8')));
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {} // it has ended
}
