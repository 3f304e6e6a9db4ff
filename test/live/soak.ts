import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../commands/cli.ts';
import { Broker, folder, freePort, later, TestCamera, until } from './rig.ts';

export interface SoakFigures {
  readonly minutes: number;
  /** One sample every five seconds, after the first fifth of the time: MB, and numbers of open files and of processes. */
  readonly rss: Trend;
  readonly heap: Trend;
  readonly files: Trend;
  readonly processes: Trend;
  readonly frames: number;
  readonly dropped: number;
  readonly reconnects: number;
  /** How often somebody crossed the line. */
  readonly crossings: number;
  readonly fps: number;
}

/** A straight line through samples over time. */
export interface Trend {
  readonly mean: number;
  /** Change an hour, and twice its standard error (of samples of five minutes, which hardly depend on each other). */
  readonly slope: number;
  readonly error: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The command with all it has (a recording, a broker, viewers, retention, appearance, a line and a zone), over a long time, with a
 * camera that is killed every five minutes, or three times in a short run.
 */
export async function soak(
  minutes: number,
  more: readonly string[] = [],
  onSample?: (line: string) => void,
): Promise<SoakFigures> {
  const broker = await Broker.start();
  const cameras = await Promise.all([1, 2].map(() => TestCamera.make()));
  await Promise.all(cameras.map((camera) => camera.start()));
  const port = await freePort();
  const urls = cameras.map((camera) => camera.url());
  const outputs = ['--out', folder(), '--record', '--set', 'live.segmentSeconds=60', '--keep', '100MB'];
  const areas = [
    ...['--set', 'lines.middle={points: [[0.5, 1], [0.5, 0.15]], unit: ratio}'],
    ...['--set', 'zones.road={points: [[0.66, 0.26], [0.98, 0.26], [0.98, 0.8], [0.66, 0.8]], unit: ratio}'],
  ];
  const run = start(['stream', ...urls, '--port', `${port}`, '--mqtt', broker.url, ...outputs, ...areas, ...more]);
  later(async () => {
    process.kill(run.pid, 'SIGTERM');
    await run.ended;
  });
  await run.said('"msg":"live"');
  const viewing = new AbortController();
  later(() => viewing.abort());
  const names = ((await (await fetch(`http://127.0.0.1:${port}/api/history`)).json()) as object) ?? {};
  for (const name of Object.keys(names)) view(`http://127.0.0.1:${port}/cameras/${name}/video.mjpeg`, viewing.signal);
  const samples: { time: number; rss: number; heap: number; files: number; processes: number }[] = [];
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 60_000;
  let killed = 0;
  let metrics = new Map<string, number>();
  while (elapsed() < minutes) {
    await sleep(5000);
    metrics = await read(port);
    const [rss, heap] = ['resident_memory_bytes', 'heap_used_bytes'].map((name) => (metrics.get(name) ?? 0) / 1e6);
    const files = readdirSync(`/proc/${run.pid}/fd`).length;
    const processes = childrenOf(run.pid);
    onSample?.([elapsed().toFixed(2), rss.toFixed(1), heap.toFixed(1), files, processes].join('\t'));
    if (elapsed() > minutes / 5) samples.push({ time: elapsed() / 60, rss, heap, files, processes });
    if (elapsed() > Math.min(5, minutes / 3) * (killed + 1)) {
      killed++;
      await cameras[1].kill();
      await sleep(1000);
      await cameras[1].start();
    }
  }
  await until('both live', async () => (await read(port)).get('camera_up') === 2);
  const trend = (pick: (sample: (typeof samples)[number]) => number) =>
    trendOf(samples.map((sample) => [sample.time, pick(sample)]));
  const counts = ['frames_processed_total', 'frames_dropped_total', 'reconnects_total', 'line_crossings_total'];
  const [frames, dropped, reconnects, crossings] = counts.map((name) => metrics.get(name) ?? 0);
  return {
    ...{ minutes, frames, dropped, reconnects, crossings, fps: frames / (60 * elapsed()) },
    rss: trend(({ rss }) => rss),
    heap: trend(({ heap }) => heap),
    files: trend(({ files }) => files),
    processes: trend(({ processes }) => processes),
  };
}

/** Reads a stream for as long as it goes, and throws away what comes. */
async function view(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { body } = await fetch(url, { signal });
      for await (const _ of body ?? []);
    } catch {}
    await sleep(200);
  }
}

/** The metrics by name, summed over the cameras. */
async function read(port: number): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sums = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/^twintrack_(\w+)(?:\{.*\})? (\S+)$/gm))
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  return sums;
}

function childrenOf(pid: number): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).length;
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it ended meanwhile
  }
}

/** Least squares through means of five minutes: memory goes up and down with garbage collection. */
function trendOf(samples: readonly (readonly [hours: number, value: number])[]): Trend {
  const bins = new Map<number, { time: number; value: number; n: number }>();
  for (const [time, value] of samples) {
    const bin = bins.get(Math.floor(12 * time)) ?? { time: 0, value: 0, n: 0 };
    bins.set(Math.floor(12 * time), { time: bin.time + time, value: bin.value + value, n: bin.n + 1 });
  }
  const points = [...bins.values()].map(({ time, value, n }) => [time / n, value / n]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [t, v] = [mean(points.map(([time]) => time)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [time]) => sum + (time - t) ** 2, 0);
  const slope = points.reduce((sum, [time, value]) => sum + (time - t) * (value - v), 0) / spread;
  const rest = points.reduce((sum, [time, value]) => sum + (value - v - slope * (time - t)) ** 2, 0);
  const values = samples.map(([, value]) => value);
  return {
    ...{ mean: mean(values), slope, error: 2 * Math.sqrt(rest / Math.max(1, points.length - 2) / spread) },
    ...{ least: Math.min(...values), most: Math.max(...values) },
  };
}
