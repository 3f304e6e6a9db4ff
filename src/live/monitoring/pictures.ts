import { now } from '../../video/camera/clock.ts';
import { jpegArguments } from '../../video/encode-stills.ts';
import { type FfmpegProcess, findFfmpeg, startFfmpeg } from '../../video/ffmpeg.ts';
import { i420Layout } from '../../video/i420.ts';
import type { PictureFormat } from '../../video/probe.ts';
import { shownSize } from '../../video/shown-size.ts';

/** The annotated frame of a camera as JPEG. */
export interface CameraPicture {
  /** Increases from one picture of a camera to the next. */
  readonly number: number;
  readonly jpeg: Uint8Array;
}

/** Settings of {@link PictureFeed}. */
export interface PictureOptions {
  /** Pictures a second, at most. */
  readonly pictureRate: number;
  /** Width in pixels, at most. */
  readonly pictureWidth: number;
}

/** Pictures are made until this many seconds after the last request. */
const LINGER_SECONDS = 5;
/** A JPEG ends with this marker, which does not occur within it. */
const END_OF_IMAGE = [0xff, 0xd9];

/**
 * The annotated picture of one camera as JPEG, for any number of viewers. An ffmpeg process encodes one picture at a time, and frames are
 * left out while it is busy; it runs only while there are viewers. Only the newest picture is kept, so a slow viewer gets fewer pictures and
 * delays no other.
 */
export class PictureFeed {
  readonly #options: PictureOptions;
  #format: PictureFormat | undefined;
  #latest: CameraPicture | undefined;
  #wanted = Number.NEGATIVE_INFINITY;
  #offered = Number.NEGATIVE_INFINITY;
  #encoder: JpegEncoder | undefined;
  /** Ends the encoder some time after the last request. */
  #idle: NodeJS.Timeout | undefined;
  #viewers = new Set<() => void>();

  constructor(options: PictureOptions) {
    this.#options = options;
  }

  /** Sets the format of the pictures from now on. */
  setFormat(format: PictureFormat): void {
    this.#endEncoder();
    this.#format = format;
  }

  /** Whether a frame of this time should be drawn and offered. */
  wants(time: number): boolean {
    if (!this.#format || !this.#watched || this.#encoder?.busy) return false;
    // a quarter of a frame early, so that a camera of just this rate loses none
    return time - this.#offered >= 0.75 / this.#options.pictureRate;
  }

  /**
   * Takes an annotated picture. Call it when `wants`. Never rejects.
   *
   * @param pixels I420; must not change until the promise resolves
   * @param time seconds, by `now()`
   */
  offer(pixels: Uint8Array, time: number): Promise<void> {
    this.#offered = time;
    this.#encoder ??= new JpegEncoder(this.#format!, this.#options.pictureWidth, (jpeg) => {
      this.#latest = { number: (this.#latest?.number ?? 0) + 1, jpeg };
      for (const viewer of [...this.#viewers]) viewer();
    });
    return this.#encoder.encode(pixels);
  }

  /**
   * The newest picture with a number above `after`, as soon as there is one.
   *
   * @param seconds how long to wait for it
   * @returns undefined when there was none in time, or the signal fired
   */
  next(after: number, seconds: number, signal: AbortSignal): Promise<CameraPicture | undefined> {
    const fresh = this.#watched; // otherwise the latest picture is as old as the last request
    this.#wanted = now();
    this.#idle ??= setTimeout(() => this.#endEncoder(), 1000 * LINGER_SECONDS).unref();
    this.#idle.refresh();
    if (fresh && this.#latest && this.#latest.number > after) return Promise.resolve(this.#latest);
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const end = (picture?: CameraPicture) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        this.#viewers.delete(arrived);
        resolve(picture);
      };
      const cancel = () => end();
      const arrived = () => end(this.#latest);
      const timer = setTimeout(cancel, 1000 * seconds);
      signal.addEventListener('abort', cancel);
      this.#viewers.add(arrived);
    });
  }

  /** Ends the encoder and its timer. */
  close(): void {
    clearTimeout(this.#idle);
    this.#endEncoder();
  }

  get #watched(): boolean {
    return now() - this.#wanted <= LINGER_SECONDS;
  }

  #endEncoder(): void {
    this.#encoder?.close();
    this.#encoder = undefined;
  }
}

/** One ffmpeg process that encodes pictures as JPEG, one at a time. */
class JpegEncoder {
  busy = false;
  readonly #size: number;
  readonly #args: readonly string[];
  readonly #onPicture: (jpeg: Uint8Array) => void;
  #chunks: Buffer[] = [];
  #child: FfmpegProcess | undefined;
  #closed = false;

  constructor(format: PictureFormat, most: number, onPicture: (jpeg: Uint8Array) => void) {
    const { width, height, colourSpace, sampleAspectRatio } = format;
    const shown = shownSize(format, sampleAspectRatio);
    const across = Math.min(shown.width, 2 * Math.round(most / 2));
    const down = across < shown.width ? 2 * Math.max(1, Math.round((across * height) / shown.width / 2)) : height;
    const scale = `${across}:${down}:flags=fast_bilinear`;
    this.#size = i420Layout(width, height).bytes;
    this.#onPicture = onPicture;
    const encode = jpegArguments({ width, height, format: 'i420', colourSpace }, { scale, quality: 6 });
    const atOnce = ['-threads', '1', '-flush_packets', '1', '-f', 'image2pipe', 'pipe:1'];
    this.#args = ['-probesize', '32', '-analyzeduration', '0', ...encode, ...atOnce];
  }

  /** Resolves when ffmpeg has taken the picture, or is gone. */
  async encode(pixels: Uint8Array): Promise<void> {
    if (pixels.length !== this.#size) return;
    this.busy = true;
    try {
      const { stdin } = await this.#start();
      await new Promise((resolve) => stdin!.write(pixels, resolve));
    } catch {
      this.#ended(); // without ffmpeg there are no frames either
    }
  }

  close(): void {
    this.#closed = true;
    this.#child?.kill();
  }

  async #start(): Promise<FfmpegProcess> {
    if (this.#child) return this.#child;
    const ffmpeg = await findFfmpeg();
    const child = startFfmpeg(ffmpeg, [...this.#args.slice(0, -3), ...ffmpeg.passthrough, ...this.#args.slice(-3)], {
      stdin: true,
      outputs: 1,
    });
    this.#child = child;
    if (this.#closed) child.kill();
    child.outputs[0].on('data', (chunk: Buffer) => this.#received(chunk));
    child.exited.then(() => this.#ended());
    return child;
  }

  #received(chunk: Buffer): void {
    this.#chunks.push(chunk);
    const end = chunk.length > 1 ? chunk.subarray(-2) : Buffer.concat(this.#chunks).subarray(-2);
    if (end[0] !== END_OF_IMAGE[0] || end[1] !== END_OF_IMAGE[1]) return;
    const jpeg = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.busy = false;
    this.#onPicture(jpeg);
  }

  /** The next picture starts another process. */
  #ended(): void {
    this.#child = undefined;
    this.#chunks = [];
    this.busy = false;
  }
}
