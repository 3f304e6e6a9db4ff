import { inputError } from '../core/errors.ts';
import { exitReason, findFfmpeg, lastError, startFfmpeg } from './ffmpeg.ts';

/** Raw pictures of one size. */
export interface RawPictures {
  readonly width: number;
  readonly height: number;
  /** I420 in limited range; planes R, G, B; or R, G, B and opacity of each pixel. */
  readonly format: 'i420' | 'rgbPlanes' | 'rgba';
  /** ffmpeg's name of the YUV matrix, where it is known. */
  readonly colourSpace?: string | undefined;
}

/** Settings of {@link jpegArguments}. */
export interface JpegOptions {
  /** ffmpeg's quality, 2 (best) to 31. */
  readonly quality: number;
  /** ffmpeg's width and height to scale to, and how, such as `640:-2:flags=area`. Default: the size of the source. */
  readonly scale?: string | undefined;
}

/** ffmpeg's names of the formats, and a filter that makes them so: its planes come in the order G, B, R. */
const FORMATS = {
  i420: ['yuv420p', ''],
  rgbPlanes: ['gbrp', 'shuffleplanes=1:2:0,format=gbrp,'],
  rgba: ['rgba', ''],
} as const;
/** A JPEG begins and ends with these markers, which do not occur together within. */
const BORDER = Buffer.from([0xff, 0xd9, 0xff, 0xd8]);

/** The arguments that make ffmpeg read raw pictures on its standard input and encode each as JPEG; what it writes to comes behind. */
export function jpegArguments(source: RawPictures, { quality, scale }: JpegOptions): string[] {
  const size = scale ?? `${source.width}:${source.height}`;
  // a JPEG is always BT.601; `setparams` takes every name that ffmpeg prints, `in_color_matrix` only some
  const matrix = source.colourSpace ? `setparams=colorspace=${source.colourSpace},` : '';
  const filter = `${FORMATS[source.format][1]}${matrix}scale=${size}:out_color_matrix=bt601:out_range=pc,format=yuvj420p`;
  return [...rawInput(source), '-vf', filter, '-c:v', 'mjpeg', '-q:v', `${quality}`];
}

/**
 * Encodes raw pictures of one size as JPEG, by one ffmpeg.
 *
 * @throws TwintrackError when ffmpeg is missing or encodes no JPEG
 */
export async function encodeJpegs(
  pictures: readonly Uint8Array[],
  source: RawPictures,
  options: JpegOptions,
): Promise<Buffer[]> {
  if (pictures.length === 0) return [];
  const jpegs = split(await run(pictures, jpegArguments(source, options), 'JPEG'));
  if (jpegs.length === pictures.length) return jpegs;
  throw inputError('ffmpeg', `made ${jpegs.length} JPEG pictures of ${pictures.length}`, 'install another build of it');
}

/**
 * Encodes a raw picture as PNG.
 *
 * @throws TwintrackError when ffmpeg is missing or encodes no PNG
 */
export function encodePng(pixels: Uint8Array, source: RawPictures): Promise<Buffer> {
  return run(
    [pixels],
    [...rawInput(source), '-vf', `${FORMATS[source.format][1]}null`, '-frames:v', '1', '-c:v', 'png'],
    'PNG',
  );
}

function rawInput({ width, height, format }: RawPictures): string[] {
  const raw = ['-f', 'rawvideo', '-pixel_format', FORMATS[format][0], '-video_size', `${width}x${height}`];
  return ['-protocol_whitelist', 'pipe', ...raw, '-i', 'pipe:0'];
}

async function run(pictures: readonly Uint8Array[], args: readonly string[], kind: string): Promise<Buffer> {
  const ffmpeg = await findFfmpeg();
  const output = [...ffmpeg.passthrough, '-f', 'image2pipe', 'pipe:1'];
  const encoder = startFfmpeg(ffmpeg, [...args, ...output], { stdin: true, outputs: 1 });
  const chunks: Buffer[] = [];
  encoder.outputs[0].on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const picture of pictures) {
    if (encoder.stdin!.write(picture)) continue;
    await Promise.race([new Promise((resolve) => encoder.stdin!.once('drain', resolve)), encoder.exited]);
  }
  encoder.stdin!.end();
  const exit = await encoder.exited;
  if (exit.code === 0) return Buffer.concat(chunks);
  const reason = `made no ${kind} picture: ${lastError(encoder.log) || exitReason(exit)}`;
  throw inputError(ffmpeg.path, reason, 'install another build of it');
}

/** Pictures that follow on one another. */
function split(bytes: Buffer): Buffer[] {
  const pictures: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(BORDER, from);
    const to = at < 0 ? bytes.length : at + BORDER.length / 2;
    pictures.push(bytes.subarray(from, to));
    from = to;
  }
  return pictures;
}
