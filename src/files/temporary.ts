import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inputError } from '../core/errors.ts';
import { writingReason } from './file-errors.ts';

/** Of this machine, as process numbers are: a folder may be shared with another one. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 4);
const NAME = /^\.twintrack-([0-9a-f]{4})([0-9a-f]{6})[0-9a-f]{6}\.(tmp|partial\.mp4|patches)$/;

/**
 * A hidden name in the folder of `path`, to write to what is to get the name `path` when it is complete. It is short and has nothing of
 * `path`: longer than that it could be too long for the file system.
 */
export function temporaryPath(path: string, ending: 'tmp' | 'partial.mp4' | 'patches'): string {
  const owner = process.pid.toString(16).padStart(6, '0').slice(-6);
  return join(dirname(path), `.twintrack-${HOST}${owner}${randomBytes(3).toString('hex')}.${ending}`);
}

/** Whether a file's name is one of `temporaryPath`: it is not complete, or left over. */
export function isTemporary(name: string): boolean {
  return NAME.test(name);
}

/**
 * Removes what killed processes of this machine left in a folder under temporary names. A folder that cannot be read is left as it is: the
 * error comes where something is written there.
 *
 * @param locked this process has the folder for itself (`lockFolder`): all that is there is left over, whatever machine and process the name
 *   is of; in a container the next process has the number of the one before
 */
export function removeLeftOvers(folder: string, locked = false): void {
  try {
    for (const name of readdirSync(folder)) {
      const [, host, owner] = NAME.exec(name) ?? [];
      if (owner === undefined) continue;
      if (locked || (host === HOST && !isRunning(Number.parseInt(owner, 16))))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {}
}

/**
 * Makes a folder for what is not to be kept; the caller removes it.
 *
 * @throws TwintrackError when the system's temporary folder cannot be written to
 */
export function makeTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'twintrack-'));
  } catch (cause) {
    const reason = `no temporary folder can be made there: ${writingReason(cause, { ENOENT: 'there is no such folder' })}`;
    throw inputError(tmpdir(), reason, 'set TMPDIR to a folder that can be written to', cause);
  }
}

/** Whether there is a process of this number, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
