import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { iou } from '../../src/core/geometry.ts';
import type { Detector } from '../../src/detection/index.ts';
import { trackVideo } from '../../src/engine/track-video.ts';
import { type CameraStatus, type Live, type LiveOptions, startLive } from '../../src/live/index.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { readTrajectories, type Trajectory } from '../../src/trajectories/index.ts';
import { openVideo } from '../../src/video/index.ts';
import { start } from '../commands/cli.ts';
import { folder, later, SAMPLE, standIn, statusOf, TestCamera, until } from './rig.ts';

/*
 * What must hold of live cameras over a long time, as functions of how long: the tests run them short, bench/live.ts in full.
 */

type Settings = z.input<typeof cameraParametersSchema>;

/** Follows cameras until the end of the test. */
export async function follow(
  options: Omit<LiveOptions, 'out' | 'parameters'> & { readonly out?: string },
  settings: Settings = {},
): Promise<Live> {
  const { out = folder(), ...rest } = options;
  const live = await startLive({ out, ...rest, parameters: cameraParametersSchema.parse(settings) });
  later(() => live.close());
  return live;
}

/** Processes that this one has started and that still run, and its open files. */
export function held(): { processes: number; files: number } {
  const children = execFileSync('ps', ['--ppid', `${process.pid}`, '-o', 'comm='], { encoding: 'utf8' });
  const processes = children
    .split('\n')
    .filter((name) => name.trim() !== '' && !/^(ps|python3|mosquitto|chrom)/.test(name));
  return { processes: processes.length, files: readdirSync('/proc/self/fd').length };
}

export interface ReconnectFigures {
  /** Seconds from the camera's return until the first frame after it. */
  readonly afterKill: readonly number[];
  readonly afterFreeze: readonly number[];
  readonly before: ReturnType<typeof held>;
  readonly after: ReturnType<typeof held>;
  readonly reconnects: number;
  /** Frames that came. */
  readonly received: number;
}

/**
 * A camera that is killed and started again, and that freezes and goes on.
 *
 * @param pause seconds that it stays away, at most
 */
export async function reconnect(
  kills: number,
  freezes: number,
  pause = 4,
  settings: Settings = {},
): Promise<ReconnectFigures> {
  const camera = await TestCamera.make();
  await camera.start();
  const live = await follow({ cameras: [{ name: 'door', url: camera.url() }], detector: standIn() }, settings);
  await until('pictures', () => statusOf(live).received > 3);
  const before = held();
  const nextFrame = async (since: number): Promise<number> => {
    const { received } = statusOf(live);
    await until('pictures again', () => statusOf(live).received > received, 60);
    return performance.now() / 1000 - since;
  };
  const afterKill: number[] = [];
  const afterFreeze: number[] = [];
  for (let k = 0; k < kills; k++) {
    await camera.kill();
    await camera.prepare();
    await sleep(1000 * (pause / 2) * Math.random());
    await until('it is noticed', () => statusOf(live).state === 'offline');
    await camera.start();
    afterKill.push(await nextFrame(performance.now() / 1000));
    await sleep(500);
  }
  for (let k = 0; k < freezes; k++) {
    camera.freeze();
    await until('it is noticed', () => statusOf(live).state === 'offline');
    await sleep(1000 * pause * Math.random());
    camera.resume();
    afterFreeze.push(await nextFrame(performance.now() / 1000));
    await until('live', () => statusOf(live).state === 'live');
    await sleep(500);
  }
  await until('live', () => statusOf(live).state === 'live');
  await until('what connected before is gone', () => held().processes <= before.processes);
  const { reconnects, received } = statusOf(live);
  const after = held();
  return { afterKill, afterFreeze, before, after, reconnects, received };
}

export interface SlowFigures extends Pick<CameraStatus, 'received' | 'processed' | 'dropped'> {
  readonly fps: number;
  /** Seconds that a frame takes in the detector: what 95 of 100 stay below. */
  readonly inference: number;
  /** Median and 95th percentile of the latency in seconds, once a second. */
  readonly medians: readonly number[];
  readonly latest: readonly number[];
  /** Frames that the detector was given although a newer one was there. */
  readonly older: number;
  /** Resident memory in MB, once a second. */
  readonly memory: readonly number[];
}

