import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../core/errors.ts';
import { runAtExit } from './at-exit.ts';
import { writingReason } from './file-errors.ts';
import { isRunning } from './temporary.ts';

const LOCK = /^\.twintrack-lock-(\d+)-([0-9a-f]*)$/;

/**
 * Takes a folder for this process, with an empty file whose name has the number of the process. A process announces itself and then checks for others: of
 * two that begin at once neither overlooks the other. What a process left that has ended is removed; as each file is of one process only, that is
 * never the file of another. Seen are processes of this machine, or of this container.
 *
 * @returns what gives the folder back; that also happens when this process exits
 * @throws TwintrackError when another process has the folder, or nothing can be written there
 */
export function lockFolder(folder: string): () => void {
  const birth = birthOf(process.pid);
  const own = `.twintrack-lock-${process.pid}-${birth}`;
  try {
    // without a birth it may be of an earlier process with our number
    writeFileSync(join(folder, own), '', { flag: birth ? 'wx' : 'w' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw taken(folder, process.pid);
    const reason = writingReason(cause, { ENOENT: 'it does not exist', ENOTDIR: 'it is a file' });
    throw inputError(folder, `cannot be written to: ${reason}`, 'give another folder with --out', cause);
  }
  const remove = () => rmSync(join(folder, own), { force: true });
  for (const name of readdirSync(folder)) {
    const [, pid, theirs] = LOCK.exec(name) ?? [];
    if (pid === undefined || name === own) continue;
    if (isAlive(Number(pid), theirs)) {
      remove();
      throw taken(folder, Number(pid));
    }
    rmSync(join(folder, name), { force: true });
  }
  const forget = runAtExit(remove);
  return () => {
    forget();
    remove();
  };
}

function taken(folder: string, pid: number): Error {
  const fix = 'stop that one, or give this one a folder of its own with --out';
  return inputError(folder, `twintrack writes there already (process ${pid})`, fix);
}

/** Whether it is that very process which runs, and not another that has got its number. */
function isAlive(pid: number, birth: string): boolean {
  if (pid === process.pid || !isRunning(pid)) return false;
  const present = birthOf(pid);
  return present === '' || birth === '' || present === birth;
}

/** Distinguishes a process from others that had or will have its number; `ended` when it only waits for its parent, empty when it is not known. */
function birthOf(pid: number): string {
  try {
    let start: string;
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1'); // pid (name) state …, the 22nd is the start since boot
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return 'ended';
      start = `${fields[19]} ${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')}`;
    } else {
      const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }; // for the same words each time
      start = execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8', stdio: 'pipe', env });
    }
    return createHash('sha256').update(start).digest('hex').slice(0, 12);
  } catch {
    return '';
  }
}
