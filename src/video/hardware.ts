import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Ffmpeg } from './ffmpeg.ts';
import type { Input } from './input.ts';
import type { VideoInfo } from './probe.ts';
import { streamSpecifier } from './streams.ts';

/** What {@link findDecoder} answers where no hardware is used. */
export const SOFTWARE = 'software';

/** ffmpeg's methods in the order in which `auto` tries them, with its name of the pictures in the hardware's memory. */
const SURFACES: Readonly<Record<string, string>> = {
  videotoolbox: 'videotoolbox_vld',
  cuda: 'cuda',
  d3d11va: 'd3d11',
  vaapi: 'vaapi',
  vdpau: 'vdpau',
};
/** Decoders of these codecs must give the same pictures by their standards. */
const EXACT_CODECS = new Set(['h264', 'hevc', 'vp9', 'av1']);
/** Pictures that are decoded both ways before hardware is relied on: B-frames are among them. */
const TRIED = 16;
/** A driver may hang. */
const TRY_MILLISECONDS = 20_000;

/**
 * What decodes a file: the first method of ffmpeg's that really works in hardware on its first pictures and gives the same
 * pictures as software, bit for bit; else software. Only 8-bit 4:2:0 video in a file is tried, of a codec whose standard
 * leaves no choice of the pictures.
 *
 * @param asked `auto`, or the method to try
 * @returns the method, or {@link SOFTWARE}
 */
export async function findDecoder(
  ffmpeg: Ffmpeg,
  input: Input,
  info: Pick<VideoInfo, 'codec' | 'pixelFormat' | 'stream'>,
  asked: string,
): Promise<string> {
  if (input.kind !== 'file' || info.pixelFormat !== 'yuv420p' || !EXACT_CODECS.has(info.codec)) return SOFTWARE;
  const listed = (await output(ffmpeg, ['-hwaccels'])).split(/\s+/);
  const methods = Object.keys(SURFACES).filter((name) => listed.includes(name) && (asked === 'auto' || asked === name));
  if (methods.length === 0) return SOFTWARE;
  const stream = streamSpecifier(info.stream);
  const expected = await checksums(ffmpeg, input, stream, [], 'format=yuv420p');
  for (const method of methods) {
    // the filter takes pictures in the hardware's memory only: ffmpeg would go over to software without a word
    const options = ['-hwaccel', method, '-hwaccel_output_format', SURFACES[method]];
    const found = await checksums(ffmpeg, input, stream, options, 'hwdownload,format=nv12,format=yuv420p');
    if (found !== '' && found === expected) return method;
  }
  return SOFTWARE;
}

/** The options before `-i` that make a method decode. */
export function decoderArguments(decoder: string | undefined): string[] {
  return decoder === undefined || decoder === SOFTWARE ? [] : ['-hwaccel', decoder];
}

/** Checksums of the first pictures; empty when they cannot be decoded so. */
function checksums(
  ffmpeg: Ffmpeg,
  input: Input,
  stream: string,
  options: readonly string[],
  filter: string,
): Promise<string> {
  const first = ['-map', stream, '-frames:v', `${TRIED}`, '-vf', filter, ...ffmpeg.passthrough];
  return output(ffmpeg, ['-noautorotate', ...options, ...input.args, ...first, '-f', 'framemd5', 'pipe:1']);
}

/** What ffmpeg prints; empty when it fails. */
async function output(ffmpeg: Ffmpeg, args: readonly string[]): Promise<string> {
  try {
    const all = ['-hide_banner', '-nostdin', '-loglevel', 'quiet', ...args];
    return (await promisify(execFile)(ffmpeg.path, all, { encoding: 'utf8', timeout: TRY_MILLISECONDS })).stdout;
  } catch {
    return '';
  }
}
