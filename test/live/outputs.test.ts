import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ZoneCounter } from '../../src/analytics/index.ts';
import { UsageError } from '../../src/core/errors.ts';
import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import { AppendFile, cutTornLine } from '../../src/files/append-file.ts';
import { areaEvent, EventLog, type LiveEvent, personEvent } from '../../src/live/outputs/events.ts';
import { HourlyTrajectories, recoverHours } from '../../src/live/outputs/hourly-trajectories.ts';
import { highestId } from '../../src/live/outputs/ids.ts';
import { parseKeep, parseRemember, prune } from '../../src/live/outputs/retention.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { now } from '../../src/video/camera/clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { filesAtSync } from './rig.ts';

const root = temporaryFolder();
let folders = 0;
const folder = () => {
  const path = join(root, `${folders++}`);
  mkdirSync(path);
  return path;
};
const trouble = { failed: vi.fn<(error: unknown) => void>(), lost: vi.fn<() => void>() };
const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe('AppendFile', () => {
  it('writes lines in order and goes on at the end of a file', async () => {
    const path = join(folder(), 'a.jsonl');
    for (const part of [0, 1]) {
      const file = new AppendFile(path, trouble);
      for (let i = 0; i < 1000; i++) file.append(`${part} ${i}`);
      await file.close();
    }
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2000);
    expect([lines[0], lines[999], lines[1000], lines[1999]]).toEqual(['0 0', '0 999', '1 0', '1 999']);
    expect(trouble.failed).not.toHaveBeenCalled();
  });

  it('never waits for a full disk: reports it once, keeps some megabytes, and counts the rest', async () => {
    const file = new AppendFile('/dev/full', trouble);
    const line = 'x'.repeat(1e6);
    for (let i = 0; i < 10; i++) file.append(line);
    expect(trouble.lost).toHaveBeenCalledTimes(2); // 8 MiB wait
    await file.close();
    expect(trouble.failed).toHaveBeenCalledTimes(1);
    expect(String(trouble.failed.mock.calls[0])).toContain('ENOSPC');
    expect(trouble.lost).toHaveBeenCalledTimes(10); // and are given up
  });

  it.each([
    ['a\nb\nc', 'a\nb\n'],
    ['a\nb\n', 'a\nb\n'],
    ['torn', ''],
    ['', ''],
    [`a\n${'x'.repeat(200_000)}`, 'a\n'],
  ])('cuts off the line that a killed process left unfinished', async (text, expected) => {
    const path = join(folder(), 'a.jsonl');
    writeFileSync(path, text);
    await cutTornLine(path);
    expect(readFileSync(path, 'utf8')).toBe(expected);
    await cutTornLine(join(root, 'missing'));
  });
});

const someone = (event: 'started' | 'updated' | 'ended', id: number) =>
  personEvent(event, 'door', { id, time: now(), score: 0.87654 }, Float64Array.of(9, 9, 9, 9, 1.26, 2, 3, 4), 1);

describe('events', () => {
  it('of crossings and visits have the words of the analytics', () => {
    const counter = new ZoneCounter({
      lines: [{ name: 'gate', outline: Float64Array.of(100, 0, 100, 200), anchor: 'feet' }],
      zones: [{ name: 'lawn', outline: Float64Array.of(0, 0, 90, 0, 90, 200, 0, 200), anchor: 'feet' }],
    });
    const start = now();
    const events: LiveEvent[] = [];
    for (let i = 0; i <= 40; i++) {
      const boxes = Float64Array.of(40 + 4 * i, 50, 20, 50);
      const frame = { time: start + i / 10, length: 1, ids: Int32Array.of(3), boxes };
      events.push(...counter.update(frame).map((happened) => areaEvent(happened, 'door')));
    }
    const about = { camera: 'door', id: 3, time: expect.stringMatching(/Z$/) };
    expect(events).toEqual([
      { event: 'entered', ...about, zone: 'lawn' },
      { event: 'left', ...about, zone: 'lawn', dwell: 1 },
      { event: 'crossed', ...about, line: 'gate', direction: 'out' },
    ]);
  });
});

