import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { nameSources } from '../../src/live/camera/source.ts';
import { type Address, addressOf, isCamera } from '../../src/video/camera/address.ts';
import { CameraSession } from '../../src/video/camera/session.ts';
import { findFfmpeg } from '../../src/video/ffmpeg.ts';
import type { CameraReading, VideoInfo } from '../../src/video/probe.ts';
import { slowness } from '../machine.ts';
import { endAll, freePort, later, until } from './rig.ts';

afterEach(endAll);

const RATE = 10;
/** The brightness of the pictures says when they were made: it rises by so much a second, and begins again after 20 s. */
const RISE = 10;
const CYCLE = 20;

/** A sender that begins again when its receiver leaves, as encoders do. */
class Sender {
  /** Time of day of the brightness 16, seconds since 1970. */
  readonly epoch = Date.now() / 1000;
  readonly #ffmpeg: string;
  readonly #output: readonly string[];
  readonly #filter: string;
  #child: ChildProcess | undefined;
  #on = false;

  static async make(output: readonly string[], filter = ''): Promise<Sender> {
    const sender = new Sender((await findFfmpeg()).path, output, filter);
    later(() => sender.stop());
    sender.start();
    return sender;
  }

  private constructor(ffmpeg: string, output: readonly string[], filter: string) {
    this.#ffmpeg = ffmpeg;
    this.#output = output;
    const clock = `setpts='(RTCTIME-${Math.round(this.epoch * 1e6)})/(TB*1e6)'`;
    this.#filter = `${clock},geq=lum='16+mod(T,${CYCLE})*${RISE}':cb=128:cr=128${filter}`;
  }

  start(): void {
    this.#on = true;
    const input = ['-re', '-f', 'lavfi', '-i', `color=size=96x64:rate=${RATE},format=yuv420p`, '-vf', this.#filter];
    const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', `${RATE}`];
    const child = spawn(this.#ffmpeg, ['-nostdin', '-v', 'quiet', ...input, ...encoder, ...this.#output], {
      stdio: 'ignore',
    });
    this.#child = child;
    child.once('exit', async () => {
      await sleep(100);
      if (this.#on && this.#child === child) this.start();
    });
  }

  stop(): void {
    this.#on = false;
    this.#child?.kill('SIGKILL');
  }

  /** Seconds from when a picture was made until now. */
  age(pixels: Uint8Array): number {
    let sum = 0;
    for (let i = 0; i < 96 * 64; i++) sum += pixels[i];
    const made = (sum / (96 * 64) - 16) / RISE;
    return (((Date.now() / 1000 - this.epoch - made) % CYCLE) + CYCLE) % CYCLE;
  }
}

/** What a session reports of a source. */
function watch(address: Address, ageOf?: (pixels: Uint8Array) => number, reading?: CameraReading) {
  const seen = {
    frames: 0,
    connected: 0,
    faults: [] as string[],
    ages: [] as number[],
    elapsed: [] as number[],
    format: undefined as VideoInfo | undefined,
    session: undefined as unknown as CameraSession,
  };
  const limits = { retryMinSeconds: 0.25, retryMaxSeconds: 1, connectSeconds: 10, stallSeconds: 3 };
  seen.session = new CameraSession(
    address,
    limits,
    {
      letterbox: () => undefined,
      onFormat: (format) => {
        seen.format = format;
      },
      onFrame: ({ elapsed, pixels, release }) => {
        seen.frames++;
        seen.elapsed.push(elapsed);
        if (ageOf && pixels) seen.ages.push(ageOf(pixels));
        release?.();
      },
      onConnected: () => seen.connected++,
      onOffline: ({ reason }) => seen.faults.push(reason),
    },
    reading,
  );
  later(() => seen.session.stop());
  return seen;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

describe('streams', () => {
  it('of every kind are followed without delay, with the times of the sender, and again after they ended', async () => {
    const ports = await Promise.all(Array.from({ length: 6 }, freePort));
    const at = (i: number) => `127.0.0.1:${ports[i]}`;
    const group = `239.77.1.1:${ports[1]}`;
    const secret = 'passphrase=s3cret-of-the-stream';
    const kinds = [
      ['udp', ['-f', 'mpegts', `udp://${at(0)}?pkt_size=1316`], `udp://${at(0)}`],
      ['multicast', ['-f', 'mpegts', `udp://${group}?ttl=0&localaddr=127.0.0.1`], `udp://@${group}?localaddr=127.0.0.1`],
      ['rtp', ['-f', 'rtp_mpegts', `rtp://${at(2)}`], `rtp://${at(2)}`],
      ['srt caller', ['-f', 'mpegts', `srt://${at(3)}?mode=listener&${secret}`], `srt://${at(3)}?mode=caller&${secret}`],
      ['srt listener', ['-f', 'mpegts', `srt://${at(4)}?mode=caller`], `srt://:${ports[4]}?mode=listener`],
      ['rtmp', ['-listen', '1', '-f', 'flv', `rtmp://${at(5)}/live/x`], `rtmp://${at(5)}/live/x`],
    ] as const;
    const followed = await Promise.all(
      kinds.map(async ([kind, output, url]) => {
        const sender = await Sender.make(output);
        return { kind, sender, seen: watch(addressOf(url), (pixels) => sender.age(pixels)) };
      }),
    );
    const missing = (frames: number) => followed.filter(({ seen }) => seen.frames < frames).map(({ kind }) => kind);
    await until('frames', () => missing(2 * RATE).length === 0, 30).catch(() => {});
    expect(missing(2 * RATE)).toEqual([]);
    for (const { kind, seen } of followed) {
      expect([kind, seen.format], kind).toMatchObject([kind, { width: 96, height: 64, codec: 'h264' }]);
      expect(median(seen.ages), kind).toBeLessThan(1 * slowness());
      // by the sender's clock, however late the frames come
      const [first, last] = [seen.elapsed[0], seen.elapsed[2 * RATE - 1]];
      expect(last - first, kind).toBeGreaterThan(1.5);
    }

    for (const { sender } of followed) sender.stop();
    await until('all are offline', () => followed.every(({ seen }) => seen.faults.length > 0), 15);
    const before = followed.map(({ seen }) => ({ frames: seen.frames, connected: seen.connected }));
    for (const { sender } of followed) sender.start();
    const back = () => followed.filter(({ seen }, i) => seen.frames < before[i].frames + RATE).map(({ kind }) => kind);
    await until('they are back', () => back().length === 0, 30).catch(() => {});
    expect(back()).toEqual([]);
    followed.forEach(({ kind, seen }, i) => {
      expect(seen.connected, kind).toBeGreaterThan(before[i].connected);
      const rises = seen.elapsed.every((time, k) => k === 0 || time > seen.elapsed[k - 1]);
      expect(rises, kind).toBe(true);
    });
  });
});
