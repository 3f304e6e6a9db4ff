import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/files/folder-lock.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { FAST, failure, start, twintrack } from '../commands/cli.ts';
import { endAll, folder, later, SAMPLE, until } from '../live/rig.ts';

afterEach(endAll);

describe('the lock of a folder', () => {
  it('is for one, until it is given back', () => {
    const out = folder();
    const unlock = lockFolder(out);
    expect(readdirSync(out)).toEqual([expect.stringMatching(`^\\.twintrack-lock-${process.pid}-`)]);
    expect(() => lockFolder(out)).toThrow(
      `${out}: twintrack writes there already (process ${process.pid}); stop that one, or give this one a folder of its own with --out`,
    );
    unlock();
    expect(readdirSync(out)).toEqual([]);
    lockFolder(out)();
  });

  it('is taken over from a process that has ended, also when another has got its number', async () => {
    const ended = spawn('true');
    await once(ended, 'exit');
    const running = spawn('sleep', ['1000']);
    later(() => running.kill());
    for (const pid of [ended.pid, running.pid, process.pid, 1]) {
      const out = folder();
      writeFileSync(join(out, `.twintrack-lock-${pid}-0123456789ab`), '');
      const unlock = lockFolder(out);
      expect(readdirSync(out), `${pid}`).toHaveLength(1);
      unlock();
      expect(readdirSync(out), `${pid}`).toEqual([]);
    }
  });

  it('names a place that cannot be written to', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    expect(() => lockFolder(file)).toThrow(/file: cannot be written to: it is a file; give another folder with --out/);
  });
});

describe('two processes on one folder', () => {
  const args = [SAMPLE, '--realtime', '--port', '0', '--record', ...FAST];
  const texts = (out: string) =>
    readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(out, name), 'utf8'));

  it('the second says so and ends, the first goes on undisturbed', async () => {
    const out = folder();
    const first = start(['stream', ...args, '--out', out]);
    later(() => spawnSync('kill', ['-KILL', `${first.pid}`]));
    const namesNow = () => readdirSync(out, { recursive: true, encoding: 'utf8' }).sort();
    await until('frames are written', () => texts(out).some((text) => text.includes('"frame":3')));
    await until('it is recorded', () => namesNow().some((name) => name.endsWith('.open.mp4')));
    const names = namesNow();
    expect(await twintrack(['stream', ...args, '--out', out])).toEqual(
      failure(
        `${out}: twintrack writes there already (process ${first.pid}); stop that one, or give this one a folder of its own with --out`,
      ),
    );
    expect(namesNow()).toEqual(names);
    process.kill(first.pid, 'SIGTERM');
    expect((await first.ended).status).toBe(0);
    expect(readdirSync(out)).toEqual(['pets09-s2l1']);
    const left = readdirSync(join(out, 'pets09-s2l1')).sort();
    expect(left.map((name) => name.replace(/^\d{8}T\d{6}Z/, 'TIME'))).toEqual([
      'TIME.annotated.mp4',
      'TIME.trajectories.json',
      'events.jsonl',
    ]);
    expect(await readTrajectories(join(out, 'pets09-s2l1', left[1]))).toMatchObject({ complete: true });
  });

  it('one that was killed is in no other’s way, even before its parent has taken note of its end', async () => {
    const out = folder();
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    // the shell becomes a program that never asks for its children, as in a container without an init
    const command = '"$@" & exec sleep 1000';
    const stream = [process.execPath, cli, 'stream', ...args, '--out', out];
    const parent = spawn('sh', ['-c', command, 'sh', ...stream], { stdio: 'ignore' });
    later(() => parent.kill('SIGKILL'));
    await until('frames are written', () => texts(out).some((text) => text.includes('"frame":3')));
    const pid = Number(/-lock-(\d+)/.exec(readdirSync(out).join(' '))?.[1]);
    process.kill(pid, 'SIGKILL');
    if (process.platform === 'linux') {
      const state = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1][0];
      await until('it has ended', () => state() === 'Z');
    }
    const second = start(['stream', ...args, '--out', out]);
    await second.said('"msg":"live"');
    process.kill(second.pid, 'SIGTERM');
    expect((await second.ended).status).toBe(0);
    expect(readdirSync(out)).toEqual(['pets09-s2l1']);
  });
});
