import { existsSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputError } from '../core/errors.ts';
import { runAtExit } from './at-exit.ts';
import { writeError } from './file-errors.ts';
import { removeLeftOvers, temporaryPath } from './temporary.ts';
import { toDisk } from './to-disk.ts';

const BUFFER_CHARACTERS = 1 << 16;

/**
 * A file that appears under its name only when it is complete: written to a hidden temporary file in the same folder,
 * renamed by `commit`. A failure removes the temporary file and throws one line with the reason and the fix.
 */
export class OutputFile {
  private readonly path: string;
  private readonly temporary: string;
  private readonly handle: FileHandle;
  private buffer = '';
  private writing: Promise<void> = Promise.resolve();
  private open = true;
  private readonly forget: () => void;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.temporary = temporary;
    this.handle = handle;
    this.forget = runAtExit(() => rmSync(temporary, { force: true }));
  }

  /**
   * Begins a file; what killed processes left in its folder is removed first.
   *
   * @throws TwintrackError when the file cannot be written there
   */
  static async create(path: string): Promise<OutputFile> {
    removeLeftOvers(dirname(path));
    const temporary = temporaryPath(path, 'tmp');
    try {
      await refuseFolder(path);
      return new OutputFile(path, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /** Writes a whole file. @throws TwintrackError when that is not possible; what was there is left then */
  static async put(path: string, content: string | Uint8Array): Promise<void> {
    const file = await OutputFile.create(path);
    await (typeof content === 'string' ? file.write(content) : file.writeBytes(content));
    await file.commit();
  }

  /**
   * Appends text. Keeps the order even when the promise of an earlier call is still pending.
   *
   * @returns a promise when the buffer is full and the disk has to catch up
   */
  write(text: string): void | Promise<void> {
    if (!this.open) throw new Error(`${this.path}: write after the file was closed`);
    this.buffer += text;
    if (this.buffer.length >= BUFFER_CHARACTERS) return this.guard(() => this.flush());
  }

  /** Appends bytes. They may be changed again when the promise is settled. */
  writeBytes(bytes: Uint8Array): Promise<void> {
    if (!this.open) throw new Error(`${this.path}: write after the file was closed`);
    return this.guard(async () => {
      await this.flush();
      this.writing = this.writing.then(() => this.handle.writeFile(bytes));
      await this.writing;
    });
  }

  /** Writes what is left, to the disk itself, and gives the file its name: a power cut leaves what was there before, or all of it. */
  commit(): Promise<void> {
    return this.guard(async () => {
      await this.flush();
      this.open = false;
      await toDisk(this.handle);
      await this.handle.close();
      await rename(this.temporary, this.path);
      this.forget();
    });
  }

  /** Removes the temporary file; does nothing after `commit` or a failure. */
  async abort(): Promise<void> {
    if (this.open) await this.discard();
  }

  private flush(): Promise<void> {
    const text = this.buffer;
    this.buffer = '';
    this.writing = this.writing.then(() => this.handle.writeFile(text));
    return this.writing;
  }

  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.discard();
      throw writeError(this.path, error);
    }
  }

  private async discard(): Promise<void> {
    this.open = false;
    await this.writing.catch(() => {});
    await this.handle.close().catch(() => {});
    await rm(this.temporary, { force: true }).catch(() => {});
    this.forget();
  }
}

/** Throws what the system would say when the file gets its name: that a folder has it already, or that it is too long. */
export async function refuseFolder(path: string): Promise<void> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENAMETOOLONG') throw error;
  });
  if (there?.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
}

/**
 * Refuses to write over what is there. A folder of such a name is refused where the file is begun.
 *
 * @throws TwintrackError when one of the outputs is there
 */
export function refuseExisting(...outputs: readonly string[]): void {
  const there = outputs.find((output) => existsSync(output) && statSync(output).isFile());
  if (there !== undefined) throw inputError(there, 'is there already', 'add --overwrite, or name another --out');
}

/**
 * Refuses to write over what is read.
 *
 * @throws TwintrackError when the output is one of the inputs, by this or another name
 */
export async function refuseInputs(output: string, ...inputs: readonly string[]): Promise<void> {
  const identify = async (path: string) => {
    const there = await stat(path).catch(() => undefined);
    return there && `${there.dev} ${there.ino}`;
  };
  const identity = await identify(output);
  for (const input of identity ? inputs : [])
    if ((await identify(input)) === identity)
      throw inputError(output, 'is the input, which would be lost', 'name another file to write');
}
