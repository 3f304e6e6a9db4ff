import { getSystemErrorMap } from 'node:util';
import { inputError, type TwintrackError } from '../core/errors.ts';

/** Words for an error code of the system where a place knows more than the table does: `{ ENOENT: 'no such detector or file' }`. */
export type OwnReasons = Readonly<Record<string, string>>;

const ANOTHER = 'choose another output folder';
const SPACE = `free some space or ${ANOTHER}`;

/** What is said of a path that cannot be read, and the fix. */
const READING: Readonly<Record<string, readonly [said: string, fix?: string]>> = {
  ENOENT: ['does not exist', 'check the name'],
  ENOTDIR: ['does not exist', 'check the name'],
  EISDIR: ['is a folder', 'name a file in it'],
  ENAMETOOLONG: ['cannot be read: the name is too long', 'check the name'],
  EPERM: ['cannot be read: permission denied'],
};

/** What the codes mean where something is written; those of reading are above. */
const REASONS: Readonly<Record<string, readonly [reason: string, fix?: string]>> = {
  ENOENT: ['its folder does not exist', 'create the folder'],
  ENOTDIR: ['its folder is a file'],
  EEXIST: ['a file has this name'],
  EISDIR: ['a folder has this name', `move it elsewhere or ${ANOTHER}`],
  EACCES: ['no permission to write there'],
  EPERM: ['no permission to write there'],
  EROFS: ['the disk is read-only'],
  ENAMETOOLONG: ['the name is too long', 'rename the input'],
  ENOSPC: ['the disk is full', SPACE],
  EDQUOT: ['the disk quota is used up', SPACE],
  EFBIG: ['the file grows beyond the largest size allowed', 'raise the limit (ulimit -f) or choose another disk'],
};

/**
 * The error for a path that cannot be read: "path: does not exist; check the name".
 *
 * @param error what the system threw
 * @param fix what the user can do, where it is not the usual
 * @param own what is said of the path for some codes
 */
export function readError(path: string, error: unknown, fix?: string, own: OwnReasons = {}): TwintrackError {
  const code = codeOf(error);
  const [said = `cannot be read: ${systemReason(error)}`, usual = 'check its permissions'] = READING[code] ?? [];
  return inputError(path, own[code] ?? said, fix ?? usual, error);
}

/** The error for a path that cannot be written: "path: cannot be written: the disk is full; free some space or …". */
export function writeError(path: string, error: unknown): TwintrackError {
  const fix = REASONS[codeOf(error)]?.[1] ?? ANOTHER;
  return inputError(path, `cannot be written: ${writingReason(error)}`, fix, error);
}

/** Why something cannot be written, without a path: "the disk is full". `own` as for {@link readError}. */
export function writingReason(error: unknown, own: OwnReasons = {}): string {
  const code = codeOf(error);
  return own[code] ?? REASONS[code]?.[0] ?? systemReason(error);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

/** The system's own words for its error: "permission denied" of "EACCES: permission denied, open 'x'"; else the message. */
function systemReason(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? message;
}