/** A detector that is three times slower than the camera. */
export async function slow(seconds: number, fps = 14, warmUp = 10): Promise<SlowFigures> {
  const camera = await TestCamera.make({ fps });
  await camera.start();
  const detector = standIn(3 / fps);
  const times: number[] = [];
  let older = 0;
  const watching: Detector = {
    ...detector,
    async detect(frame) {
      if (frame.index < statusOf(live).received - 1) older++;
      const begin = performance.now();
      const detections = await detector.detect(frame);
      times.push((performance.now() - begin) / 1000);
      return detections;
    },
  };
  const cameras = [{ name: 'door', url: camera.url() }];
  const live = await follow({ cameras, detector: watching }, { appearance: { mode: 'off' } });
  await until('pictures', () => statusOf(live).processed > 3);
  await sleep(1000 * warmUp); // the latencies of the last ten seconds are told: not those of the start
  const from = statusOf(live);
  older = 0;
  const medians: number[] = [];
  const latest: number[] = [];
  const memory: number[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1000);
    const { latency, latency95 } = statusOf(live);
    medians.push(latency);
    latest.push(latency95);
    memory.push(process.memoryUsage().rss / 1e6);
  }
  const to = statusOf(live);
  const received = to.received - from.received;
  const processed = to.processed - from.processed;
  const dropped = to.dropped - from.dropped;
  const inference = times.sort((a, b) => a - b)[Math.floor(0.95 * times.length)];
  return { fps, inference, medians, latest, received, processed, dropped, older, memory };
}

export interface KillFigures {
  readonly kills: number;
  /** Recordings that play, and most seconds of what was seen that the recording of a killed process lacks at its end. */
  readonly recordings: number;
  readonly unrecorded: number;
  /** Complete lines and documents that stood there before a start and not after it, or other than before. */
  readonly lost: readonly string[];
  readonly events: number;
  readonly documents: number;
  readonly observations: number;
}

/** The command, killed with all its ffmpegs at random moments: what it had written is there after the next start, whole. */
export async function killed(kills: number, seconds: readonly [least: number, most: number]): Promise<KillFigures> {
  const out = folder();
  const cameras = await Promise.all([1, 2].map(() => TestCamera.make({ fps: 25 })));
  await Promise.all(cameras.map((camera) => camera.start()));
  const urls = cameras.map((camera) => camera.url());
  const lost: string[] = [];
  let before = new Map<string, string>();
  let observations = 0;
  for (let k = 0; k <= kills; k++) {
    const fast = ['--set', 'detection.inputPixels=60000', '--set', 'live.eventRate=20'];
    const run = start(['stream', ...urls, '--out', out, '--port', '0', '--record', ...fast]);
    await run.said('"msg":"live"');
    lost.push(...(await missingOf(out, before)));
    if (k === kills) {
      process.kill(run.pid, 'SIGTERM');
      await run.ended;
      break;
    }
    await until('people are followed', () => [...snapshot(out).values()].some((text) => text.includes('"people":[[')));
    const [least, most] = seconds;
    await sleep(1000 * (least + (most - least) * Math.random()));
    killAll(run.pid);
    await run.ended;
    before = snapshot(out);
  }
  const paths = filesBelow(out);
  const documents = paths.filter((path) => path.endsWith('.trajectories.json'));
  const unrecorded: number[] = [];
  for (const path of documents) {
    const { summary, complete } = await readTrajectories(path);
    observations += summary.observations;
    const recorded = path.replace('.trajectories.json', '.annotated.mp4');
    if (!complete && paths.includes(recorded)) unrecorded.push(summary.duration - (await secondsOf(recorded)));
  }
  const eventFiles = paths.filter((path) => /events.*\.jsonl$/.test(path));
  const lines = eventFiles.flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'));
  for (const line of lines) JSON.parse(line);
  const recordings = paths.filter((path) => path.endsWith('.annotated.mp4')).length;
  const counts = { events: lines.length, documents: documents.length, observations, recordings };
  return { kills, lost, ...counts, unrecorded: Math.max(...unrecorded) };
}

/** Ends a process and those it has started, with no time for any of them to do anything about it. */
function killAll(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const children = execFileSync('ps', ['--ppid', `${pid}`, '-o', 'pid='], { encoding: 'utf8' });
  for (const child of [...children.trim().split(/\s+/).filter(Boolean).map(Number), pid])
    process.kill(child, 'SIGKILL');
}

