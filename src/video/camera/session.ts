import { isDeepStrictEqual } from 'node:util';
import { TwintrackError } from '../../core/errors.ts';
import type { Frame, Letterbox } from '../../core/frame.ts';
import { findFfmpeg } from '../ffmpeg.ts';
import type { CameraReading, VideoInfo } from '../probe.ts';
import { isUntimed } from '../timeline.ts';
import type { Address } from './address.ts';
import { Backoff, type BackoffLimits, pause, pauseUntilOpen } from './back-off.ts';
import { ElapsedTime, FrameClock, now } from './clock.ts';
import { ConnectionError, inspect, type Patience, readConnection } from './connection.ts';
import type { Fault } from './faults.ts';

/** A frame of a camera. Its `time` is by `now()`. */
export interface CameraFrame extends Frame {
  /** Seconds since the first frame of the session by the camera's own clock, see {@link ElapsedTime}. */
  readonly elapsed: number;
}

/** What a session reports of its camera. */
export interface SessionHandlers {
  /** What a frame must be scaled to for the detector, given its size. */
  readonly letterbox: (width: number, height: number, sampleAspectRatio?: number) => Letterbox | undefined;
  /**
   * The pictures have this format from now on; called before the first frame, and when the format has changed. Throws a TwintrackError when
   * people cannot be tracked in such pictures.
   */
  readonly onFormat: (format: VideoInfo) => void;
  /** A frame with I420 pixels and its number among all that the camera has sent in this session. */
  readonly onFrame: (frame: CameraFrame) => void;
  /** The first frame of a connection is here. */
  readonly onConnected: () => void;
  /** The camera is offline: called when it goes, and after each attempt to connect that failed. */
  readonly onOffline: (fault: Fault, retrySeconds: number) => void;
}

/**
 * Many cameras begin with the pictures since their last key frame, all at once, which are old by then. So the first that is given on
 * is the first that no other follows within this time, or the newest after the longest.
 */
const SETTLE_SECONDS = 0.05;
const SETTLE_SECONDS_MOST = 0.3;

/** A connection that gave pictures for so long is a reason to try again soon; some sources end after each picture. */
const LASTING_SECONDS = 2;

/** A camera that is known gets at least this long for its first picture. */
const LEAST_PATIENCE_SECONDS = 1;

/**
 * Keeps one camera going: connects, reads, waits a while when the connection ends, and connects again, for ever. Never throws for
 * what a camera does.
 */
export class CameraSession {
  readonly #address: Address;
  #limits: Patience & BackoffLimits;
  readonly #handlers: SessionHandlers;
  #reading: CameraReading;
  readonly #abort = new AbortController();
  readonly #backoff: Backoff;
  readonly #ended: Promise<void>;
  readonly #elapsed = new ElapsedTime();
  #format: VideoInfo | undefined;
  /** What frames are scaled to, and ends the connection that does so in favour of another. */
  #letterbox: Letterbox | undefined;
  #renewal = new AbortController();
  /** The size as it stood in ffmpeg's log when the format was probed. */
  #size: string | undefined;
  /** How long it took the last time from connecting to the first picture, in seconds. */
  #usual = 0;
  /** Connections in a row that were made but gave no picture in time. */
  #silent = 0;
  #frames = 0;
  #lastTime = Number.NEGATIVE_INFINITY;

  constructor(
    address: Address,
    limits: Patience & BackoffLimits,
    handlers: SessionHandlers,
    reading: CameraReading = {},
  ) {
    this.#address = address;
    this.#reading = reading;
    this.#limits = limits;
    this.#handlers = handlers;
    this.#backoff = new Backoff(limits);
    this.#ended = this.#run();
  }

  /** When the camera counts as gone and how long to wait, from the next connection on. */
  set limits(limits: Patience & BackoffLimits) {
    this.#limits = limits;
    this.#backoff.limits = limits;
  }

