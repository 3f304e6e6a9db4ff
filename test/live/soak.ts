import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../commands/cli.ts';
import { Broker, folder, freePort, later, TestCamera, until } from './rig.ts';
import { type Trend, trendOf } from './trend.ts';

/** One moment of a soak: MB, and numbers of things. */
export interface SoakSample {
  readonly minutes: number;
  /** Memory of node: resident before and after a garbage collection, JavaScript heap and memory outside it after that. */
  readonly rss: number;
  readonly rssAfter: number;
  readonly heap: number;
  readonly external: number;
  /** Resident memory of all ffmpegs, and of those that decode, all of whose cameras live through the whole time. */
  readonly ffmpegs: number;
  readonly decoders: number;
  readonly files: number;
  readonly processes: number;
  /** Sockets, timers and children that keep node alive. */
  readonly resources: number;
}

type Quantity = Exclude<keyof SoakSample, 'minutes'>;

/** The quantity over the time after the first fifth, and over the second half. */
export interface Trends {
  readonly whole: Trend;
  readonly half: Trend;
}

export interface SoakFigures {
  readonly minutes: number;
  readonly first: SoakSample;
  readonly last: SoakSample;
  readonly trends: Record<Quantity, Trends>;
  readonly frames: number;
  readonly dropped: number;
  readonly reconnects: number;
  /** How often a person crossed the line. */
  readonly crossings: number;
  readonly fps: number;
}

/** More options of {@link soak}. */
export interface SoakOptions {
  /** More arguments of the command. */
  readonly more?: readonly string[];
  /** Called every quarter of a minute. */
  readonly onSample?: (sample: SoakSample) => void;
}

const QUANTITIES: readonly Quantity[] = [
  ...(['rss', 'rssAfter', 'heap', 'external', 'ffmpegs', 'decoders'] as const),
  ...(['files', 'processes', 'resources'] as const),
];

/**
 * The command with all it has (four cameras with H.264 and H.265, a recording, a broker, viewers, retention, appearance, a line and a zone),
 * over a long time, with one camera that is killed every five minutes, or three times in a short run. The pictures are small and few, so that
 * a machine that does other things as well keeps up.
 */
export async function soak(minutes: number, { more = [], onSample }: SoakOptions = {}): Promise<SoakFigures> {
  const broker = await Broker.start();
  const codecs = ['h264', 'h264', 'h265', 'h265'] as const;
  const cameras = await Promise.all(codecs.map((codec) => TestCamera.make({ codec, filter: 'scale=320:-2', fps: 5 })));
  await Promise.all(cameras.map((camera) => camera.start()));
  const port = await freePort();
  const urls = cameras.map((camera) => camera.url());
  const outputs = ['--out', folder(), '--record', '--set', 'live.segmentSeconds=60', '--keep', '100MB'];
  const areas = [
    ...['--set', 'lines.middle={points: [[0.5, 1], [0.5, 0.15]], unit: ratio}'],
    ...['--set', 'zones.road={points: [[0.66, 0.26], [0.98, 0.26], [0.98, 0.8], [0.66, 0.8]], unit: ratio}'],
  ];
  const memory = join(folder(), 'memory.jsonl');
  writeFileSync(memory, '');
  const options = `--import=${join(import.meta.dirname, 'soak-memory.mjs')}`;
  const env = { ...process.env, NODE_OPTIONS: options, TWINTRACK_SOAK_MEMORY: memory };
  const args = ['stream', ...urls, '--port', `${port}`, '--mqtt', broker.url, ...outputs, ...areas, ...more];
  const run = start(args, { env });
  later(async () => {
    process.kill(run.pid, 'SIGTERM');
    await run.ended;
  });
  await run.said('"msg":"live"');
  const viewing = new AbortController();
  later(() => viewing.abort());
  const names = ((await (await fetch(`http://127.0.0.1:${port}/api/history`)).json()) as object) ?? {};
  for (const name of Object.keys(names)) view(`http://127.0.0.1:${port}/cameras/${name}/video.mjpeg`, viewing.signal);

  const samples: SoakSample[] = [];
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 60_000;
  let killed = 0;
  let lines = 0;
  while (elapsed() < minutes) {
    await sleep(1000);
    const text = readFileSync(memory, 'utf8').trimEnd().split('\n');
    if (text.length > lines && text[0] !== '') {
      lines = text.length;
      const sample = { minutes: elapsed(), ...memoryOf(text[lines - 1]), ...processesOf(run.pid) };
      samples.push(sample);
      onSample?.(sample);
    }
    if (elapsed() > Math.min(5, minutes / 3) * (killed + 1)) {
      killed++;
      await cameras[1].kill();
      await sleep(1000);
      await cameras[1].start();
    }
  }
  await until('all live', async () => (await read(port)).get('camera_up') === cameras.length);
  const metrics = await read(port);
  const counts = ['frames_processed_total', 'frames_dropped_total', 'reconnects_total', 'line_crossings_total'];
  const [frames, dropped, reconnects, crossings] = counts.map((name) => metrics.get(name) ?? 0);
  const since = (part: number, quantity: Quantity) =>
    trendOf(
      samples
        .filter((sample) => sample.minutes > part * minutes)
        .map((sample) => [sample.minutes / 60, sample[quantity]] as const),
    );
  const trends = QUANTITIES.map((quantity) => [
    quantity,
    { whole: since(1 / 5, quantity), half: since(1 / 2, quantity) },
  ]);
  return {
    ...{ minutes, first: samples[0], last: samples[samples.length - 1] },
    trends: Object.fromEntries(trends) as Record<Quantity, Trends>,
    ...{ frames, dropped, reconnects, crossings, fps: frames / (60 * elapsed()) },
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

function memoryOf(line: string) {
  const { rss, after, resources } = JSON.parse(line);
  const [heap, external] = [after.heapUsed / 1e6, after.external / 1e6];
  return { rss: rss / 1e6, rssAfter: after.rss / 1e6, heap, external, resources };
}

/** What the process and its children hold. */
function processesOf(pid: number) {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  const sizes = children.map((child) => ({ size: residentOf(child), decodes: / rtsp:/.test(` ${commandOf(child)}`) }));
  const sum = (some: typeof sizes) => some.reduce((total, { size }) => total + size, 0) / 1e6;
  return {
    ffmpegs: sum(sizes),
    decoders: sum(sizes.filter(({ decodes }) => decodes)),
    files: readdirSync(`/proc/${pid}/fd`).length,
    processes: children.length,
  };
}

function parentOf(pid: string): number | undefined {
  return Number(/^PPid:\t(\d+)$/m.exec(statusOf(pid))?.[1]);
}

/** Bytes. */
function residentOf(pid: string): number {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1] ?? 0);
}

function commandOf(pid: string): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function statusOf(pid: string): string {
  return textOf(`/proc/${pid}/status`);
}

/** The text of a file, or nothing when the process has ended meanwhile. */
function textOf(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
