import { inputError } from '../core/errors.ts';
import { type Exit, exitReason, type Ffmpeg, findFfmpeg, lastError, startFfmpeg } from './ffmpeg.ts';
import { type Input, type InputOptions, resolveInput } from './input.ts';
import { firstRecording } from './joined.ts';
import { isUntimed } from './timeline.ts';

/** What is known of a video before it is decoded. */
export interface VideoInfo {
  /** The input as it was named. */
  readonly input: string;
  /** A short name to call outputs by: file name without its ending, folder name, `stdin`. */
  readonly name: string;
  readonly kind: 'file' | 'images' | 'stdin';
  /** Size in pixels as displayed: rotation applied, the sample aspect ratio not. */
  readonly width: number;
  readonly height: number;
  /** Frames per second; the average where it varies. */
  readonly frameRate: number;
  /** Seconds, as the container says. */
  readonly duration?: number;
  /** Number of frames: exact for pictures, estimated from the duration for videos. */
  readonly frameCount?: number;
  /** ffmpeg's name of the format that it comes in; `hls` of a live stream in segments. */
  readonly container: string;
  /** ffmpeg's name of the codec. */
  readonly codec: string;
  /** ffmpeg's name of the pixel format. */
  readonly pixelFormat: string;
  /** Whether luma spans 0..255 instead of 16..235. */
  readonly fullRange: boolean;
  /** ffmpeg's name of the YUV matrix (bt709, smpte170m, …) where the video says it. */
  readonly colourSpace?: string;
  /** Width of a pixel over its height as displayed (sample aspect ratio); absent where pixels are square or the video does not say it. */
  readonly sampleAspectRatio?: number;
  /** What decodes it where `VideoOptions.hwaccel` asked for hardware: the method, or `software`. */
  readonly decoder?: string;
  /** Clockwise degrees by which the stored pictures are turned for display: 0, 90, 180, 270. */
  readonly rotation: number;
}

/** What the pictures of a video are like. */
export type PictureFormat = Pick<VideoInfo, 'width' | 'height' | 'fullRange' | 'colourSpace' | 'sampleAspectRatio'>;

/** Codecs by which ffmpeg renders text as pictures. */
const TEXT_CODECS = new Set(['ansi', 'bintext', 'xbin', 'idf']);

/**
 * Finds out size, frame rate, duration and codec of a video by decoding its first picture.
 *
 * @param input path of a video, picture or folder of pictures, or a glob pattern
 * @throws TwintrackError when it cannot be read, holds no video, or ffmpeg is missing
 */
export async function probe(input: string, options: InputOptions & { ffmpeg?: string } = {}): Promise<VideoInfo> {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const resolved = resolveInput(input, options);
  try {
    return await probeInput(ffmpeg, firstRecording(resolved).first);
  } finally {
    resolved.dispose();
  }
}

/** As `probe`, for an input already resolved and kept open. */
export async function probeInput(ffmpeg: Ffmpeg, input: Input, signal?: AbortSignal): Promise<VideoInfo> {
  signal?.throwIfAborted();
  const header: string[] = [];
  const log: string[] = [];
  const args = [
    ...input.args,
    '-map',
    '0:V:0',
    '-frames:v',
    '1',
    '-pix_fmt',
    'yuv420p',
    '-f',
    'yuv4mpegpipe',
    'pipe:1',
  ];
  const child = startFfmpeg(ffmpeg, args, { stdin: !!input.stdin, outputs: 1, onLine: (line) => log.push(line) });
  signal?.addEventListener('abort', child.kill, { once: true });
  child.outputs[0].on('data', (chunk: Buffer) => {
    if (header.join('').includes('\n')) return;
    header.push(chunk.toString('latin1', 0, 200));
    if (header.join('').includes('\n')) child.kill(); // the header is all that is wanted of a perhaps large picture
  });
  const fed = input.stdin?.record(child);
  const exit = await child.exited;
  await fed;
  signal?.removeEventListener('abort', child.kill);
  signal?.throwIfAborted();

  const line = header.join('').split('\n', 1)[0];
  const match = /^YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+) I\S+ A(\d+):(\d+)/.exec(line);
  if (!match) throw explain(input, log, exit);
  const [width, height, numerator, denominator, pixelWidth, pixelHeight] = match.slice(1).map(Number);
  const described = describe(log);
  if (TEXT_CODECS.has(described.codec)) throw inputError(input.subject, 'is a text, not a video');

  const averageRate = isUntimed(described.container) ? undefined : described.averageRate; // of a default
  const frameRate = input.frameRate ?? rate(numerator / denominator, averageRate);
  const duration = input.pictures ? input.pictures.length / frameRate : described.duration;
  const frameCount = input.pictures?.length ?? (duration === undefined ? undefined : Math.round(duration * frameRate));
  return {
    input: input.subject,
    name: input.name,
    kind: input.kind,
    width,
    height,
    frameRate,
    ...(duration !== undefined && { duration }),
    ...(frameCount !== undefined && { frameCount }),
    container: described.container,
    codec: described.codec,
    pixelFormat: described.pixelFormat,
    fullRange: described.fullRange,
    ...(described.colourSpace && { colourSpace: described.colourSpace }),
    ...(pixelWidth !== pixelHeight && { sampleAspectRatio: pixelWidth / pixelHeight }), // 0:0 where it is not known
    rotation: described.rotation,
  };
}

