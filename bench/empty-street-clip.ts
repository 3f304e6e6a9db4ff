/** The clip of bench/empty-street.ts: the sample's background, seen by a camera with noise, and people cut out of the sample who cross it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gaussian, seededRandom } from '../src/learning/random.ts';
import { i420Layout } from '../src/video/i420.ts';
import { findFfmpeg, openVideo } from '../src/video/index.ts';

/** x, y, w, h in pixels counted from 0. */
export type Box = readonly [x: number, y: number, w: number, h: number];

/** Someone who crosses the picture. */
export interface Walker {
  /** Person of the ground truth and its first and last frame, counted from 1, that are played to and fro. Nobody else is near then. */
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Whether it walks from left to right, mirrored; otherwise from right to left. */
  readonly mirrored: boolean;
  /** When it enters the picture, as a share of the clip. */
  readonly at: number;
}

/** Where someone is in the clip. */
export interface Visit {
  /** First frame, counted from 0, that shows at least `SHOWN` of the box. */
  readonly first: number;
  /** The box by frame; it may reach beyond the picture. */
  readonly boxes: ReadonlyMap<number, Box>;
}

/** The share of its box from which someone counts as being in the picture. */
export const SHOWN = 0.6;
const PACE = 10; // frames of the sample a second
const NOISE = 2; // standard deviation in grey levels
const CRF = 18; // keeps most of the noise
const MARGIN = 6; // pixels around a box in which the person is cut out
const HOLE = 3; // pixels across half of a hole that is filled

/** A person in one frame of the sample: what is cut out around the box. */
interface Cut {
  readonly picture: Uint8Array;
  /** Even, so that chroma stays with luma. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The person's share of each pixel, 0 to 1. */
  readonly mask: Float32Array;
  readonly box: Box;
}

interface Sample {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Uint8Array[];
  readonly background: Uint8Array;
}

/**
 * Writes the clip.
 *
 * @param truth box of each person of the sample by `frame,id`, frames from 1
 */
