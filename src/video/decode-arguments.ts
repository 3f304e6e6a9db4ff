import type { Letterbox } from '../core/frame.ts';
import { type Ffmpeg, outputFd } from './ffmpeg.ts';
import { type Deinterlacing, deinterlacer, type FieldOrder } from './fields.ts';
import { TICKS_PER_SECOND } from './frame-assembly.ts';
import { FRAME_LOG } from './frame-log.ts';
import { decoderArguments } from './hardware.ts';
import { i420Layout } from './i420.ts';
import { letterboxLayout, type PictureLayout } from './picture-reader.ts';
import { streamSpecifier } from './streams.ts';

/** What is decoded, and into what. */
export interface Decoding {
  /** Size of the frames in pixels, as displayed. */
  readonly width: number;
  readonly height: number;
  /** Whether the video's luma spans 0..255; it is brought to 16..235. */
  readonly fullRange: boolean;
  /** What decodes, see `VideoInfo.decoder`. */
  readonly decoder?: string | undefined;
  /** Number of the video stream; default the first that is no cover picture. */
  readonly stream?: number | undefined;
  readonly deinterlacing?: Deinterlacing | undefined;
  readonly fieldOrder?: FieldOrder | undefined;
  readonly pixels: boolean;
  readonly letterbox?: Letterbox | undefined;
  /** Pictures before this time, in seconds, are dropped as soon as they are decoded. Default none. */
  readonly from?: number | undefined;
  /** Whether ffmpeg logs what each frame is like, for `FrameLog`. Default false. */
  readonly frameLog?: boolean;
}

/** ffmpeg's buffer would be a copy more of each picture. */
const UNBUFFERED = ['-avioflags', 'direct'];

/**
 * The arguments that make one ffmpeg decode a video once and write, after its `-i`: the timestamps as text to output 0, then raw
 * pictures to the next outputs: I420 at full size if asked for, planes R, G, B of the letterbox if asked for.
 *
 * @param threads threads of each filter that can use several
 * @returns the arguments, and what the pictures of each picture output are like
 */
export function decodingArguments(
  ffmpeg: Ffmpeg,
  decoding: Decoding,
  threads: number,
): { args: string[]; layouts: PictureLayout[] } {
  const { width, height, pixels, letterbox } = decoding;
  const branches: { filter: string; layout: PictureLayout }[] = [];
  if (pixels) {
    const range = decoding.fullRange ? ':out_range=tv' : '';
    branches.push({
      filter: `scale=${width}:${height}:flags=bilinear${range},format=yuv420p`,
      layout: { bytes: i420Layout(width, height).bytes },
    });
  }
  if (letterbox) {
    const { innerWidth, innerHeight } = letterbox;
    // ffmpeg has these planes in the order G, B, R
    const filter = `scale=${innerWidth}:${innerHeight}:flags=bilinear,format=gbrp`;
    branches.push({ filter, layout: letterboxLayout(letterbox, [1, 2, 0]) });
  }

  // `metadata=print` needs a key to print; every line leaves before its picture does. Pictures need no timestamps then, and ffmpeg
  // may lose those whose timestamps do not rise
  const times = [
    `settb=1/${TICKS_PER_SECOND}`,
    ...(decoding.frameLog ? [FRAME_LOG] : []),
    'metadata=mode=add:key=twintrack:value=1',
    `metadata=mode=print:key=twintrack:file='pipe\\:${outputFd(0)}':direct=1`,
    'setpts=0',
  ].join(',');
  // hardware gives the chroma planes interleaved; the filters are to see what software gives
  const planar = decoderArguments(decoding.decoder).length > 0 ? 'format=yuv420p,' : '';
  const fields = deinterlacer(decoding.deinterlacing, decoding.fieldOrder);
  const late = decoding.from === undefined ? '' : `select='gte(t,${decoding.from})',`;
  const head = `[${streamSpecifier(decoding.stream)}]${late}${planar}${fields}${times}`;
  if (branches.length === 0) {
    return {
      args: ['-filter_complex', `${head}[t]`, '-map', '[t]', ...ffmpeg.passthrough, '-f', 'null', '-'],
      layouts: [],
    };
  }
  const split = branches.length > 1 ? `,split=${branches.length}` : '';
  const inner = branches.map((_, i) => `[s${i}]`).join('');
  const graph = [`${head}${split}${inner}`, ...branches.map(({ filter }, i) => `[s${i}]${filter}[o${i}]`)].join(';');
  const outputs = branches.flatMap((_, i) => {
    return ['-map', `[o${i}]`, ...ffmpeg.passthrough, ...UNBUFFERED, '-f', 'rawvideo', `pipe:${outputFd(i + 1)}`];
  });
  const args = ['-filter_complex_threads', String(threads), '-filter_complex', graph, ...outputs];
  return { args, layouts: branches.map(({ layout }) => layout) };
}