/** Time of the last picture of a video that can be read to its end. */
async function secondsOf(path: string): Promise<number> {
  const video = await openVideo(path);
  let last = 0;
  for await (const { time } of video) last = time;
  await video.close();
  return last;
}

function filesBelow(out: string): string[] {
  return readdirSync(out, { recursive: true, encoding: 'utf8' })
    .map((name) => join(out, name))
    .filter((path) => /\.(json|jsonl|mp4)$/.test(path));
}

/** The text files as they are. */
function snapshot(out: string): Map<string, string> {
  const paths = filesBelow(out).filter((path) => !path.endsWith('.mp4'));
  return new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}

/** What stood in the files before, as whole lines, and is not there any more. */
async function missingOf(out: string, before: ReadonlyMap<string, string>): Promise<string[]> {
  const lost: string[] = [];
  for (const [path, text] of before) {
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (path.endsWith('.open.jsonl')) {
      if (!(await holds(path.replace('.open.jsonl', '.json'), whole))) lost.push(path);
    } else if (!readFileSync(path, 'utf8').startsWith(whole)) lost.push(path);
  }
  for (const path of filesBelow(out)) {
    if (!path.endsWith('.trajectories.json')) continue;
    await readTrajectories(path).catch((error: Error) => lost.push(error.message));
  }
  return lost;
}

/** Whether a document has every observation of the open file that it was made of. */
async function holds(path: string, lines: string): Promise<boolean> {
  const frames = lines.trimEnd().split('\n').slice(1);
  if (frames.length === 0) return true; // it was not yet begun
  const { trajectories } = await readTrajectories(path);
  const found = new Set(trajectories.flatMap(({ id, frames }) => Array.from(frames, (frame) => `${id} ${frame}`)));
  for (const line of frames) {
    const { frame, people = [] } = JSON.parse(line) as { frame?: number; people?: number[][] };
    for (const [id] of people) if (!found.has(`${id} ${frame}`)) return false;
  }
  return true;
}

export interface ShareFigures {
  /** Frames a second of a single camera that gives more than the detector can take, and of four cameras together. */
  readonly alone: number;
  readonly together: number;
  readonly each: readonly number[];
  /** Frames a second of the other cameras while the fourth is dead, and of the fourth when it is back. */
  readonly othersMeanwhile: readonly number[];
  readonly back: number;
}

/** Four cameras on one detector, one of which dies and comes back, against a single one of four times the rate. */
export async function share(seconds: number, fps: number, detector?: string | (() => Detector)): Promise<ShareFigures> {
  const make = () => (typeof detector === 'function' ? detector() : detector);
  const rates = async (live: Live, over: number): Promise<number[]> => {
    const from = live.status.cameras.map(({ processed }) => processed);
    const start = performance.now();
    await sleep(1000 * over);
    const elapsed = (performance.now() - start) / 1000;
    return live.status.cameras.map(({ processed }, i) => (processed - from[i]) / elapsed);
  };
  const one = await TestCamera.make({ fps: 4 * fps });
  await one.start();
  const single = await follow({ cameras: [{ name: 'one', url: one.url() }], detector: make() });
  await until('pictures', () => statusOf(single).processed > 5);
  const [alone] = await rates(single, seconds);
  await single.close();
  await one.kill();

  const cameras = await Promise.all([1, 2, 3, 4].map(() => TestCamera.make({ fps })));
  await Promise.all(cameras.map((camera) => camera.start()));
  const sources = cameras.map((camera, i) => ({ name: `c${i + 1}`, url: camera.url() }));
  const live = await follow({ cameras: sources, detector: make() });
  await until('all live', () => live.status.cameras.every(({ processed }) => processed > 3));
  const each = await rates(live, seconds);
  await cameras[3].prepare();
  await cameras[3].kill();
  await until('it is noticed', () => statusOf(live, 'c4').state === 'offline');
  const othersMeanwhile = (await rates(live, Math.max(2, seconds / 3))).slice(0, 3);
  await cameras[3].start();
  const { processed } = statusOf(live, 'c4');
  await until('it is back', () => statusOf(live, 'c4').processed > processed + 2);
  const back = (await rates(live, Math.max(2, seconds / 3)))[3];
  return { alone, together: each.reduce((sum, rate) => sum + rate, 0), each, othersMeanwhile, back };
}