  /** How the pictures are read. Connects anew at once where that changes. */
  set reading({ sar, deinterlace }: CameraReading) {
    const reading = { sar, deinterlace };
    if (isDeepStrictEqual(reading, this.#reading)) return;
    this.#reading = reading;
    this.#format = undefined;
    this.#renewal.abort();
  }

  /**
   * Reports the format again, to handlers that do something else with the frames now. Connects anew at once where these need them in another
   * size, or can do nothing with such pictures.
   */
  reformat(): void {
    const format = this.#format;
    if (!format) return; // it is yet to be reported
    try {
      this.#handlers.onFormat(format);
      const { width, height, sampleAspectRatio } = format;
      const letterbox = this.#handlers.letterbox(width, height, sampleAspectRatio);
      if (isDeepStrictEqual(letterbox, this.#letterbox)) return;
    } catch {
      this.#format = undefined; // the next connection says why
    }
    this.#renewal.abort();
  }

  /** Ends the session; resolves when its ffmpeg is gone. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const fault = await this.#connect().catch((error: unknown): Fault => {
        if (error instanceof ConnectionError) return error.fault;
        const { message } = error as Error;
        if (error instanceof TwintrackError) return { kind: 'configuration', reason: `cannot be followed: ${message}` };
        return { kind: 'stream', reason: message };
      });
      if (signal.aborted) return;
      if (this.#renewal.signal.aborted) {
        this.#renewal = new AbortController();
        continue;
      }
      if (fault.kind === 'authentication' || fault.kind === 'configuration') this.#backoff.slow();
      const seconds = this.#backoff.next();
      this.#handlers.onOffline(fault, seconds);
      const { port } = this.#address;
      if (!port || (fault.kind !== 'network' && fault.kind !== 'stream')) await pause(seconds, signal);
      else if (await pauseUntilOpen(seconds, port, signal)) this.#backoff.reset();
    }
  }

  async #connect(): Promise<Fault> {
    const signal = AbortSignal.any([this.#abort.signal, this.#renewal.signal]);
    const ffmpeg = await findFfmpeg();
    if (!this.#format) {
      const format = await inspect(ffmpeg, this.#address, this.#limits, signal, this.#reading);
      this.#handlers.onFormat(format);
      this.#format = format;
      this.#size = undefined;
    }
    const { width, height, sampleAspectRatio } = this.#format;
    const size = { width, height, ...(sampleAspectRatio && { sampleAspectRatio }) };
    const letterbox = this.#handlers.letterbox(width, height, sampleAspectRatio);
    this.#letterbox = letterbox;
    const timed = !isUntimed(this.#format.container);
    const clock = new FrameClock(this.#lastTime);
    this.#elapsed.reconnected();
    // a camera that is known to be quick is asked again soon when it says nothing: servers that just started may be stuck
    const usual = Math.max(LEAST_PATIENCE_SECONDS, 2 * this.#usual) * 2 ** this.#silent;
    const connectSeconds =
      this.#frames > 0 ? Math.min(this.#limits.connectSeconds, usual) : this.#limits.connectSeconds;
    const started = now();
    let began = Number.NaN;
    let waiting: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      waiting?.();
      waiting = undefined;
      settled = true;
    };
    let settled = false;
    const fault = await readConnection(ffmpeg, this.#address, {
      ...this.#limits,
      connectSeconds,
      format: this.#format,
      letterbox,
      signal,
      onParts: ({ time, pictures: [pixels, input], release }) => {
        const arrival = now();
        if (Number.isNaN(began)) {
          began = arrival;
          this.#usual = arrival - started;
          this.#silent = 0;
          this.#handlers.onConnected();
        }
        const index = this.#frames++;
        const give = () => {
          if (signal.aborted) return;
          this.#lastTime = clock.timeOf(timed ? time : Number.NaN, arrival);
          const elapsed = this.#elapsed.next(timed && !clock.offPace ? time : Number.NaN, arrival);
          const frame = { index, time: this.#lastTime, elapsed, ...size, pixels, release };
          this.#handlers.onFrame(input ? { ...frame, input } : frame);
        };
        if (settled) return give();
        waiting = give;
        clearTimeout(timer);
        if (arrival - began > SETTLE_SECONDS_MOST) settle();
        else timer = setTimeout(settle, 1000 * SETTLE_SECONDS);
      },
      onSize: (size) => {
        this.#size ??= size;
        const same = size === this.#size;
        if (!same) this.#format = undefined;
        return same;
      },
    });
    clearTimeout(timer);
    if (now() - began >= LASTING_SECONDS) this.#backoff.reset();
    if (Number.isNaN(began) && now() - started >= connectSeconds) {
      if (this.#silent++ === 0) this.#backoff.reset();
      this.#silent = Math.min(this.#silent, 10);
    }
    return fault;
  }
}
