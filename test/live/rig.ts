import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { beforeEach } from 'vitest';
import type { Detector } from '../../src/detection/index.ts';
import type { Live } from '../../src/live/index.ts';
import { addressOf, type Connecting } from '../../src/video/camera/address.ts';
import { CameraSession } from '../../src/video/camera/session.ts';
import { findFfmpeg } from '../../src/video/ffmpeg.ts';
import type { VideoInfo } from '../../src/video/probe.ts';
import { slowness } from '../machine.ts';
import { needs } from '../needs.ts';

/** The sample clip. */
export const SAMPLE = join(import.meta.dirname, '../../videos/pets09-s2l1.mp4');
/** Frames in it. */
export const SAMPLE_FRAMES = 795;
export const CHROMIUM = '/usr/bin/chromium';
const PYTHON = '/usr/bin/python3';
const MOSQUITTO = '/usr/sbin/mosquitto';

/**
 * Options of tests with a real camera, broker or browser, which come as Debian packages (`.ci/packages` installs them).
 * Where they must not be missing, as in CI, `TWINTRACK_LIVE_TESTS` is set, and the tests fail instead of being skipped.
 */
export function needing(...things: readonly ('camera' | 'broker' | 'browser')[]) {
  const there = { camera: hasCamera, broker: () => existsSync(MOSQUITTO), browser: () => existsSync(CHROMIUM) };
  const met = process.env.TWINTRACK_LIVE_TESTS || things.every((thing) => there[thing]());
  return needs(met, `a test ${things.join(' and a ')}; .ci/packages installs them`);
}

/** Why a test is skipped that holds only where most frames of a camera are followed as they come. */
export const TOO_SLOW = 'needs a machine that keeps up with 7 frames/s';

/** Whether the machine is, by the part of the frames that it dropped. */
export const tooSlow = (dropped: number): boolean => dropped > 0.25;

/** Seconds that a test takes at most, nearly always. */
const LONG = 240;

// Outputs begin new files with each hour (UTC), and tests read those of one. That they do so is tested with a clock that is set.
beforeEach(async () => {
  const left = 3600 - ((Date.now() / 1000) % 3600);
  if (left < LONG) await sleep(1000 * left);
}, 2000 * LONG);

function hasCamera(): boolean {
  const code = 'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer';
  return existsSync(PYTHON) && spawnSync(PYTHON, ['-c', code]).status === 0;
}

/** Things to end when the tests are over, last first. */
const endings: (() => unknown)[] = [];

/** Has `end` called by {@link endAll}. */
export function later(end: () => unknown): void {
  endings.push(end);
}

/** Ends all that was started. */
export async function endAll(): Promise<void> {
  while (endings.length > 0) await endings.pop()?.();
}

/** A folder that is removed at the end. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'twintrack-live-'));
  later(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until something is so; the seconds are those of the reference machine. */
export async function until(what: string, so: () => unknown, limit = 30): Promise<void> {
  const seconds = limit * slowness();
  const end = performance.now() + 1000 * seconds;
  while (!(await so())) {
    if (performance.now() > end) throw new Error(`not within ${seconds.toFixed(0)} s: ${what}`);
    await sleep(20);
  }
}

/** What is in a folder each time that a file is brought to the disk itself while something is done. */
export async function filesAtSync(path: string, work: () => Promise<void>): Promise<string[][]> {
  const { fsync } = fs;
  const names: string[][] = [];
  fs.fsync = Object.assign((...args: Parameters<typeof fsync>) => {
    names.push(readdirSync(path).sort());
    fsync(...args);
  }, fsync);
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    fs.fsync = fsync;
    syncBuiltinESMExports();
  }
  return names;
}

type Codec = 'h264' | 'h265' | 'jpeg';
const clips = new Map<string, Promise<string>>();
const PARAMETERS = 'repeat-headers=1:scenecut=0';
const ENCODERS = {
  h264: ['-c:v', 'libx264', '-x264-params', `${PARAMETERS}:sliced-threads=0`, '-bsf:v', 'h264_metadata=aud=insert'],
  h265: ['-t', '20', '-c:v', 'libx265', '-x265-params', `${PARAMETERS}:aud=1:log-level=none`],
  // as RTP has it: the tables of the standard, and no other subsampling
  jpeg: ['-t', '20', '-c:v', 'mjpeg', '-huffman', 'default', '-q:v', '5'],
};
const FORMATS = { h264: 'h264', h265: 'hevc', jpeg: 'mjpeg' };

