import { type FileHandle, open } from 'node:fs/promises';

/** Called when a disk does not do its part. */
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

/** What lines wait behind: takes the path of the file that is complete, closed, and returns where the lines after it go. */
type Turn = (path: string) => string;

/**
 * A text file that grows line by line. A line is with the system as soon as it can be, so that it outlives this process. A disk that
 * fails does not hold the caller up: lines wait, and beyond some megabytes are dropped and counted.
 */
export class AppendFile {
  readonly #trouble: DiskTrouble;
  #path: string;
  #handle: FileHandle | undefined;
  #waiting: (Buffer | Turn)[] = [];
  #bytes = 0;
  /** Whether the file ends within a line. */
  #torn = false;
  #writing: Promise<void> | undefined;
  #failed = false;
  #closing = false;
  #retry: (() => void) | undefined;

  /** @param path made when missing, once there is a line to write */
  constructor(path: string, trouble: DiskTrouble) {
    this.#path = path;
    this.#trouble = trouble;
  }

  /** Where lines are being written. */
  get path(): string {
    return this.#path;
  }

  /**
   * Adds a line, without its end.
   *
   * @param anyway however much waits: the lines after it are of no use without it
   */
  append(line: string, anyway = false): void {
    const bytes = Buffer.from(`${line}\n`);
    if (!anyway && this.#bytes + bytes.length > BACKLOG_BYTES) {
      this.#trouble.lost();
      return;
    }
    this.#bytes += bytes.length;
    this.#add(bytes);
  }

  /** Begins another file: `turn` is called as soon as all lines so far are written, again if it throws. */
  startAnew(turn: Turn): void {
    this.#add(turn);
  }

  /** Writes what waits, as far as the disk takes it, and closes the file. What it does not take is counted, and no line is torn. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#retry?.();
    await this.#writing;
    await this.#handle?.close();
    for (const bytes of this.#waiting) {
      if (typeof bytes === 'function') continue;
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) this.#trouble.lost();
    }
    if (this.#torn) await cutTornLine(this.#path);
  }

  #add(item: Buffer | Turn): void {
    if (this.#closing) throw new Error(`${this.#path}: a line after the file was closed`);
    this.#waiting.push(item);
    this.#writing ??= this.#write();
  }

  /** Writes until nothing waits. After a failure goes on where the disk stopped, so that no line is torn. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#writeFirst();
        this.#failed = false;
        continue;
      } catch (error) {
        if (!this.#failed) this.#trouble.failed(error);
        this.#failed = true;
      }
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

  /** Takes the turn that is first, or writes the lines up to the next one. */
  async #writeFirst(): Promise<void> {
    const [first] = this.#waiting;
    if (typeof first === 'function') {
      await this.#handle?.close();
      this.#handle = undefined;
      this.#path = first(this.#path);
      this.#waiting.shift();
      return;
    }
    const turn = this.#waiting.findIndex((item) => typeof item === 'function');
    const count = turn < 0 ? this.#waiting.length : turn;
    const bytes = Buffer.concat(this.#waiting.slice(0, count) as Buffer[]);
    let done = 0;
    try {
      this.#handle ??= await open(this.#path, 'a');
      while (done < bytes.length) done += (await this.#handle.write(bytes, done)).bytesWritten;
    } finally {
      this.#waiting.splice(0, count, ...(done < bytes.length ? [bytes.subarray(done)] : []));
      this.#bytes -= done;
      if (done > 0) this.#torn = bytes[done - 1] !== 10;
    }
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