describe('EventLog', () => {
  it('has a line an event, and numbers people on from those before', async () => {
    const path = folder();
    const log = await EventLog.open(path, trouble);
    expect(await highestId(path, trouble)).toBe(0);
    log.add(someone('started', 7));
    log.add({ event: 'connected', camera: 'door', time: new Date().toISOString() });
    await log.close();
    const [first] = readFileSync(join(path, 'events.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(first)).toMatchObject({
      event: 'started',
      camera: 'door',
      id: 7,
      box: [1.3, 2, 3, 4],
      score: 0.877,
    });
    writeFileSync(join(path, 'events.jsonl'), `${first}\n{"event":"started","id":9`);
    const again = await EventLog.open(path, trouble);
    expect(await highestId(path, trouble)).toBe(7);
    await again.close();
    expect(readFileSync(join(path, 'events.jsonl'), 'utf8')).toBe(`${first}\n`);
  });

  it('begins a file with each hour, also when the hour went by while nothing ran', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 10, 59, 58, 500) });
    const path = folder();
    const log = await EventLog.open(path, trouble);
    log.add(someone('started', 1));
    vi.setSystemTime(Date.UTC(2026, 0, 2, 11, 0, 1, 500));
    log.add(someone('updated', 1));
    await log.close();
    expect(readdirSync(path).sort()).toEqual(['events-20260102T105958Z.jsonl', 'events.jsonl']);
    vi.setSystemTime(Date.UTC(2026, 0, 2, 13, 0, 0));
    const later = await EventLog.open(path, trouble);
    later.add({ event: 'connected', camera: 'door', time: new Date().toISOString() });
    await later.close();
    expect(readdirSync(path).sort()).toEqual([
      'events-20260102T105958Z.jsonl',
      'events-20260102T110001Z.jsonl',
      'events.jsonl',
    ]);
    expect(await highestId(path, trouble)).toBe(1); // of hours before: this one has no people yet
    expect(trouble.failed).not.toHaveBeenCalled();
  });
});

const describeRun = (startedAt: string) => ({
  source: { name: 'rtsp://me:secret@door/1', startedAt },
  models: [],
  parameters: {},
});
const frameOf = (index: number, time: number, ids: readonly number[]): TrackedFrame => ({
  index,
  time,
  length: ids.length,
  ids: Int32Array.from(ids),
  boxes: Float64Array.from(ids.flatMap((id) => [id, index, 10.128, 20])),
  scores: new Float32Array(ids.length).fill(0.5),
  detected: new Uint8Array(ids.length).fill(1),
});