export async function filmEmptyStreet(
  path: string,
  sampleVideo: string,
  truth: ReadonlyMap<string, Box>,
  walkers: readonly Walker[],
  { frames, rate }: { frames: number; rate: number },
): Promise<Visit[]> {
  const sample = await readSample(sampleVideo);
  const { width, height, background } = sample;
  const paths = walkers.map((walker) => walk(walker, sample, truth, Math.round(walker.at * frames), PACE / rate));
  const random = seededRandom(7);
  const noise = new Int8Array(4 * background.length).map(() => Math.round(NOISE * gaussian(random)));
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(rate), '-i', '-'];
  const output = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(CRF), '-y', path];
  const ffmpeg = spawn((await findFfmpeg()).path, ['-loglevel', 'error', ...input, ...output], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(ffmpeg, 'close');
  for (let frame = 0; frame < frames; frame++) {
    const picture = background.slice();
    for (const steps of paths) {
      const step = steps.get(frame);
      if (step) paste(picture, sample, step);
    }
    const from = Math.floor(random() * (noise.length - picture.length));
    for (let i = 0; i < picture.length; i++) picture[i] = Math.max(0, Math.min(255, picture[i] + noise[from + i]));
    if (!ffmpeg.stdin.write(picture)) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  return paths.map((steps) => {
    const boxes = new Map([...steps].map(([frame, { box }]) => [frame, box]));
    const shown = ([x, , w]: Box): number => (Math.min(width, x + w) - Math.max(0, x)) / w;
    return { first: [...boxes].find(([, box]) => shown(box) >= SHOWN)?.[0] ?? Number.NaN, boxes };
  });
}

/** Decodes the sample, and takes the median of every fifth picture as its background. */
async function readSample(path: string): Promise<Sample> {
  const video = await openVideo(path, { pixels: true });
  const pictures: Uint8Array[] = [];
  for await (const { pixels } of video) pictures.push(pixels!);
  const some = pictures.filter((_, i) => i % 5 === 0);
  const column = new Uint8Array(some.length);
  const background = new Uint8Array(pictures[0].length).map((_, i) => {
    for (let k = 0; k < some.length; k++) column[k] = some[k][i];
    return column.sort()[column.length >> 1];
  });
  const { width, height } = video.info;
  return { width, height, pictures, background };
}

/** A cut and where it goes. */
interface Step {
  readonly cut: Cut;
  readonly mirrored: boolean;
  /** Added to a column of the cut, counted from it to the left where mirrored. */
  readonly x: number;
  readonly box: Box;
}

/**
 * Someone's way across the picture by frame: its frames to and fro, at its mean speed.
 *
 * @param pace frames of the sample a frame
 */
function walk(
  { id, from, to, mirrored }: Walker,
  sample: Sample,
  truth: ReadonlyMap<string, Box>,
  start: number,
  pace: number,
) {
  const cuts: Cut[] = [];
  for (let frame = from; frame <= to; frame++) cuts.push(cutOut(sample, frame, truth.get(`${frame},${id}`)!));
  const speed = (pace * Math.abs(cuts.at(-1)!.box[0] - cuts[0].box[0])) / (cuts.length - 1);
  const steps = new Map<number, Step>();
  for (let k = 0; speed * k < sample.width + 2 * cuts[0].box[2]; k++) {
    const turn = Math.floor(pace * k) % (2 * cuts.length - 2);
    const cut = cuts[turn < cuts.length ? turn : 2 * cuts.length - 2 - turn];
    const [left, top, w, h] = cut.box;
    const wanted = mirrored ? speed * k - w : sample.width - speed * k; // the left of the box
    // even where it is shifted and odd where it is mirrored, so that the two columns of a chroma sample stay together
    const x = mirrored ? 2 * Math.round((wanted + left + w - 1) / 2) + 1 : 2 * Math.round((wanted - left) / 2);
    steps.set(start + k, { cut, mirrored, x, box: [mirrored ? x - left - w + 1 : left + x, top, w, h] });
  }
  return steps;
}

/** Cuts a person out of a frame by its difference to the background. */
function cutOut({ width, height, pictures, background }: Sample, frame: number, box: Box): Cut {
  const picture = pictures[frame - 1];
  const even = (value: number, most: number): number => 2 * Math.round(Math.max(0, Math.min(most, value)) / 2);
  const [left, right] = [even(box[0] - MARGIN, width), even(box[0] + box[2] + MARGIN, width)];
  const [top, bottom] = [even(box[1] - MARGIN, height), even(box[1] + box[3] + MARGIN, height)];
  const layout = i420Layout(width, height);
  const [w, h] = [right - left, bottom - top];
  const differs = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const luma = (top + y) * width + left + x;
      const chroma = ((top + y) >> 1) * layout.chromaWidth + ((left + x) >> 1);
      const difference = (i: number, weight: number): number => weight * Math.abs(picture[i] - background[i]);
      const most = Math.max(difference(luma, 1), difference(layout.u + chroma, 2), difference(layout.v + chroma, 2));
      differs[y * w + x] = Math.max(0, Math.min(1, (most - 10) / 10));
    }
  }
  const wide = spread(differs, w, h, HOLE, Math.max);
  return { picture, left, top, width: w, height: h, mask: spread(wide, w, h, HOLE, Math.min), box };
}

/** The largest, or least, value within a radius of each pixel. */
function spread(mask: Float32Array, w: number, h: number, radius: number, of: typeof Math.max): Float32Array {
  const along = (from: Float32Array, step: number, position: (i: number) => number, length: number): Float32Array =>
    from.map((value, i) => {
      let result = value;
      for (let d = -radius; d <= radius; d++)
        if (position(i) + d >= 0 && position(i) + d < length) result = of(result, from[i + d * step]);
      return result;
    });
  const rows = along(mask, 1, (i) => i % w, w);
  return along(rows, w, (i) => Math.floor(i / w), h);
}

/** Blends what is cut out into the picture. */
function paste(picture: Uint8Array, { width, height }: Sample, { cut, mirrored, x: shift }: Step): void {
  const layout = i420Layout(width, height);
  for (let y = 0; y < cut.height; y++) {
    for (let x = 0; x < cut.width; x++) {
      const [row, column] = [cut.top + y, cut.left + x];
      const to = mirrored ? shift - column : shift + column;
      if (to < 0 || to >= width) continue;
      const share = cut.mask[y * cut.width + x];
      const blend = (i: number, from: number): void => {
        picture[i] += share * (cut.picture[from] - picture[i]);
      };
      blend(row * width + to, row * width + column);
      if ((row & 1) + (column & 1) > 0) continue;
      const line = (row >> 1) * layout.chromaWidth;
      for (const plane of [layout.u, layout.v]) blend(plane + line + (to >> 1), plane + line + (column >> 1));
    }
  }
}
