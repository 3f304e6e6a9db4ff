import { inputError, type TwintrackError } from '../core/errors.ts';
import { type Exit, exitReason, lastError } from './ffmpeg.ts';
import { refused } from './formats.ts';
import type { Input } from './input.ts';
import type { InputStream } from './streams.ts';

/** The exact rate where it agrees with the average one (rounded to 1/100 by ffmpeg), else the average: the rate varies. */
export function rate(exact: number, average: number | undefined): number {
  if (average === undefined || !(average > 0)) return exact > 0 && Number.isFinite(exact) ? exact : 25;
  return Math.abs(exact - average) <= Math.max(0.01, 0.001 * average) ? exact : average;
}

/** Reads what ffmpeg logs of its input. Only its own lines begin as matched here; a title in the file cannot. */
export function describe(log: readonly string[], taken: InputStream | undefined) {
  const begin = new RegExp(`^\\[info\\] +Stream #0:${taken?.index ?? 0}(?!\\d).*?: Video: `);
  const start = log.findIndex((line) => begin.test(line));
  const stream = log[start] ?? '';
  const format = /: Video: (\w+)[^,]*, (?:(\w+)(?:\(([^)]*)\))?)?/.exec(stream);
  const time = log.map((line) => /^\[info\] +Duration: (\d+):(\d+):([\d.]+)/.exec(line)).find((m) => m);
  const head = log.slice(
    0,
    Math.max(
      0,
      log.findIndex((line) => /^\[info\] *Stream /.test(line)),
    ),
  ); // what is of the file
  const created = head.map((line) => /^\[info\] +creation_time +: (\S+)$/.exec(line)?.[1]).find(Boolean);
  const average = /, ([\d.]+)(k?) fps/.exec(stream);
  const matrix = /\b(bt709|smpte170m|bt470bg|bt2020nc|fcc|smpte240m)\b/.exec(format?.[3] ?? '')?.[1];
  const next = log.findIndex((line, i) => i > start && /^\[info\] *Stream /.test(line));
  const turned = log.slice(start + 1, next < 0 ? undefined : next).join('\n');
  const degrees = Number(/displaymatrix: rotation of (-?[\d.]+) degrees/.exec(turned)?.[1] ?? 0);
  const container = /^\[info\] Input #0, (\S+), from /m.exec(log.join('\n'))?.[1];
  return {
    line: stream,
    container: container ?? 'unknown',
    codec: format?.[1] ?? 'unknown',
    pixelFormat: format?.[2] ?? 'unknown',
    fullRange: /^yuvj/.test(format?.[2] ?? '') || /\bpc\b/.test(format?.[3] ?? ''),
    colourSpace: matrix,
    createdAt: created,
    averageRate: average ? Number(average[1]) * (average[2] ? 1000 : 1) : undefined,
    duration: time ? Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3]) : undefined,
    rotation: ((Math.round(-degrees) % 360) + 360) % 360 || 0,
  };
}

/** Turns ffmpeg's complaints about an input into one line. */
export function explain(input: Input, log: readonly string[], exit: Exit): TwintrackError {
  const text = log.join('\n');
  const { subject } = input;
  const refusal = refused(subject, log);
  if (refusal) return refusal;
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
