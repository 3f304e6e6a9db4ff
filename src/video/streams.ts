import { inputError, printable, type TwintrackError } from '../core/errors.ts';
import { fileNotice, type Notice } from '../core/notices.ts';
import { type Ffmpeg, readLines, startFfmpeg } from './ffmpeg.ts';
import type { Input } from './input.ts';

/** A stream of a file, as ffmpeg lists it. */
export interface InputStream {
  /** Its number among all streams of the file, from 0. */
  readonly index: number;
  readonly kind: 'video' | 'audio' | 'subtitle' | 'data' | 'attachment';
  /** Its number among the streams of its kind, from 0: what ffmpeg calls `0:v:1` of videos. */
  readonly number: number;
  /** ffmpeg's name of the codec. */
  readonly codec: string;
  /** Size in pixels as stored, of videos. */
  readonly width?: number;
  readonly height?: number;
  /** Whether the file names it as the one to play. */
  readonly default: boolean;
  /** Whether it is a still picture that goes with the file: a cover, or thumbnails. */
  readonly still: boolean;
  /** ffmpeg's line on it. */
  readonly line: string;
}

/** The streams of an input, in the order of their numbers. @param log what ffmpeg printed when it opened the input */
export function streamsIn(log: readonly string[]): InputStream[] {
  const end = log.findIndex((line) => /^\[info\] (Stream mapping:|Output #)/.test(line));
  const found = new Map<number, string>();
  for (const line of log.slice(0, end < 0 ? undefined : end)) {
    const match = /^\[info\] +Stream #0:(\d+)(?!\d)[^ ]*: (?=(?:Video|Audio|Subtitle|Data|Attachment)\b)(.*)/.exec(
      line,
    );
    if (match) found.set(Number(match[1]), match[2]); // a stream of several programs is listed with each
  }
  const counts = { video: 0, audio: 0, subtitle: 0, data: 0, attachment: 0 };
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([index, line]) => {
      const [, word, codec] = /^(\w+): (\w+)/.exec(line) ?? ['', line.split(':')[0], 'unknown'];
      const kind = word.toLowerCase() as InputStream['kind'];
      const size = kind === 'video' ? /, (\d{1,5})x(\d{1,5})(?=[ ,]|$)/.exec(line) : null;
      return {
        index,
        kind,
        number: counts[kind]++,
        codec,
        ...(size && { width: Number(size[1]), height: Number(size[2]) }),
        default: line.includes('(default)'),
        still: /\((attached pic|timed thumbnails|still image)\)/.test(line),
        line,
      };
    });
}

/** ffmpeg's name of a video stream by its number; without one, of the first that is no cover picture. */
export function streamSpecifier(stream: number | undefined): string {
  return stream === undefined ? '0:V:0' : `0:v:${stream}`;
}

/** Seconds of the input in which a stream of moving pictures has more than one. */
const COUNTED_SECONDS = 10;

/**
 * The video stream to take, by ffmpeg's rule: the default one, then the one of most pixels, then the first; but no still picture, and
 * no stream of one picture, where another moves.
 *
 * @param streams the video streams
 */
export async function chooseStream(
  ffmpeg: Ffmpeg,
  input: Input,
  streams: readonly InputStream[],
  signal?: AbortSignal,
): Promise<{ readonly taken: InputStream; readonly single: ReadonlySet<InputStream> }> {
  const candidates = streams.filter(({ still, codec }) => !still && codec !== 'none');
  const counts = candidates.length > 1 ? await countPictures(ffmpeg, input, candidates, signal) : [];
  const single = new Set(counts.some((n) => n > 1) ? candidates.filter((_, i) => counts[i] <= 1) : []);
  const area = ({ width = 0, height = 0 }: InputStream) => width * height;
  const [taken] = candidates
    .filter((stream) => !single.has(stream))
    .sort((a, b) => Number(b.default) - Number(a.default) || area(b) - area(a) || a.number - b.number);
  return { taken: taken ?? streams[0], single };
}

/** How many pictures streams have at the beginning of the input, counted until all have two; they are not decoded. */
async function countPictures(
  ffmpeg: Ffmpeg,
  input: Input,
  streams: readonly InputStream[],
  signal?: AbortSignal,
): Promise<number[]> {
  const maps = streams.flatMap(({ number }) => ['-map', streamSpecifier(number)]);
  const copied = ['-c', 'copy', '-copyinkf', '-flush_packets', '1', '-f', 'framecrc', 'pipe:1'];
  const counts = streams.map(() => 0);
  const args = ['-t', `${COUNTED_SECONDS}`, ...input.args, ...maps, ...copied];
  const child = startFfmpeg(ffmpeg, args, { stdin: !!input.stdin, outputs: 1 });
  signal?.addEventListener('abort', child.kill, { once: true });
  readLines(child.outputs[0], (line) => {
    const stream = /^(\d+),/.exec(line)?.[1];
    if (stream !== undefined) counts[Number(stream)]++;
    if (counts.every((n) => n > 1)) child.kill();
  });
  const fed = input.stdin?.record(child);
  await child.exited;
  await fed;
  signal?.removeEventListener('abort', child.kill);
  signal?.throwIfAborted();
  return counts;
}

/** That there was a choice, and what was taken. */
export function streamNotice(
  file: string,
  streams: readonly InputStream[],
  taken: InputStream,
  single: ReadonlySet<InputStream>,
): Notice {
  const others = streams.filter((stream) => stream !== taken);
  const reason = others.every((stream) => stream.still || single.has(stream))
    ? 'the only one that moves'
    : taken.default && !others.every((stream) => stream.default)
      ? 'the one to play by default'
      : 'the largest';
  const left = others.map((stream) => describeStream(stream, single.has(stream))).join(', ');
  const text = `has ${streams.length} video streams, numbered from 0: ${describeStream(taken)} is taken, ${reason}, and not ${left}; --stream takes another`;
  return fileNotice('stream-chosen', file, text);
}

/** "1 (h264, 768 × 576)". */
export function describeStream({ number, codec, width, height, still }: InputStream, single = false): string {
  const size = width ? `, ${width} × ${height}` : '';
  return `${number} (${codec}${size}${still ? ', a cover picture' : single ? ', one picture' : ''})`;
}

/** That a stream was asked for which there is not. */
export function noSuchStream(file: string, asked: number, streams: readonly InputStream[]): TwintrackError {
  const has = streams.length === 0 ? 'no video' : streams.map((stream) => describeStream(stream)).join(', ');
  return inputError(file, `has no video stream ${asked}, counted from 0: it has ${printable(has)}`, 'name one of them');
}
