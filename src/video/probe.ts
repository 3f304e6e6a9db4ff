import type { NoticeSink } from '../core/notices.ts';
import { type Exit, type Ffmpeg, findFfmpeg, startFfmpeg } from './ffmpeg.ts';
import { type Deinterlacing, deinterlacingOf, type FieldOrder, fieldOrder } from './fields.ts';
import { type Input, type InputOptions, resolveInput } from './input.ts';
import { firstRecording } from './joined.ts';
import { describe, explain, rate } from './probe-log.ts';
import { pixelShape } from './shape.ts';
import { chooseStream, type InputStream, noSuchStream, streamNotice, streamSpecifier, streamsIn } from './streams.ts';
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
  /** When the file says that it was made, as ffmpeg prints it. Recorders mean its beginning or its end. */
  readonly createdAt?: string;
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
  /** Which of its video streams is decoded: its number among them, from 0. Absent for cameras. */
  readonly stream?: number;
  /** Its streams of all kinds. */
  readonly streams?: readonly InputStream[];
  /** Which field comes first, where the video is interlaced. */
  readonly fieldOrder?: FieldOrder;
  /** Which pictures are deinterlaced; absent where none are. */
  readonly deinterlacing?: Deinterlacing;
}

/** How a video is to be read where it leaves a choice. */
export interface ReadingOptions {
  /** Number of the video stream among those of the file, from 0; default `auto`: the default one, then the largest, no still picture. */
  readonly stream?: number | 'auto' | undefined;
  /** Deinterlacing, one frame of each picture. Default `auto`: where the video says that it is interlaced. */
  readonly deinterlace?: 'auto' | 'on' | 'off' | undefined;
  /** Shape of the pixels, such as `2:1`, width to height as displayed. Default `auto`: as the video says. */
  readonly sar?: string | undefined;
  /** Takes what is unusual about the video and does not keep it from being read. */
  readonly onNotice?: NoticeSink | undefined;
}

/** What the pictures of a video are like. */
export type PictureFormat = Pick<VideoInfo, 'width' | 'height' | 'fullRange' | 'colourSpace' | 'sampleAspectRatio'>;

/**
 * Finds out size, frame rate, duration and codec of a video by decoding its first picture.
 *
 * @param input path of a video, picture or folder of pictures, or a glob pattern
 * @throws TwintrackError when it cannot be read, holds no video, or ffmpeg is missing
 */
export async function probe(
  input: string,
  options: InputOptions & ReadingOptions & { ffmpeg?: string } = {},
): Promise<VideoInfo> {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const resolved = resolveInput(input, options);
  try {
    return await probeFile(ffmpeg, firstRecording(resolved).first, options);
  } finally {
    resolved.dispose();
  }
}

/** As `probe`, for an input already resolved and kept open. */
export async function probeFile(
  ffmpeg: Ffmpeg,
  input: Input,
  { stream = 'auto', deinterlace = 'auto', sar, onNotice }: ReadingOptions,
  signal?: AbortSignal,
): Promise<VideoInfo> {
  const { subject } = input;
  let opened = await open(ffmpeg, input, stream === 'auto' ? undefined : stream, signal);
  const videos = opened.streams.filter(({ kind }) => kind === 'video');
  if (stream !== 'auto' && opened.listed && !videos[stream]) throw noSuchStream(subject, stream, videos);
  if (stream === 'auto' && videos.filter(({ still }) => !still).length > 1) {
    const { taken, single } = await chooseStream(ffmpeg, input, videos, signal);
    if (taken.number !== opened.taken?.number || !opened.header)
      opened = await open(ffmpeg, input, taken.number, signal);
    onNotice?.(streamNotice(subject, videos, taken, single));
  }
  const { info, header, line } = read(input, opened);
  const shape = pixelShape(subject, info, header.pixel, sar);
  const fields = fieldsOf(subject, info, header, line, deinterlace);
  for (const notice of [...shape.notices, ...fields.notices]) onNotice?.(notice);
  return {
    ...info,
    ...(shape.ratio && { sampleAspectRatio: shape.ratio }),
    ...(opened.taken && { stream: opened.taken.number }),
    streams: opened.streams,
    ...fields.known,
  };
}

/** How the pictures of a camera are to be read. */
export type CameraReading = Pick<ReadingOptions, 'sar' | 'deinterlace'>;

/** What a camera sends: its first video stream. An error has ffmpeg's log as its `cause`. */
export async function probeCamera(
  ffmpeg: Ffmpeg,
  input: Input,
  signal: AbortSignal,
  { sar, deinterlace = 'auto' }: CameraReading,
): Promise<VideoInfo> {
  const { subject } = input;
  const { info, header, line } = read(input, await open(ffmpeg, input, undefined, signal));
  const { ratio } = pixelShape(subject, info, header.pixel, sar);
  return {
    ...info,
    ...(ratio && { sampleAspectRatio: ratio }),
    ...fieldsOf(subject, info, header, line, deinterlace).known,
  };
}

