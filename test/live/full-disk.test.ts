import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import { EventLog } from '../../src/live/outputs/events.ts';
import { HourlyTrajectories } from '../../src/live/outputs/hourly-trajectories.ts';
import { Recorder } from '../../src/live/outputs/recorder.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { now } from '../../src/video/camera/clock.ts';
import { readAll } from '../video/clips.ts';
import { endAll, folder, later, until } from './rig.ts';

const trouble = { failed: vi.fn<(error: unknown) => void>(), lost: vi.fn<() => void>() };

afterEach(async () => {
  vi.useRealTimers();
  vi.clearAllMocks();
  await endAll();
});

/** A disk of 256 KB that can be filled up to its last byte, and emptied of that again; undefined where none may be mounted. */
function smallDisk(): { path: string; fill(): void; empty(): void } | undefined {
  const path = folder();
  const size = ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs'];
  if (spawnSync('mount', [...size, path], { stdio: 'ignore' }).status !== 0) return undefined;
  later(() => spawnSync('umount', ['-l', path]));
  const ballast = join(path, 'ballast');
  const fill = () => {
    try {
      for (;;) appendFileSync(ballast, 'x'.repeat(512));
    } catch {}
  };
  return { path, fill, empty: () => rmSync(ballast) };
}

const atHour = (hour: number) => vi.setSystemTime(Date.UTC(2026, 0, 2, hour, 30));
const filesOf = (path: string) => readdirSync(path).filter((name) => name !== 'ballast');
const NEEDS = 'needs the right to mount a disk';

describe('events at the change of hour on a full disk', () => {
  const text = 'x'.repeat(1000);
  const event = (i: number) =>
    ({ event: 'disconnected', camera: 'door', time: new Date().toISOString(), reason: `${i} ${text}` }) as const;
  const numbersIn = (path: string) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => Number.parseInt(JSON.parse(line).reason, 10));
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  /** A log of the tenth hour with 50 events, of which the disk took the first. */
  async function failingLog(disk: NonNullable<ReturnType<typeof smallDisk>>): Promise<EventLog> {
    vi.useFakeTimers({ toFake: ['Date'] });
    atHour(10);
    const log = await EventLog.open(disk.path, trouble);
    log.add(event(0));
    await until('the first line is written', () =>
      filesOf(disk.path).some((name) => statSync(join(disk.path, name)).size > 0),
    );
    disk.fill();
    for (let i = 1; i < 50; i++) log.add(event(i));
    await until('it fails', () => trouble.failed.mock.calls.length > 0);
    return log;
  }

  it('wait for room, and the file gets its name when it is whole', async ({ skip }) => {
    const disk = smallDisk();
    if (!disk) return skip(NEEDS);
    const log = await failingLog(disk);
    for (const hour of [11, 12]) {
      atHour(hour);
      for (let i = 0; i < 20; i++) log.add(event(100 * hour + i));
    }
    expect(filesOf(disk.path)).toEqual(['events.jsonl']);
    disk.empty();
    await until(
      'all are written',
      () => filesOf(disk.path).length === 3 && numbersIn(join(disk.path, 'events.jsonl')).length === 20,
    );
    expect(numbersIn(join(disk.path, 'events-20260102T103000Z.jsonl'))).toEqual(numbers(0, 50));
    expect(numbersIn(join(disk.path, 'events-20260102T113000Z.jsonl'))).toEqual(numbers(1100, 1120));
    expect(numbersIn(join(disk.path, 'events.jsonl'))).toEqual(numbers(1200, 1220));
    await log.close();
    expect(trouble.failed).toHaveBeenCalledTimes(1);
    expect(trouble.lost).not.toHaveBeenCalled();
  });

  it('are given up at the end, each counted and none torn', async ({ skip }) => {
    const disk = smallDisk();
    if (!disk) return skip(NEEDS);
    const log = await failingLog(disk);
    atHour(11);
    for (let i = 50; i < 60; i++) log.add(event(i));
    await log.close();
    expect(filesOf(disk.path)).toEqual(['events.jsonl']);
    const written = numbersIn(join(disk.path, 'events.jsonl'));
    expect(readFileSync(join(disk.path, 'events.jsonl'), 'utf8')).toMatch(/\n$/);
    expect(written).toEqual(numbers(0, written.length));
    expect(trouble.lost).toHaveBeenCalledTimes(60 - written.length);
  });
});