/** The sample as a camera sends it: without B frames, a key frame a second at 7 frames/s. Made once, and kept for other runs. */
function cameraClip(codec: Codec, filter?: string): Promise<string> {
  const key = `${codec} ${filter}`;
  const made = clips.get(key) ?? makeClip(codec, filter);
  clips.set(key, made);
  return made;
}

async function makeClip(codec: Codec, filter?: string): Promise<string> {
  const fast = ['-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '23', '-bf', '0'];
  const encoder = [...ENCODERS[codec], ...(codec === 'jpeg' ? [] : fast)];
  const layout = ['-g', '7', ...(filter ? ['-vf', filter] : [])];
  const output = ['-pix_fmt', codec === 'jpeg' ? 'yuvj420p' : 'yuv420p', '-f', FORMATS[codec]];
  const args = ['-nostdin', '-loglevel', 'error', '-i', SAMPLE, ...encoder, ...layout, ...output];
  const cache = join(import.meta.dirname, '../../node_modules/.cache');
  const path = join(
    cache,
    `twintrack-camera-${createHash('sha256').update(args.join(' ')).digest('hex').slice(0, 12)}.${codec}`,
  );
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true });
    const own = `${path}.${process.pid}`; // another test may be making it as well
    execFileSync((await findFfmpeg()).path, [...args, own]);
    renameSync(own, path);
  }
  return path;
}

export interface CameraOptions {
  readonly fps?: number;
  readonly user?: string;
  readonly password?: string;
  /** Default `h264`. */
  readonly codec?: Codec;
  /** What ffmpeg makes of the sample's pictures first. */
  readonly filter?: string;
  /** Whether it sends a tone and no pictures. */
  readonly sound?: boolean;
  /** Whether it sends pictures over UDP only. */
  readonly udp?: boolean;
  /** Whether it wants Digest authentication instead of Basic. */
  readonly digest?: boolean;
  /** Default `stream`. */
  readonly path?: string;
}

/** A real RTSP server that plays the sample in a loop. */
export class TestCamera {
  readonly fps: number;
  readonly port: number;
  /** Frame 0 was sent at this time of day, seconds since 1970; may be set before `start`. */
  epoch = Date.now() / 1000;
  readonly #args: readonly string[];
  readonly #options: CameraOptions;
  #child: ChildProcess | undefined;
  #spare: ChildProcess | undefined;

  static async make(options: CameraOptions = {}): Promise<TestCamera> {
    const camera = new TestCamera(await cameraClip(options.codec ?? 'h264', options.filter), await freePort(), options);
    later(() => camera.dispose());
    return camera;
  }

  private constructor(path: string, port: number, options: CameraOptions) {
    const { fps = 7, codec = 'h264', sound, udp, user, password, digest, path: place = 'stream' } = options;
    this.fps = fps;
    this.port = port;
    this.#options = options;
    const login = user ? ['--user', user, '--password', password ?? '', ...(digest ? ['--digest'] : [])] : [];
    const address = ['--port', `${port}`, '--path', `/${place}`, '--codec', codec, ...(udp ? ['--udp'] : [])];
    if (sound) address.push('--sound');
    this.#args = [join(import.meta.dirname, 'rtsp_camera.py'), path, ...address, '--fps', `${fps}`, ...login];
  }

  /** Its address, with the credentials it wants or others. */
  url({ user, password = '' } = this.#options, path = this.#options.path ?? 'stream'): string {
    const login = user ? `${user}:${encodeURIComponent(password)}@` : '';
    return `rtsp://${login}127.0.0.1:${this.port}/${path}`;
  }

  /** Frame of the sample that is sent at a time of day. */
  frameAt(wall: number): number {
    return Math.floor((wall - this.epoch) * this.fps) % SAMPLE_FRAMES;
  }

