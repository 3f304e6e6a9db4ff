import { rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { inputError, type TwintrackError } from '../core/errors.ts';
import { runAtExit } from '../files/at-exit.ts';
import { writeError } from '../files/file-errors.ts';
import { refuseFolder } from '../files/output-file.ts';
import { temporaryPath } from '../files/temporary.ts';
import { exitReason, type Ffmpeg, type FfmpegProcess, findFfmpeg, lastError, startFfmpeg } from './ffmpeg.ts';
import { i420Layout } from './i420.ts';
import { matroskaHeader, matroskaPictureHeader } from './matroska.ts';

export interface VideoWriterOptions {
  /** Size in pixels of the pictures that will be written. An odd width or height is padded by one black column or row. */
  readonly width: number;
  readonly height: number;
  /** Frames per second, for rate control and the length of the last picture; times are those given to `write`. Default 25. */
  readonly frameRate?: number;
  /** ffmpeg's name of the pictures' YUV matrix (`VideoInfo.colourSpace`), so that players show the same colours. */
  readonly colourSpace?: string;
  /** Width of a pixel over its height (`VideoInfo.sampleAspectRatio`), so that players show the same shapes. Default 1. */
  readonly sampleAspectRatio?: number;
  /**
   * Write fragments of a second under the file's own name from the start, so that it plays up to there whenever writing ends, be it by a power
   * cut; what was written stays. Players seek less well in it. Default false.
   */
  readonly growing?: boolean;
  /** Path of ffmpeg; default FFMPEG_BIN, ffmpeg-static, the PATH. */
  readonly ffmpeg?: string;
}

/** An H.264 mp4 being written. */
export interface VideoWriter {
  /**
   * Adds a picture. Its buffer may be used again when the promise has resolved, which is when the encoder has taken it.
   *
   * @param pixels I420 as in `Frame.pixels`
   * @param time presentation time in seconds, rising from one to the next; kept to 1/90000 s
   * @throws TwintrackError when the encoder has failed, e.g. as the disk is full
   */
  write(pixels: Uint8Array, time: number): Promise<void>;
  /**
   * Completes the file and gives it its name.
   *
   * @throws TwintrackError when nothing was written or the encoder has failed, now or before; no file is left then, unless a growing one
   */
  close(): Promise<void>;
  /** Ends the encoder and removes what it has written, unless the file is a growing one. */
  abort(): Promise<void>;
}

/** mp4's clock. */
const TICKS_PER_SECOND = 90_000;
/**
 * Over superfast: the macroblock tree, which halves the file, with one picture to look ahead, since each takes memory; less what
 * costs much time and saves few bytes. Takes three fifths of superfast's time and of its bytes.
 */
const FAST_AND_SMALL =
  'mbtree=1:rc-lookahead=1:sync-lookahead=0:bframes=1:b-adapt=0:weightb=0:weightp=0:subme=0:partitions=none:cabac=0';
/** Decoding goes on meanwhile; and each thread works on a picture of its own, which takes memory. */
const THREADS = Math.min(8, Math.ceil(availableParallelism() / 2));
/** Pictures that a thread of ffmpeg's takes in while one is encoded; there would be none when they are its only input. */
const READ_AHEAD = ['-thread_queue_size', '2'];
/** An mp4 whose index comes piece by piece with the pictures. */
const FRAGMENTS = ['-movflags', '+empty_moov+default_base_moof', '-frag_duration', '1000000', '-flush_packets', '1'];

/**
 * Opens an mp4 (H.264, yuv420p, fast start) for writing. Until it is closed the file has a temporary name in the same folder, unless it is `growing`.
 *
 * @throws TwintrackError when the folder cannot be written to, or ffmpeg or its H.264 encoder is missing
 */
export async function openVideoWriter(path: string, options: VideoWriterOptions): Promise<VideoWriter> {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const encoder = encoderOf(ffmpeg);
  const partial = options.growing ? path : temporaryPath(path, 'partial.mp4');
  await claim(path, partial);
  return new Mp4Writer(ffmpeg, encoder, path, partial, options);
}

/** Creates the temporary file, so that a place that cannot be written to is found before any work is done. */
async function claim(path: string, partial: string): Promise<void> {
  try {
    await refuseFolder(path);
    await (await open(partial, 'wx')).close();
  } catch (cause) {
    throw writeError(path, cause);
  }
}

function encoderOf({ path, encoder }: Ffmpeg): string {
  if (encoder) return encoder;
  throw inputError(path, 'has no H.264 encoder (libx264)', 'install a full ffmpeg and name it with FFMPEG_BIN');
}

function encoderArguments(encoder: string, options: VideoWriterOptions): string[] {
  const { width, height, frameRate = 25, colourSpace } = options;
  const speed = ['-preset', 'superfast', '-x264-params', FAST_AND_SMALL];
  const quality =
    encoder === 'libx264'
      ? [...speed, '-crf', '24', '-threads', String(THREADS)]
      : ['-b:v', String(Math.max(100_000, Math.round(0.12 * width * height * frameRate)))];
  const colour = colourSpace ? ['-colorspace', colourSpace] : [];
  return ['-c:v', encoder, ...quality, ...colour, '-g', String(Math.max(1, Math.round(4 * frameRate)))];
}

class Mp4Writer implements VideoWriter {
  readonly #path: string;
  readonly #partial: string;
  readonly #start: () => FfmpegProcess;
  /** The encoder; it takes memory, and is started when there is something to encode. */
  #child: FfmpegProcess | undefined;
  readonly #pictureBytes: number;
  readonly #growing: boolean;
  readonly #forget: () => void;
  #lastTick = Number.NEGATIVE_INFINITY;
  #done = false;
  #failure: TwintrackError | undefined;

  constructor(ffmpeg: Ffmpeg, encoder: string, path: string, partial: string, options: VideoWriterOptions) {
    const { width, height, frameRate = 25, sampleAspectRatio = 1 } = options;
    this.#path = path;
    this.#partial = partial;
    this.#pictureBytes = i420Layout(width, height).bytes;
    const input = [
      ...READ_AHEAD,
      '-protocol_whitelist',
      'pipe',
      '-probesize',
      '32',
      '-analyzeduration',
      '0',
      '-f',
      'matroska',
      '-i',
      'pipe:0',
    ];
    const odd = width % 2 !== 0 || height % 2 !== 0;
    const even = odd ? `pad=${2 * Math.ceil(width / 2)}:${2 * Math.ceil(height / 2)},` : ''; // it copies each picture
    const clock = ['-enc_time_base', `1:${TICKS_PER_SECOND}`, '-video_track_timescale', String(TICKS_PER_SECOND)];
    const layout = options.growing ? FRAGMENTS : ['-movflags', '+faststart'];
    const output = [...layout, '-f', 'mp4', '-y', `file:${partial}`];
    const args = [
      ...input,
      '-map',
      '0:v',
      '-vf',
      `${even}setsar=${sampleAspectRatio}:max=1000,format=yuv420p`,
      ...ffmpeg.passthrough,
    ];
    this.#start = () => {
      const all = [...args, ...encoderArguments(encoder, options), ...clock, ...output];
      const child = startFfmpeg(ffmpeg, all, { stdin: true });
      child.stdin!.write(matroskaHeader(width, height, frameRate));
      return child;
    };
    this.#growing = options.growing ?? false;
    this.#forget = runAtExit(() => this.#growing || rmSync(partial, { force: true }));
  }

  async write(pixels: Uint8Array, time: number): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#done) throw new Error('write after close');
    if (pixels.length !== this.#pictureBytes) {
      throw new RangeError(`a picture of ${this.#pictureBytes} bytes is expected, ${pixels.length} were given`);
    }
    const tick = Math.max(Math.round(time * TICKS_PER_SECOND), this.#lastTick + 1);
    if (!(tick >= 0)) throw new RangeError(`time ${time} is not a time from 0 on`);
    this.#lastTick = tick;
    this.#child ??= this.#start();
    const stdin = this.#child.stdin!;
    stdin.cork();
    stdin.write(matroskaPictureHeader(Math.round((tick * 1e6) / TICKS_PER_SECOND), pixels.length));
    const taken = new Promise<boolean>((resolve) => stdin.write(pixels, (error) => resolve(!error)));
    stdin.uncork();
    if (!(await taken)) throw await this.#fail(this.#child);
  }

  async close(): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#done) return;
    this.#done = true;
    if (!this.#child) {
      await this.abort();
      throw inputError(this.#path, 'cannot be written: there is no frame to write');
    }
    this.#child.stdin!.end();
    const exit = await this.#child.exited;
    if (exit.code !== 0 || /No space left/.test(this.#child.log.join('\n'))) throw await this.#fail(this.#child);
    try {
      await rename(this.#partial, this.#path);
    } catch (cause) {
      await this.abort();
      throw writeError(this.#path, cause);
    }
    this.#forget();
  }

  async abort(): Promise<void> {
    this.#done = true;
    this.#child?.kill();
    await this.#child?.exited;
    if (!this.#growing) await rm(this.#partial, { force: true });
    this.#forget();
  }

  /** Cleans up after the encoder has ended by itself, and returns why it did. */
  async #fail(child: FfmpegProcess): Promise<TwintrackError> {
    const exit = await child.exited;
    await this.abort();
    const full = /No space left/.test(child.log.join('\n'));
    const reason = lastError(child.log) || exitReason(exit);
    this.#failure = full
      ? writeError(this.#path, Object.assign(new Error(reason), { code: 'ENOSPC' }))
      : inputError(this.#path, `cannot be written: ${reason}`);
    return this.#failure;
  }
}
