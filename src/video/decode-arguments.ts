import type { Letterbox } from '../core/frame.ts';
import { type Ffmpeg, outputFd } from './ffmpeg.ts';
import { TICKS_PER_SECOND } from './frame-assembly.ts';
import { i420Layout } from './i420.ts';

/** What is decoded, and into what. */
export interface Decoding {
  /** Size of the frames in pixels, as displayed. */
  readonly width: number;
  readonly height: number;
  /** Whether the video's luma spans 0..255; it is brought to 16..235. */
  readonly fullRange: boolean;
  readonly pixels: boolean;
  readonly letterbox?: Letterbox | undefined;
}

/**
 * The arguments that make one ffmpeg decode a video once and write, after its `-i`: the timestamps as text to output 0, then raw
 * pictures to the next outputs: I420 at full size if asked for, planes R, G, B of the letterbox if asked for.
 *
 * @returns the arguments, and the bytes of a picture of each picture output
 */
export function decodingArguments(ffmpeg: Ffmpeg, decoding: Decoding): { args: string[]; sizes: number[] } {
  const { width, height, pixels, letterbox } = decoding;
  const branches: { filter: string; size: number }[] = [];
  if (pixels) {
    const range = decoding.fullRange ? ':out_range=tv' : '';
    branches.push({
      filter: `scale=${width}:${height}:flags=bilinear${range},format=yuv420p`,
      size: i420Layout(width, height).bytes,
    });
  }
  if (letterbox) branches.push({ filter: fit(letterbox), size: 3 * letterbox.width * letterbox.height });

  // `metadata=print` needs a key to print; every line leaves before its picture does
  const times = [
    `settb=1/${TICKS_PER_SECOND}`,
    'metadata=mode=add:key=twintrack:value=1',
    `metadata=mode=print:key=twintrack:file='pipe\\:${outputFd(0)}':direct=1`,
  ].join(',');
  const head = `[0:V:0]${times}`;
  if (branches.length === 0) {
    return {
      args: ['-filter_complex', `${head}[t]`, '-map', '[t]', ...ffmpeg.passthrough, '-f', 'null', '-'],
      sizes: [],
    };
  }
  const split = branches.length > 1 ? `,split=${branches.length}` : '';
  const inner = branches.map((_, i) => `[s${i}]`).join('');
  const graph = [`${head}${split}${inner}`, ...branches.map(({ filter }, i) => `[s${i}]${filter}[o${i}]`)].join(';');
  const outputs = branches.flatMap((_, i) => {
    return ['-map', `[o${i}]`, ...ffmpeg.passthrough, '-f', 'rawvideo', `pipe:${outputFd(i + 1)}`];
  });
  return { args: ['-filter_complex', graph, ...outputs], sizes: branches.map(({ size }) => size) };
}

/** Scales and pads with the grey of 114 that detectors are trained with; ffmpeg's planes come in the order G, B, R. The format is named again last, else an alpha plane is added. */
function fit(letterbox: Letterbox): string {
  const { width, height, innerWidth, innerHeight, offsetX, offsetY } = letterbox;
  const scale = `scale=${innerWidth}:${innerHeight}:flags=bilinear,format=gbrp`;
  const pad =
    innerWidth === width && innerHeight === height
      ? ''
      : `,pad=${width}:${height}:${offsetX}:${offsetY}:color=0x727272`;
  return `${scale}${pad},shuffleplanes=2:0:1,format=gbrp`;
}