describe('HourlyTrajectories', () => {
  it('makes a document of each hour; who is there when it ends stands in both', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 10, 59, 59, 500) });
    const path = folder();
    const hours = new HourlyTrajectories(path, describeRun, trouble);
    const start = now();
    hours.write(frameOf(100, start, [3, 4]));
    hours.write(frameOf(102, start + 0.2, [3]));
    hours.end([4]);
    vi.setSystemTime(Date.UTC(2026, 0, 2, 11, 0, 1, 500));
    hours.write(frameOf(110, start + 2, [3]));
    await hours.close();
    expect(readdirSync(path).sort()).toEqual([
      '20260102T105959Z.trajectories.json',
      '20260102T110003Z.trajectories.json',
    ]);
    const [first, second] = await Promise.all(
      readdirSync(path)
        .sort()
        .map((name) => readTrajectories(join(path, name))),
    );
    expect(first).toMatchObject({ complete: true, summary: { frames: 2, trajectories: 2, observations: 3 } });
    expect(first.source.name).toBe('rtsp://***@door/1');
    expect(first.source.startedAt).toMatch(/^2026-01-02T10:59:59\.\d{3}Z$/);
    expect(first.trajectories.map(({ id }) => id)).toEqual([4, 3]);
    expect(Array.from(first.trajectories[1].frames)).toEqual([0, 2]);
    expect(Array.from(first.trajectories[1].boxes.slice(0, 4))).toEqual([3, 100, 10.13, 20]);
    expect(second.trajectories.map(({ id, frames, times }) => [id, [...frames], [...times]])).toEqual([[3, [0], [0]]]);
    expect(trouble.failed).not.toHaveBeenCalled();
  });

  it('completes what a killed process left, up to the last whole line', async () => {
    const path = folder();
    const hours = new HourlyTrajectories(path, describeRun, trouble);
    for (let i = 0; i < 50; i++) hours.write(frameOf(i, now() + i / 10, [1]));
    await vi.waitUntil(() =>
      readdirSync(path).some((name) => readFileSync(join(path, name), 'utf8').includes('"frame":49')),
    );
    const [open] = readdirSync(path);
    const text = readFileSync(join(path, open), 'utf8');
    for (const cut of [
      text.length,
      text.length - 1,
      text.length - 20,
      text.indexOf('\n') + 30,
      text.indexOf('\n') + 1,
      10,
      0,
    ]) {
      const killed = folder();
      writeFileSync(join(killed, open), text.slice(0, cut));
      await recoverHours(killed, trouble);
      const whole = text.slice(0, cut).split('\n').length - 2;
      const names = readdirSync(killed);
      if (whole < 1) {
        expect(names, `cut at ${cut}`).toEqual([]);
        continue;
      }
      expect(names).toEqual([open.replace('open.jsonl', 'json')]);
      const document = await readTrajectories(join(killed, names[0]));
      expect(document.summary.frames).toBe(whole);
      expect(document).toMatchObject({ complete: false, reason: 'the program ended before the file was complete' });
    }
    expect(trouble.failed).not.toHaveBeenCalled();
    await hours.close();
  });

  it('has the document on the disk itself before the open file goes', async () => {
    const path = folder();
    const there = await filesAtSync(path, async () => {
      const hours = new HourlyTrajectories(path, describeRun, trouble);
      hours.write(frameOf(0, now(), [1]));
      await hours.close();
    });
    expect(there).toEqual([[expect.stringMatching(/\.tmp$/), expect.stringMatching(/\.open\.jsonl$/)]]);
    expect(readdirSync(path)).toEqual([expect.stringMatching(/\.trajectories\.json$/)]);
  });

  it('leaves a damaged file as it is, and reports it', async () => {
    const path = folder();
    const name = '20260102T110003Z.trajectories.open.jsonl';
    writeFileSync(join(path, name), `${JSON.stringify(describeRun(new Date().toISOString()))}\nnonsense\n`);
    await recoverHours(path, trouble);
    expect(readdirSync(path)).toEqual([name]);
    expect(String(trouble.failed.mock.calls[0])).toMatch(/open\.jsonl: is damaged: .*; it is left as it is/);
  });
});

