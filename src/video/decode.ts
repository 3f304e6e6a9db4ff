import { availableParallelism } from 'node:os';
import type { Frame, Letterbox } from '../core/frame.ts';
import { DamageWatch } from './damage.ts';
import { decodingArguments } from './decode-arguments.ts';
import { Decoder } from './decoder.ts';
import { type Exit, type Ffmpeg, findFfmpeg } from './ffmpeg.ts';
import type { FrameParts } from './frame-assembly.ts';
import { FrameLog } from './frame-log.ts';
import { decoderArguments, findDecoder } from './hardware.ts';
import { type Input, type InputOptions, resolveInput } from './input.ts';
import { firstRecording, type Part, partArguments } from './joined.ts';
import { probeFile, type ReadingOptions, type VideoInfo } from './probe.ts';
import { isUntimed, Timeline } from './timeline.ts';
import { videoNotices } from './video-notices.ts';

export interface VideoOptions extends InputOptions, ReadingOptions {
  /** Whether frames carry their full-size I420 picture. Default false. */
  readonly pixels?: boolean;
  /** What to scale frames to for a detector, or how to choose it once the video's size is known. Default none. */
  readonly letterbox?: Letterbox | ((info: VideoInfo) => Letterbox | undefined);
  /** What is known of the input already, from having opened it before. Default: it is probed first. */
  readonly info?: VideoInfo;
  /** `off`, or what may decode a file in hardware: `auto`, or a method of `ffmpeg -hwaccels`. Default off. See `VideoInfo.decoder`. */
  readonly hwaccel?: string;
  /** End after this many frames. */
  readonly maxFrames?: number;
  /** Begin at this frame instead of the first, in a video whose timestamps rise and are its times, see `packetTimes`. */
  readonly from?: SeekPoint | undefined;
  /** Path of ffmpeg; default FFMPEG_BIN, ffmpeg-static, the PATH. */
  readonly ffmpeg?: string;
  /** Ends ffmpeg; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A frame to begin at. */
export interface SeekPoint {
  /** Its number, and its time in seconds. */
  readonly frame: number;
  readonly time: number;
  /** ffmpeg begins to read so many seconds before it; some containers need it to begin before the key frame that the frame follows. */
  readonly early: number;
}

/** An open video: to be iterated once, which closes it at the end of the loop or on leaving it, or to be closed. */
export interface VideoSource extends AsyncIterable<Frame> {
  readonly info: VideoInfo;
  /** Whether anything was unusual about the pictures until now: damage, missing packets, another size. Not told of cameras. */
  readonly unusual?: boolean;
  /** Ends ffmpeg and waits until it is gone; an iteration under way ends. Harmless when already closed. */
  close(): Promise<void>;
}

/**
 * Opens a video and decodes it as it is iterated, at most a few frames ahead. Each frame comes once, in order of presentation, none
 * dropped or doubled. `Frame.time` is what a player shows: 0 is the start of the file (of its earliest stream), so a picture that
 * starts after the sound has a first time above 0. Times always rise, see `Timeline`: where the video's clock starts again or jumps by
 * hours, they go on one frame later. Pictures of another size than the first are scaled to it. `onNotice` is told of all that at the end.
 *
 * A broken file gives every frame that can be decoded first, and then the iteration throws.
 *
 * @param input path of a video, picture or folder of pictures, a glob pattern, or `-` for standard input
 * @throws TwintrackError when it cannot be read, holds no video, or ffmpeg is missing
 */
export async function openVideo(input: string, options: VideoOptions = {}): Promise<VideoSource> {
  options.signal?.throwIfAborted();
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const resolved = resolveInput(input, options);
  try {
    const { first, parts } = firstRecording(resolved);
    let info = options.info ?? (await probeFile(ffmpeg, first, options, options.signal));
    const { hwaccel = 'off' } = options;
    if (hwaccel !== 'off' && !info.decoder)
      info = { ...info, decoder: await findDecoder(ffmpeg, first, info, hwaccel) };
    if (options.frameRate !== undefined && isUntimed(info.container)) info = { ...info, frameRate: options.frameRate };
    options.signal?.throwIfAborted();
    if (parts.length > 0) {
      const { duration, frameCount, ...rest } = info; // of the first recording
      info = rest;
    }
    return new FileSource(ffmpeg, resolved, parts, info, options);
  } catch (error) {
    resolved.dispose();
    throw error;
  }
}

/** Timestamps as the container has them, from its start on: ffmpeg would bridge steps of some containers, without a word. */
const RAW_TIMES = ['-copyts', '-start_at_zero'];

/** Detection is busy on all cores meanwhile; and each thread decodes a picture of its own, which takes memory. */
const THREADS = Math.min(4, Math.ceil(availableParallelism() / 2));

/** So many seconds of pictures before the first that is wanted go through the filters: a deinterlacer sees those around each. */
const RUN_UP = 1;

/** What makes ffmpeg begin to read at a key frame, or before one. */
function seeking(from: SeekPoint | undefined): string[] {
  return from ? ['-noaccurate_seek', '-ss', String(Math.max(0, from.time - from.early))] : [];
}

class FileSource implements VideoSource {
  readonly info: VideoInfo;
  readonly #input: Input;
  readonly #options: VideoOptions;
  readonly #letterbox: Letterbox | undefined;
  readonly #log: FrameLog;
  readonly #damage: DamageWatch;
  readonly #timeline: Timeline;
  /** Starts ffmpeg on a recording of the file; of standard input on the next. */
  readonly #start: (part: number) => Decoder;
  readonly #frames: AsyncGenerator<Frame>;
  readonly #stop = () => {
    this.#stopped = true;
    this.#decoder.stop();
  };
  #decoder: Decoder;
  /** Whether standard input goes on with another recording. */
  #fed: Promise<boolean> | undefined;
  #stopped = false;
  #count = 0;