/** What is known of the fields of a video, and what is to be said of them. */
function fieldsOf(
  subject: string,
  { codec, rotation }: VideoInfo,
  { interlaced }: { readonly interlaced: string },
  line: string,
  asked: 'auto' | 'on' | 'off',
) {
  const facts = { line, codec, first: interlaced, rotation };
  const { deinterlacing, notices } = deinterlacingOf(subject, facts, asked);
  const order = fieldOrder(facts);
  return { notices, known: { ...(order && { fieldOrder: order }), ...(deinterlacing && { deinterlacing }) } };
}

/** What ffmpeg says of an input, and the header that it writes before the first picture; none where it could not. */
interface Opened {
  readonly header: string | undefined;
  readonly log: readonly string[];
  readonly exit: Exit;
  readonly streams: readonly InputStream[];
  /** Whether ffmpeg could list the streams. */
  readonly listed: boolean;
  /** The stream whose picture was decoded. */
  readonly taken: InputStream | undefined;
}

/** Decodes one picture. @param stream number of the video stream; default the first that is no cover picture */
async function open(
  ffmpeg: Ffmpeg,
  input: Input,
  stream: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  signal?.throwIfAborted();
  const chunks: string[] = [];
  const log: string[] = [];
  const one = [
    '-map',
    streamSpecifier(stream),
    '-frames:v',
    '1',
    '-pix_fmt',
    'yuv420p',
    '-f',
    'yuv4mpegpipe',
    'pipe:1',
  ];
  const child = startFfmpeg(ffmpeg, [...input.args, ...one], {
    stdin: input.text ?? !!input.stdin,
    outputs: 1,
    onLine: (line) => log.push(line),
  });
  signal?.addEventListener('abort', child.kill, { once: true });
  child.outputs[0].on('data', (chunk: Buffer) => {
    if (chunks.join('').includes('\n')) return;
    chunks.push(chunk.toString('latin1', 0, 200));
    if (chunks.join('').includes('\n')) child.kill(); // the header is all that is wanted of a perhaps large picture
  });
  const fed = input.stdin?.record(child);
  const exit = await child.exited;
  await fed;
  signal?.removeEventListener('abort', child.kill);
  signal?.throwIfAborted();
  const header = chunks.join('').split('\n', 1)[0];
  const streams = streamsIn(log);
  const mapped = log.map((line) => /^\[info\] +Stream #0:(\d+) -> /.exec(line)?.[1]).find(Boolean);
  const taken = streams.find(({ index }) => index === Number(mapped));
  const listed = log.some((line) => /^\[info\] Input #0/.test(line));
  return { header: header.startsWith('YUV4MPEG2 ') ? header : undefined, log, exit, streams, listed, taken };
}

/** What was opened, in our words, without the shape of its pixels. */
function read(input: Input, { header = '', log, exit, taken }: Opened) {
  const match = /^YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+) I(\S+) A(\d+:\d+)/.exec(header);
  if (!match) throw Object.assign(explain(input, log, exit), { cause: log });
  const [width, height, numerator, denominator] = match.slice(1, 5).map(Number);
  const described = describe(log, taken);
  const averageRate = isUntimed(described.container) ? undefined : described.averageRate; // of a default
  const frameRate = input.frameRate ?? rate(numerator / denominator, averageRate);
  const duration = input.pictures ? input.pictures.length / frameRate : described.duration;
  const frameCount = input.pictures?.length ?? (duration === undefined ? undefined : Math.round(duration * frameRate));
  const info: VideoInfo = {
    input: input.subject,
    name: input.name,
    kind: input.kind,
    width,
    height,
    frameRate,
    ...(described.createdAt !== undefined && { createdAt: described.createdAt }),
    ...(duration !== undefined && { duration }),
    ...(frameCount !== undefined && { frameCount }),
    container: described.container,
    codec: described.codec,
    pixelFormat: described.pixelFormat,
    fullRange: described.fullRange,
    ...(described.colourSpace && { colourSpace: described.colourSpace }),
    rotation: described.rotation,
  };
  // where no shape is encoded, ffmpeg's line may still have a strange one
  const stated = match[6] === '0:0' ? (/\bSAR (\d+:\d+)/.exec(described.line)?.[1] ?? '0:0') : match[6];
  return { info, line: described.line, header: { interlaced: match[5], pixel: stated } };
}
