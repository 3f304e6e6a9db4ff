import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { temporaryPath } from '../../src/files/temporary.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { needs } from '../needs.ts';
import { childrenWith, makeClip, readAll, temporaryFolder } from '../video/clips.ts';
import { boxesOf, FAST, namesIn, type Run, type Running, readJson, SAMPLE, start, writeWalkers } from './cli.ts';

const folder = temporaryFolder();
const NAME = 'pets09-s2l1';
const FILES = [`${NAME}.annotated.mp4`, `${NAME}.mot.txt`, `${NAME}.trajectories.json`];
/** What a run that is not complete may go on from. */
const LOG = `${NAME}.resume`;
const SAID = 'twintrack: interrupted; closing the outputs (again to quit at once)\n';
const schema = readFileSync(new URL('../../src/trajectories/trajectories.schema.json', import.meta.url), 'utf8');
const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(JSON.parse(schema));

/** Starts to track the sample into a new folder, by default in one pass, and waits until its first pictures are with the encoder. */
async function underWay(
  name: string,
  args: readonly string[] = ['--online'],
): Promise<{ out: string; child: Running }> {
  const out = join(folder, name);
  mkdirSync(out);
  const child = start(['track', SAMPLE, '--out', out, '--json', ...args], { detached: true });
  const taken = () => children(child.pid, `file:${out}/`).some((encoder) => bytesRead(encoder) > 20e6); // 0.7 MB a picture
  while (!taken()) await sleep(20);
  return { out, child };
}

/** Bytes that a process has read so far, from files and pipes. */
function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))![1]);
}