  /** Loads everything, so that `start` takes no time. */
  async prepare(): Promise<void> {
    this.#spare = await this.#spawn(['--wait'], 'loaded');
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    if (!this.#spare) {
      this.#child = await this.#spawn([], 'ready');
      return;
    }
    this.#child = this.#spare;
    this.#spare = undefined;
    const ready = said(this.#child, 'ready');
    this.#child.stdin!.write(`${this.epoch}\n`);
    await ready;
  }

  /** Ends it at once; one that was prepared stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child) await end(child);
  }

  async dispose(): Promise<void> {
    await this.kill();
    if (this.#spare) await end(this.#spare);
  }

  freeze(): void {
    this.#child!.kill('SIGSTOP');
  }

  resume(): void {
    this.#child!.kill('SIGCONT');
  }

  async #spawn(more: readonly string[], word: string): Promise<ChildProcess> {
    const child = spawn(PYTHON, [...this.#args, '--epoch', `${this.epoch}`, ...more], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin!.on('error', () => {});
    await said(child, word);
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (text: Buffer) => {
      if (!String(text).includes(word)) return;
      child.stdout!.off('data', look);
      resolve();
    };
    child.stdout!.on('data', look);
    child.once('exit', () => reject(new Error(`the test camera ended without "${word}"`)));
  });
}

/** A real MQTT broker, which keeps nothing over a restart. */
export class Broker {
  readonly port: number;
  #child: ChildProcess | undefined;

  static async start(): Promise<Broker> {
    const broker = new Broker(await freePort());
    later(() => broker.kill());
    await broker.start();
    return broker;
  }

  private constructor(port: number) {
    this.port = port;
  }

  get url(): string {
    return `mqtt://watcher:s3cret-of-the-broker@127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const config = join(folder(), 'mosquitto.conf');
    writeFileSync(config, `listener ${this.port} 127.0.0.1\nallow_anonymous true\n`);
    this.#child = spawn(MOSQUITTO, ['-c', config], { stdio: 'ignore' });
    await until('the broker listens', () => listens(this.port));
  }

  /** Subscribes to everything. */
  async listen(): Promise<{ client: MqttClient; got: [topic: string, text: string][] }> {
    const client = await connectAsync(this.url);
    later(() => client.endAsync(true));
    const got: [string, string][] = [];
    client.on('message', (topic, payload) => got.push([topic, String(payload)]));
    await client.subscribeAsync('#');
    return { client, got };
  }

  async kill(): Promise<void> {
    if (!this.#child || this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
    this.#child = undefined;
  }
}

/** Whether a port takes connections. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A stand-in detector that takes some time to find one person, who stands still. */
export function standIn(seconds = 0): Detector {
  return {
    name: 'stand-in',
    letterbox: () => undefined,
    async detect() {
      if (seconds > 0) await sleep(1000 * seconds);
      return { length: 1, boxes: Float64Array.of(100, 100, 40, 100), scores: Float32Array.of(0.9) };
    },
    async close() {},
  };
}

/** How the only camera, or a named one, is doing. */
export function statusOf(live: Live, name?: string) {
  const { cameras } = live.status;
  const status = name ? cameras.find((camera) => camera.name === name) : cameras[0];
  if (!status) throw new Error(`no camera ${name}`);
  return status;
}

/** What a session reports of a camera. */
export function watch(url: string, connecting?: Connecting) {
  const seen = { frames: 0, faults: [] as string[], format: undefined as VideoInfo | undefined };
  const limits = { retryMinSeconds: 0.25, retryMaxSeconds: 1, connectSeconds: 10, stallSeconds: 3 };
  const session = new CameraSession(addressOf(url, false, connecting), limits, {
    letterbox: () => undefined,
    onFormat: (format) => {
      seen.format = format;
    },
    onFrame: ({ release }) => {
      seen.frames++;
      release?.();
    },
    onConnected() {},
    onOffline: ({ reason }) => seen.faults.push(reason),
  });
  later(() => session.stop());
  return seen;
}