export interface OutageFigures {
  /** Seconds between the last frame before the outage and the first after it. */
  readonly gap: number;
  /** People who were there before and after it, as tracking the file without an outage tells. */
  readonly people: number;
  /** Those of them whom the live run saw before and after it, and whose id stayed. */
  readonly seen: number;
  readonly kept: number;
  /** Who crossed a line, one within the outage and one after it; each time. */
  readonly crossings: readonly number[];
  /** Part of the frames that came and that the machine was too slow for. */
  readonly dropped: number;
}

/** A line that two people of the sample cross to the left: one within the outage, one half a second after. */
const KERB: [number, number][] = [
  [640, 300],
  [640, 430],
];
/** Seconds of the sample at which the camera goes, is back, and the play ends. */
const [AWAY, BACK, END] = [4, 5, 7.5];

/** A camera that is away for a second of the sample and goes on where it would be. */
export async function outage(detector = 'rtmdet-nano', settings: Settings = {}): Promise<OutageFigures> {
  const parameters = cameraParametersSchema.parse({ ...settings, lines: { kerb: { points: KERB } } });
  const reference = folder();
  const { live: _, ...ofFile } = parameters;
  const file = { out: reference, online: true, annotate: false, maxFrames: 50, detector, parameters: ofFile };
  await trackVideo(SAMPLE, file);
  const truth = (await readTrajectories(join(reference, 'pets09-s2l1.trajectories.json'))).trajectories;

  const camera = await TestCamera.make();
  await camera.prepare();
  const out = folder();
  const crossings: number[] = [];
  const live = await startLive({
    cameras: [{ name: 'door', url: camera.url() }],
    onEvent: (event) => {
      // somebody else does at the start, when it depends on the machine whether they are followed yet
      const early = Date.parse(event.time) / 1000 < camera.epoch + 2;
      if (event.event === 'crossed' && !early) crossings.push(event.id);
    },
    ...{ detector, out, parameters },
  });
  later(() => live.close());
  camera.epoch = Date.now() / 1000;
  await camera.start();
  const at = (seconds: number) => sleep(1000 * (camera.epoch + seconds) - Date.now());
  await camera.prepare();
  await at(AWAY);
  await camera.kill();
  await at(BACK);
  await camera.start();
  await at(END);
  const { received, dropped } = statusOf(live);
  await live.close();

  const [name] = readdirSync(join(out, 'door')).filter((path) => path.endsWith('.trajectories.json'));
  const { trajectories, source } = await readTrajectories(join(out, 'door', name));
  const started = Date.parse(source.startedAt ?? '') / 1000;
  const times = [...new Set(trajectories.flatMap((trajectory) => [...trajectory.times]))].sort((a, b) => a - b);
  const middle = camera.epoch + (AWAY + BACK) / 2 - started;
  const last = times.findLast((time) => time < middle) ?? Number.NaN;
  const first = times.find((time) => time > middle) ?? Number.NaN;
  const idOf = (true_: Trajectory, wanted: readonly number[]): number | undefined => {
    for (const time of wanted) {
      const frame = camera.frameAt(started + time + 0.01);
      const k = true_.frames.findIndex((f) => Math.abs(f - frame) <= 1);
      if (k < 0) continue;
      for (const { id, times, boxes } of trajectories) {
        const i = times.indexOf(time);
        if (i >= 0 && iou(boxes, i, true_.boxes, k) > 0.5) return id;
      }
    }
    return undefined;
  };
  const beforeTimes = times.filter((time) => time <= last && time > last - 0.5).reverse();
  const afterTimes = times.filter((time) => time >= first && time < first + 1);
  const [a, b] = [last, first].map((time) => camera.frameAt(started + time + 0.01));
  const there = truth.filter(({ frames }) => frames.includes(a) && frames.includes(b + 3));
  const pairs = there.map((person) => [idOf(person, beforeTimes), idOf(person, afterTimes)]);
  const seen = pairs.filter(([before, after]) => before !== undefined && after !== undefined);
  const kept = seen.filter(([before, after]) => before === after);
  return {
    gap: first - last,
    people: there.length,
    seen: seen.length,
    kept: kept.length,
    crossings,
    dropped: dropped / received,
  };
}