const describeRun = (startedAt: string) => ({ source: { name: 'door', startedAt }, models: [], parameters: {} });
/** A frame with people of these ids. */
const frameOf = (index: number, ids: readonly number[]): TrackedFrame => ({
  index,
  time: now(),
  length: ids.length,
  ids: Int32Array.from(ids),
  boxes: Float64Array.from(ids.flatMap((id) => [id, index, 10, 20])),
  scores: new Float32Array(ids.length).fill(0.5),
  detected: new Uint8Array(ids.length).fill(1),
});

describe('trajectories at the change of hour on a full disk', () => {
  it('wait for room, and nothing of them is lost', async ({ skip }) => {
    const disk = smallDisk();
    if (!disk) return skip(NEEDS);
    vi.useFakeTimers({ toFake: ['Date'] });
    atHour(10);
    const hours = new HourlyTrajectories(disk.path, describeRun, trouble);
    hours.write(frameOf(0, [1]));
    await until('the first line is written', () =>
      filesOf(disk.path).some((name) => statSync(join(disk.path, name)).size > 0),
    );
    disk.fill();
    const people = Array.from({ length: 100 }, (_, i) => i + 1);
    for (let i = 1; i < 10; i++) hours.write(frameOf(i, people));
    await until('it fails', () => trouble.failed.mock.calls.length > 0);
    atHour(11);
    for (let i = 10; i < 15; i++) hours.write(frameOf(i, people));
    await sleep(100); // time enough to give up
    disk.empty();
    await until('the first hour is complete', () =>
      filesOf(disk.path).some((name) => name.endsWith('.trajectories.json')),
    );
    await hours.close();
    const documents = await Promise.all(
      filesOf(disk.path)
        .sort()
        .map((name) => readTrajectories(join(disk.path, name))),
    );
    expect(documents).toMatchObject([
      { complete: true, summary: { frames: 10, trajectories: 100, observations: 901 } },
      { complete: true, summary: { frames: 5, trajectories: 100, observations: 500 } },
    ]);
    expect(trouble.lost).not.toHaveBeenCalled();
  });

  it('an hour that could not be completed is, when there is room again', async ({ skip }) => {
    const disk = smallDisk();
    if (!disk) return skip(NEEDS);
    const names = (ending: string) => filesOf(disk.path).filter((name) => name.endsWith(ending));
    vi.useFakeTimers({ toFake: ['Date'] });
    atHour(10);
    const hours = new HourlyTrajectories(disk.path, describeRun, trouble);
    hours.write(frameOf(0, [1, 2]));
    await until('the first hour is written', () =>
      names('.open.jsonl').some((name) => readFileSync(join(disk.path, name), 'utf8').includes('"frame":0')),
    );
    disk.fill();
    atHour(11);
    hours.write(frameOf(1, [1]));
    const told = () => trouble.failed.mock.calls.join('\n');
    await until('it cannot be completed', () =>
      told().includes('.trajectories.json: cannot be written: the disk is full'),
    );
    expect(names('.json')).toEqual([]);
    disk.empty();
    atHour(12);
    hours.write(frameOf(2, [1]));
    await until('both are complete', () => names('.json').length === 2);
    await hours.close();
    const documents = await Promise.all(
      names('')
        .sort()
        .map((name) => readTrajectories(join(disk.path, name))),
    );
    expect(documents.map(({ complete, summary }) => [complete, summary.observations])).toEqual([
      [true, 2],
      [true, 1],
      [true, 1],
    ]);
    expect(trouble.lost).not.toHaveBeenCalled();
  });
});

describe('a recording on a full disk', () => {
  it('is tried again now and then, told once, and begins when there is room', async ({ skip }) => {
    const disk = smallDisk();
    if (!disk) return skip(NEEDS);
    disk.fill();
    const told: string[] = [];
    const [width, height] = [64, 48];
    const recorder = new Recorder(disk.path, 600, (error) => told.push(`${error}`));
    recorder.setFormat({ width, height, fullRange: false });
    const started = now();
    const record = async () => {
      await until('a frame can be taken', () => recorder.ready);
      await recorder.write(new Uint8Array((width * height * 3) / 2), now() - started);
    };
    const names = new Set<string>();
    while (names.size < 3) {
      await record();
      for (const name of filesOf(disk.path)) names.add(name);
    }
    expect(told).toEqual([expect.stringContaining('the disk is full')]);
    disk.empty();
    while (!filesOf(disk.path).some((name) => statSync(join(disk.path, name)).size > 0)) await record();
    await recorder.close();
    expect(told).toHaveLength(1);
    const complete = filesOf(disk.path).filter((name) => name.endsWith('.annotated.mp4'));
    expect(complete).toEqual([expect.any(String)]);
    expect((await readAll(join(disk.path, complete[0]))).error).toBeUndefined();
  });
});
