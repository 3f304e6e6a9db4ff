import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inputError } from '../core/errors.ts';

/** Of this machine, as process numbers are: a folder may be shared with another one. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 4);
const NAME = new RegExp(`^\\.twintrack-${HOST}([0-9a-f]{6})[0-9a-f]{6}\\.(tmp|partial\\.mp4|patches)$`);

/**
 * A hidden name in the folder of `path`, to write to what is to get the name `path` when it is complete. It is short and has nothing of
 * `path`: longer than that it could be too long for the file system. What killed processes left there under such names is removed.
 */
export function temporaryPath(path: string, ending: 'tmp' | 'partial.mp4' | 'patches'): string {
  const folder = dirname(path);
  try {
    for (const name of readdirSync(folder)) {
      const owner = NAME.exec(name)?.[1];
      if (owner !== undefined && !isRunning(Number.parseInt(owner, 16)))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {} // whoever writes there is told what is wrong with the folder
  const owner = process.pid.toString(16).padStart(6, '0').slice(-6);
  return join(folder, `.twintrack-${HOST}${owner}${randomBytes(3).toString('hex')}.${ending}`);
}

/**
 * Makes a folder for what is not to be kept; whoever asks for it removes it.
 *
 * @throws TwintrackError when the system's temporary folder cannot be written to
 */
export function makeTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'twintrack-'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw inputError(
      tmpdir(),
      `no temporary folder can be made there (${code})`,
      'set TMPDIR to a folder that can be written to',
      cause,
    );
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
