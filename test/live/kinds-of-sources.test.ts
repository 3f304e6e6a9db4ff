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
      [
        'multicast',
        ['-f', 'mpegts', `udp://${group}?ttl=0&localaddr=127.0.0.1`],
        `udp://@${group}?localaddr=127.0.0.1`,
      ],
      ['rtp', ['-f', 'rtp_mpegts', `rtp://${at(2)}`], `rtp://${at(2)}`],
      [
        'srt caller',
        ['-f', 'mpegts', `srt://${at(3)}?mode=listener&${secret}`],
        `srt://${at(3)}?mode=caller&${secret}`,
      ],
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
      expect([kind, seen.format], kind).toMatchObject([kind, { width: 96, codec: 'h264', pixelFormat: 'yuv420p' }]);
      expect(seen.format?.frameRate, kind).toBeCloseTo(RATE, 0);
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

describe('a stream that cannot be followed', () => {
  const firstFault = async (address: Address) => {
    const seen = watch(address);
    await until('a fault', () => seen.faults.length > 0, 15);
    return seen.faults[0];
  };

  it('is told by its kind', async () => {
    const [silent, other, secret] = [await freePort(), await freePort(), await freePort()];
    await Sender.make(['-f', 'rtp', `rtp://127.0.0.1:${other}`]);
    await Sender.make(['-f', 'mpegts', `srt://127.0.0.1:${secret}?mode=listener&passphrase=the-right-one`]);
    const faults = await Promise.all([
      firstFault({ shown: 'x', args: ['-i', 'nosuch://127.0.0.1/x'] }),
      firstFault(addressOf(`rtmp://127.0.0.1:${silent}/live/key`)),
      firstFault(addressOf(`srt://127.0.0.1:${secret}?passphrase=not-that-one`)),
      firstFault(addressOf(`rtp://127.0.0.1:${other}`)),
      firstFault(addressOf(`udp://127.0.0.1:${silent}`)),
    ]);
    expect(faults).toEqual([
      'this ffmpeg does not know the protocol: `ffmpeg -protocols` lists those it knows',
      'the connection is refused',
      'there is no answer, or the passphrase is wrong',
      'no MPEG-TS comes over RTP there: twintrack reads nothing else of rtp://',
      'no picture for 10 s',
    ]);
  });
});

describe('interlaced streams', () => {
  it('are deinterlaced as files are, and no more after the parameter has changed, on a new connection', async () => {
    const port = await freePort();
    const interlaced = ['-flags', '+ildct+ilme', '-x264-params', 'tff=1:force-cfr=1'];
    await Sender.make([...interlaced, '-f', 'mpegts', `udp://127.0.0.1:${port}`], ',setfield=tff');
    const seen = watch(addressOf(`udp://127.0.0.1:${port}`));
    await until('frames', () => seen.frames > 3);
    expect(seen.format).toMatchObject({ fieldOrder: 'top', deinterlacing: 'marked' });
    seen.session.reading = { deinterlace: 'auto', sar: undefined };
    expect(seen.connected).toBe(1);
    seen.session.reading = { deinterlace: 'off', sar: '2:1' };
    await until('a new connection', () => seen.connected === 2);
    expect(seen.format).toMatchObject({ fieldOrder: 'top', sampleAspectRatio: 2 });
    expect(seen.format).not.toHaveProperty('deinterlacing');
    expect(seen.faults).toEqual([]);
  });
});

describe('addresses', () => {
  it('are those of cameras by their scheme, or of devices', () => {
    const cameras = ['rtmp://h/a/b', 'RTMPS://h/a', 'srt://:9000', 'udp://@239.1.1.1:5000', 'rtp://h:5', 'dshow:Cam 1'];
    expect(cameras.map(isCamera)).toEqual(cameras.map(() => true));
    const others = ['ftp://h/a', 'a.mp4', '/dev/video', 'constructor://x', 'dshow:', 'file:a'];
    expect(others.map(isCamera)).toEqual(others.map(() => false));
    expect(nameSources(cameras).map(({ name }) => name)).toEqual([
      'h',
      'h-2',
      'camera',
      '239.1.1.1',
      'h-3',
      'dshow-Cam-1',
    ]);
  });

  it.each([
    ['udp://@239.1.1.1:5000', 'udp', 'mpegts', 'udp://@239.1.1.1:5000'],
    ['rtp://127.0.0.1:5004', 'rtp,udp', 'rtp', 'rtp://127.0.0.1:5004'],
  ])(
    '%s is opened by its protocols and as its format only, and shown without its secret',
    (url, list, format, shown) => {
      const address = addressOf(url);
      expect(address.args.slice(-6)).toEqual(['-f', format, '-protocol_whitelist', list, '-i', url]);
      expect(address).toMatchObject({ shown });
      expect(address).not.toHaveProperty('port');
    },
  );

  it.each([
    ['rtmp://host/live/s3cret', 'rtmp,tcp', 'flv', 'rtmp://host/live/***'],
    ['rtmps://host/live/s3cret?t=1', 'rtmp,tcp', 'flv', 'rtmps://host/live/***'],
    ['srt://host:9000?mode=caller&passphrase=s3cret', 'srt', 'mpegts', 'srt://host:9000?mode=caller&passphrase=***'],
    ['srt://host:9000?streamid=#!::u=me,s=s3cret', 'srt', 'mpegts', 'srt://host:9000?streamid=***'],
  ])('%s is read from a list, by its protocols and as its format only', (url, protocols, format, shown) => {
    const address = addressOf(url);
    const by = ['-format_whitelist', `concat,${format}`, '-protocol_whitelist', `pipe,${protocols}`];
    expect(address.args.slice(-8)).toEqual(['-safe', '0', ...by, '-i', 'pipe:0']);
    expect(address).toMatchObject({ shown, list: { url, format } });
    expect(address).not.toHaveProperty('port');
  });

  it('of webcams give the arguments for macOS and Windows (not tried there), and one line on other systems', () => {
    const on = (platform: string, url: string) => {
      const { value } = Object.getOwnPropertyDescriptor(process, 'platform')!;
      Object.defineProperty(process, 'platform', { value: platform });
      try {
        return addressOf(url).args.join(' ');
      } finally {
        Object.defineProperty(process, 'platform', { value });
      }
    };
    expect(on('darwin', 'avfoundation:0')).toBe('-f avfoundation -framerate 30 -i 0:none');
    expect(on('darwin', 'avfoundation:FaceTime HD')).toBe('-f avfoundation -framerate 30 -i FaceTime HD:none');
    expect(on('win32', 'dshow:Integrated Camera')).toBe('-f dshow -i video=Integrated Camera');
    expect(() => on('linux', 'dshow:Cam')).toThrow(
      'dshow:Cam: is a webcam of Windows; on this system name one as /dev/video0',
    );
    expect(() => on('win32', 'avfoundation:0')).toThrow(
      'avfoundation:0: is a webcam of macOS; on this system name one as dshow:NAME',
    );
  });
});