  constructor(ffmpeg: Ffmpeg, input: Input, parts: readonly Part[], info: VideoInfo, options: VideoOptions) {
    this.info = info;
    this.#input = input;
    this.#options = options;
    this.#letterbox = typeof options.letterbox === 'function' ? options.letterbox(info) : options.letterbox;
    this.#log = new FrameLog(info.container);
    this.#damage = new DamageWatch(input, info.codec, this.#log);
    const untimed = isUntimed(info.container);
    this.#timeline = new Timeline({ ...info, untimed, counted: untimed && options.frameRate !== undefined });
    const { pixels = false, from } = options;
    const decoding = {
      ...info,
      pixels,
      letterbox: this.#letterbox,
      ...(from && { from: Math.max(0, from.time - RUN_UP) }),
      frameLog: true,
    };
    const { args, layouts } = decodingArguments(ffmpeg, decoding, THREADS);
    const before = ['-threads', String(THREADS), ...RAW_TIMES, ...decoderArguments(info.decoder), ...seeking(from)];
    this.#start = (number) => {
      const earlier = this.#count;
      const part = parts[number];
      const decoder = new Decoder(
        ffmpeg,
        [...before, ...(part ? partArguments(input.args, part) : input.args), ...args],
        layouts,
        {
          stdin: !!input.stdin,
          onLine: (line, received) =>
            this.#log.onLine(line) || this.#damage.onLine(line, received && earlier + received),
        },
      );
      this.#fed = input.stdin?.feed(decoder.child).catch(() => {
        this.#damage.broken();
        decoder.child.stdin?.end();
        return false;
      });
      return decoder;
    };
    this.#decoder = this.#start(0);
    options.signal?.addEventListener('abort', this.#stop, { once: true });
    this.#frames = from ? this.#decodeFrom(from) : this.#decode(parts.length);
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.#frames;
  }

  get unusual(): boolean {
    const { shapes } = this.#log;
    return this.#damage.damaged || shapes !== undefined || this.#log.gapWithin(Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#decoder.child.exited;
    this.#decoder.clear();
    this.#input.dispose();
    this.#options.signal?.removeEventListener('abort', this.#stop);
  }

  async *#decode(parts: number): AsyncGenerator<Frame> {
    const { maxFrames = Number.POSITIVE_INFINITY, signal } = this.#options;
    try {
      for (let part = 0; ; part++) {
        while (this.#count < maxFrames && !this.#stopped) {
          const frame = await this.#decoder.next();
          if (!frame || this.#stopped) break;
          const time = this.#timeline.next(frame.time);
          // a picture that cannot be decoded leaves a gap in the times: the others keep their numbers
          const index = this.#input.pictures ? Math.round(time * this.info.frameRate) : this.#count;
          this.#damage.onFrame(index, time);
          this.#count++;
          yield this.#frame(index, time, frame);
        }
        signal?.throwIfAborted();
        if (this.#stopped || this.#count >= maxFrames) return;
        const { child } = this.#decoder;
        const exit = await child.exited;
        this.#log.end();
        const more = part + 1 < parts || (await this.#nextFollows(exit));
        const fault = this.#damage.fault(exit, child.log, more);
        if (fault) throw fault;
        if (!more) return;
        if (this.#stopped) continue;
        this.#timeline.restart();
        this.#decoder = this.#start(part + 1);
      }
    } finally {
      this.#report();
      await this.close();
    }
  }

  /** Frames from one on, which comes first; none where ffmpeg begins after it. */
  async *#decodeFrom({ frame: first, time: begin }: SeekPoint): AsyncGenerator<Frame> {
    const { signal } = this.#options;
    try {
      let index = first;
      while (!this.#stopped) {
        const parts = await this.#decoder.next();
        if (!parts || this.#stopped) break;
        if (index === first && parts.time < begin) {
          parts.release();
          continue;
        }
        if (index === first && parts.time !== begin) return;
        this.#damage.onFrame(index, parts.time);
        yield this.#frame(index++, parts.time, parts);
      }
      signal?.throwIfAborted();
      if (this.#stopped || index === first) return;
      const { child } = this.#decoder;
      const fault = this.#damage.fault(await child.exited, child.log);
      if (fault) throw fault;
    } finally {
      await this.close();
    }
  }

  /** Whether standard input goes on with another recording when ffmpeg has read one. */
  async #nextFollows(exit: Exit): Promise<boolean> {
    if (await this.#fed) return true;
    return exit.code === 0 && ((await this.#input.stdin?.skip().catch(() => this.#damage.broken())) ?? false);
  }

  /** Hands over what was unusual about the frames that were read. */
  #report(): void {
    const { onNotice } = this.#options;
    if (!onNotice) return;
    for (const notice of videoNotices(this.info, this.#timeline, this.#log)) onNotice(notice);
  }

  #frame(index: number, time: number, { pictures, release }: FrameParts): Frame {
    const { width, height, sampleAspectRatio } = this.info;
    const { pixels } = this.#options;
    return {
      index,
      time,
      width,
      height,
      ...(sampleAspectRatio && { sampleAspectRatio }),
      ...(pixels && { pixels: pictures[0] }),
      ...(this.#letterbox && { input: pictures[pixels ? 1 : 0] }),
      release,
    };
  }
}
