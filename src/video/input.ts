import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { inputError } from '../core/errors.ts';
import { readError } from '../files/file-errors.ts';
import { glob, isGlob } from '../files/glob.ts';
import { readSequenceInfo } from '../files/seqinfo.ts';
import { SAFE_FORMATS } from './formats.ts';
import { Replay } from './replay.ts';
import { isPicture, linkPictures, listPictures, naturalOrder } from './still-images.ts';

/** What is needed to give an input to ffmpeg. */
export interface Input {
  /** The input as the user named it, for messages. */
  readonly subject: string;
  /** A short name to call outputs by: file name without its ending, folder name, `stdin`. */
  readonly name: string;
  readonly kind: 'file' | 'images' | 'stdin';
  /** ffmpeg's arguments up to and with `-i`. */
  readonly args: readonly string[];
  /** Paths of the pictures in order, when kind is `images`. */
  readonly pictures?: readonly string[];
  /** Pictures per second, when kind is `images`. */
  readonly frameRate?: number;
  readonly stdin?: Replay;
  /** What ffmpeg reads there where that is known before. */
  readonly text?: string;
  /** The first bytes, when kind is `file`. */
  readonly head?: Buffer;
  /** Whether the file is shorter than it says it is. */
  readonly cutOff: boolean;
  /** Removes what was made for reading it. */
  dispose(): void;
}

export interface InputOptions {
  /**
   * Pictures per second of an image sequence; default the seqinfo.ini of a MOT sequence, else 30. Also of a video without timestamps (raw
   * H.264, HEVC, MJPEG); default what its pictures say, else 25. Ignored for other videos.
   */
  readonly frameRate?: number;
  /** What `-` reads; default the standard input of this process. */
  readonly stdin?: Readable;
}

const DEFAULT_FRAME_RATE = 30;

/**
 * Finds out what an input is: a video file, a picture, a folder of pictures (also a MOT sequence folder with its img1/), a glob
 * pattern, or `-` for standard input. A path that exists is taken as it is, even if it has the form of a pattern.
 *
 * @throws TwintrackError when there is nothing to read
 */
export function resolveInput(input: string, options: InputOptions = {}): Input {
  if (input === '-') return standardInput(options.stdin ?? process.stdin);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(input)) {
    throw inputError(input, 'is a network address, not a file', 'follow live cameras with `twintrack stream`');
  }
  const stat = statOf(input);
  if (!stat && isGlob(input)) return fromGlob(input, options);
  if (!stat) throw inputError(input, 'does not exist', 'check the path');
  // opening a named pipe would wait for its writer
  if (!stat.isFile() && !stat.isDirectory())
    throw inputError(input, 'is a pipe or a device, no file', 'give it as standard input: - < NAME');
  const head = readHead(input, stat);
  if (stat.isDirectory()) return fromDirectory(input, options);
  if (stat.size === 0) throw inputError(input, 'is empty (0 bytes)', 'copy or record it again');
  if (isPicture(input) && !isAnimated(head))
    return fromPictures(input, stem(input), [input], options.frameRate ?? DEFAULT_FRAME_RATE);
  return {
    subject: input,
    name: stem(input),
    kind: 'file',
    args: ['-protocol_whitelist', 'file,pipe', ...SAFE_FORMATS, '-i', `file:${input}`],
    head,
    cutOff: isCutAvi(head, stat.size),
    dispose() {},
  };
}

/**
 * Whether there is something to read, without reading it.
 *
 * @throws TwintrackError when not
 */
export function checkInput(input: string, options: InputOptions = {}): void {
  if (input !== '-') resolveInput(input, options).dispose();
}

function standardInput(stdin: Readable): Input {
  const args = ['-protocol_whitelist', 'pipe', ...SAFE_FORMATS, '-i', 'pipe:0'];
  const replay = new Replay(stdin);
  return {
    subject: '-',
    name: 'stdin',
    kind: 'stdin',
    args,
    stdin: replay,
    cutOff: false,
    dispose: () => replay.close(),
  };
}

function fromGlob(pattern: string, options: InputOptions): Input {
  const paths = glob(pattern).sort(naturalOrder);
  if (paths.length === 0) throw inputError(pattern, 'matches no file', 'check the pattern, and quote it for the shell');
  const pictures = paths.filter(isPicture);
  if (pictures.length > 0) {
    return fromPictures(
      pattern,
      basename(dirname(resolve(pictures[0]))),
      pictures,
      frameRateOf(dirname(pictures[0]), options),
    );
  }
  if (paths.length === 1) return resolveInput(paths[0], options);
  throw inputError(pattern, `matches ${paths.length} files that are no pictures`, 'name one video');
}

function fromDirectory(directory: string, options: InputOptions): Input {
  const inner = join(directory, 'img1');
  const folder = statSync(inner, { throwIfNoEntry: false })?.isDirectory() ? inner : directory;
  readHead(folder, statSync(folder));
  const pictures = listPictures(folder);
  if (pictures.length === 0) {
    throw inputError(
      directory,
      'holds no picture (.jpg, .png, .bmp, .webp, .tif)',
      'name a video or a folder of pictures',
    );
  }
  const full = resolve(folder);
  const name = basename(full) === 'img1' ? basename(dirname(full)) : basename(full);
  return fromPictures(directory, name, pictures, frameRateOf(folder, options));
}

function fromPictures(subject: string, name: string, pictures: readonly string[], frameRate: number): Input {
  if (!(frameRate > 0 && Number.isFinite(frameRate))) {
    throw inputError(subject, `cannot be shown at ${frameRate} pictures per second`, 'give a frame rate above 0');
  }
  const links = linkPictures(subject, pictures);
  const args = ['-protocol_whitelist', 'file', '-f', 'image2', '-framerate', String(frameRate), '-start_number', '0'];
  return {
    subject,
    name,
    kind: 'images',
    args: [...args, '-i', `file:${links.pattern}`],
    pictures,
    frameRate,
    cutOff: false,
    dispose: links.remove,
  };
}

/** The option, else `frameRate` of a MOT sequence's seqinfo.ini beside or above the pictures, else 30. */
function frameRateOf(folder: string, options: InputOptions): number {
  if (options.frameRate !== undefined) return options.frameRate;
  for (const place of [folder, dirname(resolve(folder))]) {
    const rate = readSequenceInfo(place)?.frameRate;
    if (rate !== undefined) return rate;
  }
  return DEFAULT_FRAME_RATE;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** Enough for the chunks of a PNG before its picture. */
const HEAD_BYTES = 65_536;

/** Whether a picture is an animated PNG: a video that ffmpeg reads as one when it is not told that it is a picture. */
function isAnimated(head: Buffer): boolean {
  const animation = head.indexOf('acTL');
  const picture = head.indexOf('IDAT');
  return head.toString('latin1', 1, 4) === 'PNG' && animation > 0 && (picture < 0 || animation < picture);
}

/** Reads the first bytes of a file; a folder is only opened. */
function readHead(path: string, stat: Stats): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const file = openSync(path, 'r');
    if (stat.isFile()) readSync(file, head, 0, head.length, 0);
    closeSync(file);
  } catch (cause) {
    throw readError(path, cause);
  }
  return head;
}

/** An AVI says in its first bytes how long it is; cut at a frame's edge it is otherwise read without complaint. */
function isCutAvi(head: Buffer, size: number): boolean {
  const stated = head.readUInt32LE(4);
  return /^RIFF....AVI/s.test(head.toString('latin1', 0, 12)) && stated + 8 > size && stated !== 0xffffffff;
}

function stem(path: string): string {
  return basename(path, extname(path));
}
