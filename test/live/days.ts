import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { type Detections, NO_DETECTIONS } from '../../src/core/detections.ts';
import { Pipeline } from '../../src/live/camera/pipeline.ts';
import { hourOf, isoTime } from '../../src/live/clock.ts';
import { SILENT } from '../../src/live/monitoring/log.ts';
import { createMetrics } from '../../src/live/monitoring/metrics.ts';
import { MqttPublisher } from '../../src/live/monitoring/mqtt.ts';
import { CameraStatistics } from '../../src/live/monitoring/statistics.ts';
import { EventLog, type LiveEvent } from '../../src/live/outputs/events.ts';
import { highestId } from '../../src/live/outputs/ids.ts';
import { prune } from '../../src/live/outputs/retention.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { DetectorScheduler } from '../../src/live/scheduler.ts';
import { ElapsedTime, FrameClock, now } from '../../src/video/camera/clock.ts';
import type { VideoInfo } from '../../src/video/probe.ts';
import { folder, freePort, later } from './rig.ts';

const SIZE = { width: 320, height: 240 };
const DAY = 86_400;
/** A person comes every so many seconds, and walks through the picture at so many pixels a second. */
const EVERY = 120;
const SPEED = 10;
/** The camera is away from 3:10 to 3:15 UTC. */
const AWAY = [3 * 3600 + 600, 3 * 3600 + 900] as const;
/** RTP counts 90,000 a second in 32 bits. */
const WRAP_SECONDS = 2 ** 32 / 90_000;

/** How the bookkeeping of a simulated day went. */
export interface Day {
  readonly day: number;
  /** What happened in it. */
  readonly events: Readonly<Record<LiveEvent['event'], number>>;
  /** The names of complete files that came. */
  readonly files: readonly string[];
  /** MB after a garbage collection, where there is one: JavaScript heap, outside it, resident. */
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
  /** MB and number of the files that are kept. */
  readonly disk: number;
  readonly kept: number;
  /** Open files of this process. */
  readonly handles: number;
}

/** What came of it all. */
export interface Days {
  /** Without the names of files, which would be what grows. */
  readonly days: readonly Omit<Day, 'files'>[];
  /** Ids given, and the highest one in the files that are kept. */
  readonly lastId: number;
  readonly highest: number;
  readonly linesLost: number;
  readonly failures: readonly unknown[];
  /** What Node warned of: timers that overflow, listeners that pile up. */
  readonly warnings: readonly string[];
  /** Seconds that it took. */
  readonly seconds: number;
}

/** Settings of {@link simulateDays}. */
export interface DaysOptions {
  /** Time of day of the start, milliseconds since 1970; a midnight in UTC. */
  readonly start: number;
  readonly days: number;
  /** Seconds between frames. */
  readonly step?: number;
  readonly onDay?: (day: Day) => void;
}

/**
 * Everything of a camera that keeps state over time, for days, as fast as it goes: tracks, zones and lines, ids, events, hourly trajectories,
 * a recording, retention, statistics, history, metrics, a broker that cannot be reached, and the clocks of a camera whose timestamps wrap. The
 * clocks of the process are simulated; files, ffmpeg and the connection are real.
 */
