import { printable } from '../core/errors.ts';
import type { Notice } from '../core/notices.ts';
import type { InputStream, VideoInfo } from '../video/index.ts';
import type { BoxFindings, FrameFindings, VideoFindings } from './doctor-file.ts';
import type { ReadingFlags } from './options.ts';

/** Something that was checked. */
export interface Finding {
  readonly part: string;
  readonly ok: boolean;
  /** Version or what is missing. */
  readonly found: string;
  /** What fixes it. */
  readonly fix?: string;
}

type Row = readonly [name: string, text: string];

/** The row of a command to copy, which is not broken into lines. */
const NEXT = 'next';
/** Columns of text. */
const WIDTH = 100;
const NAMES: Readonly<Record<InputStream['kind'], string>> = {
  video: 'video',
  audio: 'sound',
  subtitle: 'subtitles',
  data: 'data',
  attachment: 'attached',
};

/** What was found in a video, for people to read. @param flags how it was read, for the command that tracks it so */
export function videoText(
  { input, ok, fault, video, hdr, frames, notices }: VideoFindings,
  flags: ReadingFlags,
): string {
  const rows: Row[] = video
    ? [
        ['container', [video.container, ...(video.duration ? [seconds(video.duration)] : [])].join(', ')],
        ...(video.streams ?? []).map((stream) => streamRow(stream, video)),
        ['picture', picture(video, hdr)],
        ['fields', fields(video)],
        ...frameRows(frames, ok),
      ]
    : [];
  const { stream, deinterlace, sar } = flags;
  const given = Object.entries({ stream, deinterlace, sar }).filter(([, value]) => value !== undefined);
  const advice = ['twintrack track', quoted(input), ...given.map(([name, value]) => `--${name} ${value}`)].join(' ');
  return layout(input, rows, notices, fault, ok ? advice : '');
}

/** What was found in a file of boxes, for people to read. */
export function boxesText(found: BoxFindings): string {
  const { input, kind, rows = 0, columns = 0, frames, people, scores, notices, fault } = found;
  const from = frames && `${frames[0] + 1} to ${frames[1] + 1}`;
  const list: Row[] = kind
    ? [
        ['holds', kind === 'detections' ? 'detections: boxes without ids' : `results: boxes of ${people} ids`],
        ['rows', `${rows} of ${columns} columns`],
        ...(from ? [['frames', `${from}, counted from 1`] as const] : []),
        ...(scores ? [['scores', `${scores[0]} to ${scores[1]}`] as const] : []),
      ]
    : [];
  const use = kind === 'detections' ? `twintrack track VIDEO --detections ${quoted(input)}` : '';
  return layout(input, list, notices, fault, use);
}

function layout(
  input: string,
  rows: readonly Row[],
  notices: readonly Notice[],
  fault: string | undefined,
  advice: string,
): string {
  const subject = `${printable(input)}: `;
  const own = (message: string) => (message.startsWith(subject) ? message.slice(subject.length) : message);
  const all: Row[] = [
    ...rows,
    ...notices.map(
      ({ message, frame }) => ['notice', own(message) + (frame === undefined ? '' : ` (frame ${frame})`)] as const,
    ),
    ...(fault === undefined ? [] : [['FAULT', own(fault)] as const]),
    ...(advice ? [[NEXT, advice] as const] : []),
  ];
  const width = Math.max(...all.map(([name]) => name.length));
  const lines = all.flatMap(([name, text]) =>
    (name === NEXT ? [text] : wrapped(text, WIDTH - width - 4)).map(
      (line, i) => `  ${(i === 0 ? name : '').padEnd(width)}  ${line}`,
    ),
  );
  return `${[printable(input), ...lines].join('\n')}\n`;
}

/** Lines of at most so many characters, broken at spaces, though not within a size. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<!×) (?!×)/)) {
    if (line && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

function streamRow(stream: InputStream, video: VideoInfo): Row {
  const { kind, number, codec, width, height, line } = stream;
  const tag = /\((\w{4}) \/ 0x/.exec(line)?.[1];
  const sound = kind === 'audio' ? line.split(', ').slice(1, 3) : [];
  const taken = kind === 'video' && number === video.stream;
  const facts = [
    kind === 'data' && tag ? tag : codec,
    ...(width ? [`${width} × ${height}`] : []),
    ...sound,
    ...(stream.default ? ['default'] : []),
    ...(stream.still ? ['a cover picture'] : []),
    ...(taken && (video.streams ?? []).filter((other) => other.kind === 'video').length > 1 ? ['taken'] : []),
  ];
  return [`${NAMES[kind]} ${number}`, facts.join(', ')];
}

function picture(video: VideoInfo, hdr: VideoFindings['hdr']): string {
  const { width, height, sampleAspectRatio, rotation, pixelFormat, fullRange, colourSpace } = video;
  const pixels = sampleAspectRatio
    ? `pixels ${Number(sampleAspectRatio.toFixed(3))} times as wide as high`
    : 'square pixels';
  const colour = [
    pixelFormat,
    ...(colourSpace ? [colourSpace] : []),
    ...(fullRange ? ['full range'] : []),
    ...(hdr ? [`HDR (${hdr}), read without tone mapping`] : []),
  ];
  return [
    `${width} × ${height}`,
    pixels,
    ...(rotation ? [`turned by ${rotation}° to be upright`] : []),
    ...colour,
  ].join(', ');
}

function fields({ fieldOrder, deinterlacing, streams, stream }: VideoInfo): string {
  const { line = '' } = streams?.find(({ kind, number }) => kind === 'video' && number === stream) ?? {};
  const progressive = line.includes('progressive') ? 'progressive' : 'not said to be interlaced';
  const stated = fieldOrder ? `interlaced, ${fieldOrder} field first` : progressive;
  if (deinterlacing === undefined) return fieldOrder ? `${stated}; left as they are` : stated;
  return `${stated}; ${deinterlacing === 'all' ? 'all are' : 'what is marked so is'} deinterlaced`;
}

function frameRows({ count, first, last, shortest, longest, rate, constant }: FrameFindings, whole: boolean): Row[] {
  const decoded = `${count} decoded${whole ? ', none damaged' : ''}`;
  if (count < 2 || rate === undefined) return [['frames', decoded]];
  const per = `${Number(rate.toPrecision(4))} frames/s`;
  const milliseconds = (value = 0) => `${Number((1000 * value).toFixed(1))}`;
  const pace = constant
    ? `${per}, constant`
    : `${per} on average, variable: ${milliseconds(shortest)} to ${milliseconds(longest)} ms from one to the next`;
  return [
    ['frames', `${decoded}, ${pace}`],
    ['times', `${seconds(first)} to ${seconds(last)}`],
  ];
}

function seconds(value = 0): string {
  return `${Number(value.toFixed(3))} s`;
}

/** A file's name as it can be pasted into a shell. */
function quoted(input: string): string {
  return /^[\w./+:@%,-]+$/.test(input) ? input : `'${printable(input).replaceAll("'", "'\\''")}'`;
}
