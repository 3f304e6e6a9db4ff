import { TwintrackError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import type { VideoOptions, VideoSource } from '../decode.ts';
import type { VideoInfo } from '../probe.ts';
import { type Address, addressOf, type Connecting } from './address.ts';
import type { BackoffLimits } from './back-off.ts';
import type { Patience } from './connection.ts';
import type { Fault } from './faults.ts';
import { LatestFrame } from './latest-frame.ts';
import { type CameraFrame, CameraSession } from './session.ts';

/** Settings of {@link openCamera}, besides those of a video. */
export interface CameraOptions
  extends Connecting,
    Pick<VideoOptions, 'letterbox' | 'maxFrames' | 'signal' | 'sar' | 'deinterlace'> {
  /** When a camera counts as offline, and how long to wait between attempts to connect. */
  readonly limits?: Partial<Patience & BackoffLimits> | undefined;
  /** Takes why the camera is offline, when it goes and after each attempt to connect that failed. */
  readonly onOffline?: ((fault: Fault, retrySeconds: number) => void) | undefined;
}

const LIMITS = { connectSeconds: 10, stallSeconds: 3, retryMinSeconds: 0.25, retryMaxSeconds: 30 };

/**
 * Connects to a camera and iterates over its newest frames: those that come while the last one is still in use are left out. When the
 * connection ends it is made again, with exponential back-off and jitter, until the source is closed. `Frame.time` is seconds since the
 * first frame by the camera's own clock, and goes on over outages.
 *
 * @param url address of a camera or a stream (rtsp, rtsps, http, https, rtmp, rtmps, srt, udp, rtp), or a video device
 * @throws TwintrackError when it is no address of a camera or there is no picture at the first attempt; the iteration throws when the
 *   size of the pictures changes
 */
export async function openCamera(url: string, options: CameraOptions = {}): Promise<VideoSource> {
  options.signal?.throwIfAborted();
  const source = new CameraVideo(addressOf(url, false, options), options);
  try {
    await source.ready;
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

class CameraVideo implements VideoSource {
  /** Resolves with the first picture's format. */
  readonly ready: Promise<void>;
  readonly #options: CameraOptions;
  readonly #session: CameraSession;
  readonly #latest = new LatestFrame<CameraFrame>();
  #info: VideoInfo | undefined;
  #failure: { reason: unknown } | undefined;
  #closed = false;
  #wake = () => {};
  readonly #aborted: () => void;

  constructor(address: Address, options: CameraOptions) {
    const { letterbox, onOffline, limits, signal, sar, deinterlace } = options;
    this.#options = options;
    let resolve = () => {};
    let reject = (_: unknown) => {};
    this.ready = new Promise<void>((...settle) => {
      [resolve, reject] = settle;
    });
    const fail = (reason: unknown) => {
      this.#failure ??= { reason };
      reject(reason);
      this.#wake();
    };
    this.#session = new CameraSession(
      address,
      { ...LIMITS, ...limits },
      {
        letterbox: () => (typeof letterbox === 'function' ? letterbox(this.info) : letterbox),
        onFormat: (format) => {
          const { width, height } = this.#info ?? format;
          if (width !== format.width || height !== format.height) {
            const change = `from ${width}×${height} to ${format.width}×${format.height}`;
            return fail(new TwintrackError(`${address.shown}: the pictures changed ${change}; track it again`));
          }
          this.#info = format;
          resolve();
        },
        onFrame: (frame) => {
          this.#latest.put(frame);
          this.#wake();
        },
        onConnected() {},
        onOffline: (fault, retrySeconds) => {
          if (!this.#info) fail(new TwintrackError(`${address.shown}: ${fault.reason}`));
          else onOffline?.(fault, retrySeconds);
        },
      },
      { sar, deinterlace },
    );
    this.#aborted = () => fail(signal?.reason);
    signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  get info(): VideoInfo {
    return this.#info!;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void, undefined> {
    const { maxFrames = Number.POSITIVE_INFINITY } = this.#options;
    try {
      for (let count = 0; count < maxFrames && !this.#closed; ) {
        if (this.#failure) throw this.#failure.reason;
        const frame = this.#latest.take();
        if (!frame) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        count++;
        yield { ...frame, time: frame.elapsed };
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#options.signal?.removeEventListener('abort', this.#aborted);
    this.#wake();
    await this.#session.stop();
    this.#latest.take()?.release?.();
  }
}