/** The child processes of a process whose command line holds a text. */
function children(pid: number, text: string): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid), '-f', '--', text], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** Waits until none of these processes runs any more. */
async function gone(pids: readonly number[]): Promise<void> {
  const runs = (pid: number) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`).length > 0; // no zombie
  while (pids.some(runs)) await sleep(50);
}

/** Checks that a run ended in order, with every file complete and saying that it was interrupted. */
async function expectClosed(out: string, { status, signal, stdout, stderr }: Run): Promise<void> {
  expect([status, signal, stderr]).toEqual([130, null, SAID]);
  const { frames, error } = JSON.parse(stdout);
  expect(error).toBe('interrupted');
  expect(frames).toBeGreaterThan(10);
  expect(frames).toBeLessThan(700);
  expect(namesIn(out)).toEqual(FILES);
  expect(validate(readJson(join(out, FILES[2])))).toBe(true);
  const document = await readTrajectories(join(out, FILES[2]));
  expect(document).toMatchObject({ complete: false, reason: 'interrupted', summary: { frames } });
  const video = await readAll(join(out, FILES[0]));
  expect([video.frames.length, video.error]).toEqual([frames, undefined]);
  expect(childrenWith(out)).toBe(0);
}

const LINUX = needs(process.platform === 'linux', 'Linux, for /proc');

describe('interrupted in the middle', LINUX, () => {
  it.each<[string, NodeJS.Signals, number, number]>([
    ['Ctrl-C to the process', 'SIGINT', 1, 1],
    ['Ctrl-C to the process group, as a terminal does', 'SIGINT', -1, 1],
    ['Ctrl-C that arrives twice', 'SIGINT', -1, 2],
    ['SIGTERM', 'SIGTERM', 1, 1],
    ['SIGHUP to the process group, as a terminal that is closed does', 'SIGHUP', -1, 1],
  ])('by %s: every output is closed and valid', async (name, signal, group, times) => {
    const { out, child } = await underWay(name);
    for (let i = 0; i < times; i++) process.kill(group * child.pid, signal);
    await expectClosed(out, await child.ended);
  });

  it('while people are followed, before they are drawn: both is completed for the frames until then', async () => {
    const out = join(folder, 'first-pass');
    mkdirSync(out);
    const child = start(['track', SAMPLE, '--out', out, '--json'], { detached: true });
    while (bytesRead(child.pid) < 60e6) await sleep(20); // 0.9 MB for each picture that goes to the detector
    process.kill(child.pid, 'SIGINT');
    await expectClosed(out, await child.ended);
  });

  it('while they are drawn: the trajectories are complete, the video ends there', async () => {
    const walkers = writeWalkers(join(folder, 'walkers.txt'), 795);
    const { out, child } = await underWay('second-pass', boxesOf(walkers));
    process.kill(child.pid, 'SIGINT');
    const { status, stdout, stderr } = await child.ended;
    expect([status, stderr]).toEqual([130, SAID]);
    expect(JSON.parse(stdout)).toMatchObject({ frames: 795, trajectories: 2, error: 'interrupted', resumable: 420 });
    expect(namesIn(out)).toEqual([FILES[0], FILES[1], LOG, FILES[2]]);
    expect(readJson(join(out, FILES[2]))).toMatchObject({ complete: true, summary: { frames: 795 } });
    const video = await readAll(join(out, FILES[0]));
    expect(video.error).toBeUndefined();
    expect(video.frames.length).toBeGreaterThan(10);
    expect(video.frames.length).toBeLessThan(795);
  });

  it('while the encoder hangs: a second Ctrl-C, a while later, ends it at once and leaves nothing torn', async () => {
    const { out, child } = await underWay('hanging');
    const ffmpegs = children(child.pid, 'ffmpeg');
    expect(ffmpegs).toHaveLength(2);
    const [encoder] = children(child.pid, `file:${out}/`);
    process.kill(encoder, 'SIGSTOP');
    process.kill(child.pid, 'SIGINT');
    await child.said('interrupted');
    await sleep(1500);
    process.kill(child.pid, 'SIGINT');
    expect(await child.ended).toMatchObject({ status: 130, stdout: '', stderr: SAID });
    expect(namesIn(out)).toEqual([]);
    await gone(ffmpegs);
  });

  it('killed outright: no half file under a final name, no ffmpeg is left, and the next run cleans up', async () => {
    const { out, child } = await underWay('killed');
    const ffmpegs = children(child.pid, 'ffmpeg');
    expect(ffmpegs).toHaveLength(2);
    process.kill(child.pid, 'SIGKILL');
    expect((await child.ended).signal).toBe('SIGKILL');
    await gone(ffmpegs);
    expect(namesIn(out)).toHaveLength(4);
    expect(namesIn(out).filter((name) => !name.startsWith('.twintrack-'))).toEqual([LOG]);
    const another = temporaryPath(join(out, 'another'), 'tmp'); // of a process that runs, this one
    writeFileSync(another, '');
    const next = await start(['track', SAMPLE, '--out', out, '--no-annotate', '--max-frames', '1', ...FAST]).ended;
    expect(next.status).toBe(0);
    expect(namesIn(out)).toEqual([basename(another), ...FILES.slice(1)]);
  });

  it('when its ffmpeg is killed: what was tracked is kept', async () => {
    const { out, child } = await underWay('decoder');
    const [decoder] = children(child.pid, SAMPLE);
    process.kill(decoder, 'SIGKILL');
    const { status, stdout, stderr } = await child.ended;
    const { frames, error } = JSON.parse(stdout);
    expect([status, stderr]).toEqual([1, `twintrack: ${error}\n`]);
    expect(error).toMatch(new RegExp(`${NAME}\\.mp4: breaks off after frame ${frames - 1} .*ffmpeg ended by SIGKILL`));
    expect(namesIn(out)).toEqual(FILES);
    expect(readJson(join(out, FILES[2]))).toMatchObject({ complete: false, reason: error });
  });

  it('with several inputs: the rest is not begun', async () => {
    const out = join(folder, 'rest');
    const second = makeClip(join(folder, 'second.mp4'), 'testsrc2=s=64x64:r=10:d=1', '-c:v', 'libx264');
    const child = start(['track', SAMPLE, second, '--out', out, '--no-annotate']);
    while (bytesRead(child.pid) < 60e6) await sleep(20); // 0.9 MB for each picture that goes to the detector
    process.kill(child.pid, 'SIGINT');
    expect((await child.ended).status).toBe(130);
    expect(namesIn(out)).toEqual(FILES.slice(1));
  });
});

describe('interrupted before the first frame', LINUX, () => {
  it('while standard input gives nothing: no output, exit code 130', async () => {
    const out = join(folder, 'silent');
    const child = start(['track', '-', '--out', out, '--json']);
    while (children(child.pid, 'ffmpeg').length === 0) await sleep(20);
    process.kill(child.pid, 'SIGINT');
    const { status, stdout, stderr } = await child.ended;
    expect([status, stderr, JSON.parse(stdout)]).toEqual([
      130,
      `${SAID}twintrack: -: nothing was tracked yet, and no file is written\n`,
      { input: '-', error: 'interrupted' },
    ]);
  });
});