describe('the highest id', () => {
  const put = (path: string, name: string, lines: readonly object[]) =>
    writeFileSync(join(path, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

  it('is of the newest who was found, not of who only stayed', async () => {
    const path = folder();
    put(path, 'events-20260102T100000Z.jsonl', [someone('started', 3), someone('started', 50), someone('ended', 50)]);
    put(path, 'events-20260102T110000Z.jsonl', [someone('updated', 3)]);
    put(path, 'events.jsonl', [someone('updated', 3), someone('ended', 3)]);
    expect(await highestId(path, trouble)).toBe(50);
  });

  it('is read past events of other names, such as those that the analytics had before', async () => {
    const path = folder();
    const about = { camera: 'door', time: new Date().toISOString() };
    put(path, 'events.jsonl', [
      someone('started', 7),
      { event: 'line', id: 7, ...about, line: 'gate', direction: 'in' },
      { event: 'enter', id: 8, ...about, zone: 'lawn' },
      { event: 'exit', id: 8, ...about, zone: 'lawn', dwell: 2 },
    ]);
    const log = await EventLog.open(path, trouble);
    await log.close();
    expect(await highestId(path, trouble)).toBe(8);
    expect(trouble.failed).not.toHaveBeenCalled();
  });

  it('counts who is in trajectories only, complete or left open', async () => {
    const path = folder();
    const hours = new HourlyTrajectories(path, describeRun, trouble);
    hours.write(frameOf(0, now(), [12, 5]));
    await vi.waitUntil(() =>
      readdirSync(path).some((name) => readFileSync(join(path, name), 'utf8').includes('"frame":0')),
    );
    expect(await highestId(path, trouble)).toBe(12);
    await hours.close();
    expect(readdirSync(path)).toEqual([expect.stringMatching(/\.trajectories\.json$/)]);
    expect(await highestId(path, trouble)).toBe(12);
    put(path, 'events.jsonl', [someone('started', 11)]);
    expect(await highestId(path, trouble)).toBe(12);
    put(path, 'events.jsonl', [someone('started', 13)]);
    expect(await highestId(path, trouble)).toBe(13);
    expect(trouble.failed).not.toHaveBeenCalled();
  });
});

describe('retention', () => {
  it.each([
    ['12h', { seconds: 43_200 }],
    ['7d', { seconds: 604_800 }],
    ['1.5 GB', { bytes: 1.5e9 }],
    ['500MB', { bytes: 5e8 }],
  ])('reads %s', (text, keep) => {
    expect(parseKeep(text)).toEqual(keep);
  });

  it.each(['', '7', '7 days', '-1d', '0d', 'GB', '1e3d', '7d; rm'])('refuses "%s"', (text) => {
    expect(() => parseKeep(text)).toThrow(UsageError);
  });

  it.each([
    ['0', 0],
    ['0h', 0],
    ['30m', 1800],
    ['1.5 h', 5400],
    ['2d', 48 * 3600],
  ])('reads the age "%s"', (text, seconds) => {
    expect(parseRemember(text)).toBe(seconds);
  });

  it.each(['', '7', '-1h', '10GB', '0 x', '1h; rm'])('refuses the age "%s"', (text) => {
    expect(() => parseRemember(text)).toThrow(UsageError);
  });

  const outputs = () => {
    const out = folder();
    const time = Date.now();
    const make = (path: string, hours: number, bytes: number) => {
      mkdirSync(join(out, path, '..'), { recursive: true });
      writeFileSync(join(out, path), 'x'.repeat(bytes));
      utimesSync(join(out, path), (time - hours * HOUR) / 1000, (time - hours * HOUR) / 1000);
    };
    make('a/20260102T110003Z.trajectories.json', 50, 100);
    make('a/20260103T110003Z-2.annotated.mp4', 26, 1000);
    make('b/events-20260104T110003Z.jsonl', 2, 100);
    make('a/20260105T110003Z.trajectories.json', 1, 100);
    for (const kept of ['a/events.jsonl', 'a/20260105T110003Z.trajectories.open.jsonl', 'a/notes.txt', 'top.mp4'])
      make(kept, 99, 1e4);
    return out;
  };

  it('removes what is too old, and nothing that is open or not its own', async () => {
    const out = outputs();
    const removed = await prune(out, { seconds: 24 * 3600 });
    expect(removed.map((path) => path.slice(out.length + 1)).sort()).toEqual([
      'a/20260102T110003Z.trajectories.json',
      'a/20260103T110003Z-2.annotated.mp4',
    ]);
    expect(readdirSync(join(out, 'a')).sort()).toEqual([
      '20260105T110003Z.trajectories.json',
      '20260105T110003Z.trajectories.open.jsonl',
      'events.jsonl',
      'notes.txt',
    ]);
  });

  it('removes the oldest of what is too much', async () => {
    const out = outputs();
    expect(await prune(out, { bytes: 1250 })).toEqual([join(out, 'a/20260102T110003Z.trajectories.json')]);
    expect(await prune(out, { bytes: 1250 })).toEqual([]);
    expect(await prune(out, { bytes: 150 })).toHaveLength(2);
  });
});
