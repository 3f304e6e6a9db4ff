import { type FileHandle, open } from 'node:fs/promises';

/** Is told of a disk that does not do its part. */
export interface DiskTrouble {
  /** Writing begins to fail. */
  failed(error: unknown): void;
  /** A line could not be kept. */
  lost(): void;
}

/** What waits for the disk, at most, in bytes. */
const BACKLOG_BYTES = 8 * 2 ** 20;
/** Seconds until writing is tried again after it failed. */
const RETRY_SECONDS = 2;

/**
 * A text file that grows line by line. A line is with the system as soon as it can be, so that it outlives this process. A disk that
 * fails does not hold the caller up: lines wait, and beyond some megabytes are dropped and counted.
 */
export class AppendFile {
  readonly path: string;
  readonly #trouble: DiskTrouble;
  #handle: FileHandle | undefined;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;
  #failed = false;
  #closing = false;
  #retry: (() => void) | undefined;

  /** @param path made when missing, once there is a line to write */
  constructor(path: string, trouble: DiskTrouble) {
    this.path = path;
    this.#trouble = trouble;
  }

  /** Adds a line, without its end. */
  append(line: string): void {
    if (this.#closing) throw new Error(`${this.path}: a line after the file was closed`);
    const bytes = Buffer.from(`${line}\n`);
    if (this.#bytes + bytes.length > BACKLOG_BYTES) {
      this.#trouble.lost();
      return;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    this.#writing ??= this.#write();
  }

  /** Writes what waits, as far as the disk takes it, and closes the file. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#retry?.();
    await this.#writing;
    await this.#handle?.close();
  }

  /** Writes until nothing waits. After a failure goes on where the disk stopped, so that no line is torn. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const [bytes, count] = [Buffer.concat(this.#waiting), this.#waiting.length];
      let done = 0;
      try {
        this.#handle ??= await open(this.path, 'a');
        while (done < bytes.length) done += (await this.#handle.write(bytes, done)).bytesWritten;
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#trouble.failed(error);
        this.#failed = true;
      }
      this.#waiting.splice(0, count, ...(done < bytes.length ? [bytes.subarray(done)] : []));
      this.#bytes -= done;
      if (!this.#failed) continue;
      if (this.#closing) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000 * RETRY_SECONDS);
        this.#retry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#writing = undefined;
  }
}

/** Cuts off a line at the end of a file that a killed process left unfinished; a file that is missing is fine. */
export async function cutTornLine(path: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await file.truncate(await endOfLastLine(file));
  } finally {
    await file.close();
  }
}

/** Position behind the last newline. */
async function endOfLastLine(file: FileHandle): Promise<number> {
  let end = (await file.stat()).size;
  const block = Buffer.alloc(1 << 16);
  while (end > 0) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf(10);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