/** The exact rate where it agrees with the average one (rounded to 1/100 by ffmpeg), else the average: the rate varies. */
function rate(exact: number, average: number | undefined): number {
  if (average === undefined || !(average > 0)) return exact > 0 && Number.isFinite(exact) ? exact : 25;
  return Math.abs(exact - average) <= Math.max(0.01, 0.001 * average) ? exact : average;
}

/** Reads what ffmpeg logs of its input. Only its own lines begin as matched here; a title in the file cannot. */
function describe(log: readonly string[]) {
  const mapped = /^\[info\] +Stream #0:(\d+) -> /m.exec(log.join('\n'))?.[1] ?? '0';
  const start = log.findIndex((line) => new RegExp(`^\\[info\\] +Stream #0:${mapped}(?!\\d).*?: Video: `).test(line));
  const stream = log[start] ?? '';
  const format = /: Video: (\w+)[^,]*, (?:(\w+)(?:\(([^)]*)\))?)?/.exec(stream);
  const time = log.map((line) => /^\[info\] +Duration: (\d+):(\d+):([\d.]+)/.exec(line)).find((m) => m);
  const average = /, ([\d.]+)(k?) fps/.exec(stream);
  const matrix = /\b(bt709|smpte170m|bt470bg|bt2020nc|fcc|smpte240m)\b/.exec(format?.[3] ?? '')?.[1];
  const next = log.findIndex((line, i) => i > start && /^\[info\] *Stream /.test(line));
  const turned = log.slice(start + 1, next < 0 ? undefined : next).join('\n');
  const degrees = Number(/displaymatrix: rotation of (-?[\d.]+) degrees/.exec(turned)?.[1] ?? 0);
  const container = /^\[info\] Input #0, (\S+), from /m.exec(log.join('\n'))?.[1];
  return {
    container: container ?? 'unknown',
    codec: format?.[1] ?? 'unknown',
    pixelFormat: format?.[2] ?? 'unknown',
    fullRange: /^yuvj/.test(format?.[2] ?? '') || /\bpc\b/.test(format?.[3] ?? ''),
    colourSpace: matrix,
    averageRate: average ? Number(average[1]) * (average[2] ? 1000 : 1) : undefined,
    duration: time ? Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3]) : undefined,
    rotation: ((Math.round(-degrees) % 360) + 360) % 360 || 0,
  };
}

/** Turns ffmpeg's complaints about an input into one line. */
function explain(input: Input, log: readonly string[], exit: Exit) {
  const text = log.join('\n');
  const { subject } = input;
  const complaint = lastError(log) || exitReason(exit);
  const isMp4 = !input.head || /^(ftyp|moov|mdat|free|skip|wide)$/.test(input.head.toString('latin1', 4, 8));
  if (input.kind === 'stdin' && /moov atom not found|Error marking filters as finished|partial file/.test(text)) {
    const fix = 'name the file, or move its index to the front: ffmpeg -i FILE -c copy -movflags +faststart NEW';
    return inputError(subject, 'has its index at the end, or is cut off: it cannot be read as a stream', fix);
  }
  if (isMp4 && /moov atom not found/.test(text)) {
    return inputError(subject, 'is cut off: the index at its end (moov) is missing', 'copy or record it again');
  }
  if (/matches no streams|does not contain any stream/.test(text) && /^\[info\] Input #0/m.test(text)) {
    const reason = /Audio: /.test(text) ? 'holds sound only, no video' : 'holds no video';
    return inputError(subject, reason, 'name a file with a video stream');
  }
  if (/not on whitelist/.test(text)) return inputError(subject, 'refers to another address, which is not followed');
  if (/Permission denied/.test(text))
    return inputError(subject, 'cannot be read: permission denied', 'check its permissions');
  if (/^\[info\] Input #0/m.test(text)) {
    return inputError(subject, `holds no picture that can be decoded (${complaint})`, 'copy or record it again');
  }
  if (/Invalid data found|could not find codec parameters/i.test(text)) {
    return inputError(subject, 'is not a video that ffmpeg can read', 'check that it plays, or copy it again');
  }
  const crashed = exit.signal !== null && exit.signal !== 'SIGKILL';
  const fix = crashed ? 'name another build of ffmpeg with FFMPEG_BIN' : 'check that it plays';
  return inputError(subject, `cannot be read: ${complaint}`, fix);
}