export async function simulateDays({ start, days: count, step = 1, onDay }: DaysOptions): Promise<Days> {
  const out = folder();
  const path = join(out, 'yard');
  const failures: unknown[] = [];
  const statistics = new CameraStatistics('yard');
  const trouble = { failed: (error: unknown) => failures.push(error), lost: () => statistics.linesLost++ };
  const parameters = cameraParametersSchema.parse({
    lines: { door: { points: [[0.5, 1] as const, [0.5, 0] as const], unit: 'ratio' } },
    zones: {
      shop: {
        points: [
          [0.6, 0],
          [1, 0],
          [1, 1],
          [0.6, 1],
        ],
        unit: 'ratio',
      },
    },
    live: { segmentSeconds: 6 * 3600 },
  });
  const begun = process.hrtime.bigint();
  const warnings: string[] = [];
  const warned = ({ name, message }: Error) => warnings.push(`${name}: ${message}`);
  process.on('warning', warned);
  const clock = simulateClock(start);
  later(() => {
    clock.restore();
    process.off('warning', warned);
  });
  mkdirSync(path);
  const mqtt = await MqttPublisher.connect(`mqtt://127.0.0.1:${await freePort()}`, parameters.live, SILENT);
  const events = await EventLog.open(path, trouble);
  let counts = noEvents();
  const report = (event: LiveEvent) => {
    counts[event.event]++;
    events.add(event);
    mqtt.event(event);
  };
  let found: Detections = NO_DETECTIONS;
  const pipeline = new Pipeline(
    {
      ...{ name: 'yard', shown: 'rtsp://yard/1', folder: path, record: true, parameters, statistics },
      models: { detector: { letterbox: () => undefined, detect: async () => found }, association: handSetScore },
      scheduler: new DetectorScheduler(1),
      run: { generator: 'twintrack', models: [], parameters: {} },
      ...{ onEvent: report, trouble, log: SILENT },
    },
    0,
  );
  pipeline.setFormat({ ...SIZE, frameRate: 1 / step } as VideoInfo);
  const metrics = createMetrics();
  const status = () => statistics.status(pipeline.dropped, pipeline.following);
  const pixels = new Uint8Array((SIZE.width * SIZE.height * 3) / 2).fill(128);
  const camera = new FrameClock();
  const elapsedTime = new ElapsedTime();
  let files: string[] = [];
  let known = new Set<string>();
  const days: Omit<Day, 'files'>[] = [];

  let index = 0;
  let live = false;
  for (let second = 0; second < count * DAY; second += step) {
    clock.set(second);
    const ofDay = second % DAY;
    const away = ofDay >= AWAY[0] && ofDay < AWAY[1];
    if (away === live) {
      live = !away;
      statistics.state = live ? 'live' : 'offline';
      if (live) elapsedTime.reconnected();
      report({ event: live ? 'connected' : 'disconnected', camera: 'yard', time: isoTime(now()) });
    }
    if (away) pipeline.wait();
    else {
      found = peopleAt(second);
      const arrival = now();
      const timestamp = second % WRAP_SECONDS;
      const draw = ofDay % 300 < step;
      const frame = { index: index++, time: camera.timeOf(timestamp, arrival), ...SIZE, ...(draw && { pixels }) };
      await new Promise<void>((resolve) => {
        statistics.frameReceived();
        pipeline.put({ ...frame, elapsed: elapsedTime.next(timestamp, arrival), release: resolve });
      });
    }
    if (ofDay % 60 < step) {
      const { people, state } = status();
      mqtt.value('yard', 'people', people);
      mqtt.value('yard', 'state', state);
      await metrics({ uptime: second, cameras: [status()], skipped: [], detector: { name: 'none', works: true } });
      statistics.history();
    }
    if (ofDay % 3600 < step) {
      await turn();
      const names = await completeIn(path, hourOf(Date.now() / 1000));
      files.push(...names.filter((name) => !known.has(name)));
      known = new Set(names);
      await prune(out, { bytes: 4e6 });
    }
    if (ofDay + step >= DAY) {
      const kept = filesIn(path);
      const disk = kept.reduce((sum, { size }) => sum + size, 0) / 1e6;
      const handles = readdirSync('/proc/self/fd').length;
      const day = { day: days.length + 1, events: counts, ...memory(), handles, disk, kept: kept.length };
      days.push(day);
      onDay?.({ ...day, files });
      files = [];
      counts = noEvents();
    }
  }
  const { lastId } = pipeline;
  await pipeline.close();
  await events.close();
  await mqtt.close(0);
  const highest = await highestId(path, trouble);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  return { days, lastId, highest, linesLost: statistics.linesLost, failures, warnings, seconds };
}

const noEvents = () => ({
  ...{ started: 0, updated: 0, ended: 0, crossed: 0, entered: 0, left: 0 },
  ...{ connected: 0, disconnected: 0, stopped: 0, person: 0, 'person.changed': 0 },
});

/** Who is in the picture: a person walks through it from left to right. */
function peopleAt(second: number): Detections {
  const x = SPEED * (second % EVERY);
  if (x > SIZE.width - 40) return NO_DETECTIONS;
  return { length: 1, boxes: Float64Array.of(x, 100, 40, 100), scores: Float32Array.of(0.9) };
}

function filesIn(path: string): { name: string; size: number }[] {
  return readdirSync(path).map((name) => ({ name, size: statSync(join(path, name)).size }));
}

/** The names of complete files, once only those of this hour are open. */
async function completeIn(path: string, hour: number): Promise<string[]> {
  for (;;) {
    const open = readdirSync(path).filter((name) => name.includes('.trajectories.open.'));
    const names = readdirSync(path).filter((name) => !/\.open\.|partial|^events\.jsonl$/.test(name));
    if (open.every((name) => hourOf(Date.parse(timeIn(name)) / 1000) === hour)) return names;
    await sleep(2);
  }
}

/** `20261124T135901Z` as ISO 8601. */
function timeIn(name: string): string {
  return name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/s, '$1-$2-$3T$4:$5:$6Z');
}

function memory(): Pick<Day, 'heap' | 'external' | 'rss'> {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed / 1e6, external: external / 1e6, rss: rss / 1e6 };
}

/** Puts the time of day and the clock that only goes forward into the hands of the caller. */
function simulateClock(start: number) {
  const [date, forward] = [Date.now, performance.now];
  const origin = performance.now();
  let seconds = 0;
  Date.now = () => start + 1000 * seconds;
  performance.now = () => origin + 1000 * seconds;
  return {
    set(time: number) {
      seconds = time;
    },
    restore() {
      Date.now = date;
      performance.now = forward;
    },
  };
}
