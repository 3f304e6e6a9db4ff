import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Size } from '../core/geometry.ts';
import { readError } from './file-errors.ts';

/** What the `seqinfo.ini` of a MOTChallenge sequence says; a value that makes no sense counts as missing. */
export interface SequenceInfo {
  /** The file. */
  readonly file: string;
  /** Frames per second. */
  readonly frameRate: number | undefined;
  /** Number of frames. */
  readonly length: number | undefined;
  /** Of the pictures, in pixels. */
  readonly size: Size | undefined;
}

/** The fix for one that is missing, or lacks a value. */
export const SEQINFO_FIX = 'write frameRate=<frames per second> and seqLength=<number of frames> under [Sequence]';

/**
 * Reads the `seqinfo.ini` in the folder of a sequence.
 *
 * @returns undefined when there is none
 * @throws TwintrackError when it cannot be read
 */
export function readSequenceInfo(folder: string): SequenceInfo | undefined {
  const file = join(folder, 'seqinfo.ini');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw readError(file, error);
  }
  const value = (key: string) => Number(new RegExp(`^\\s*${key}\\s*=\\s*(\\S+)`, 'im').exec(text)?.[1]);
  const frameRate = value('frameRate');
  const length = value('seqLength');
  const [width, height] = [value('imWidth'), value('imHeight')];
  return {
    file,
    frameRate: frameRate > 0 && Number.isFinite(frameRate) ? frameRate : undefined,
    length: length > 0 && Number.isInteger(length) ? length : undefined,
    size: width > 0 && height > 0 && Number.isInteger(width + height) ? { width, height } : undefined,
  };
}
