import { closeSync, constants, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** Length and checksum of a record. */
const HEAD_BYTES = 8;
/** No record is longer: a head that says so is damaged. */
const MOST_BYTES = 2 ** 28;

/**
 * A file of values one after the other, for this process and a later one on this machine: plain objects, typed arrays, exact numbers. What
 * a killed process left unfinished, or a power cut damaged, counts as the end of the file. Only its owner may read it.
 */
export class RecordFile {
  readonly #file: number;
  /** Where the next record is read or written. */
  #position = 0;

  /** @param path made when missing, unless it is only read @throws the system's error when it cannot be used */
  constructor(path: string, { readOnly = false } = {}) {
    this.#file = openSync(path, readOnly ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT, 0o600);
  }

  /** The next record; undefined at the end. */
  read(): unknown {
    const head = this.#bytes(this.#position, HEAD_BYTES);
    const length = head?.readUInt32LE(0) ?? 0;
    if (!head || length === 0 || length > MOST_BYTES) return undefined;
    const payload = this.#bytes(this.#position + HEAD_BYTES, length);
    if (!payload || crc32(payload) !== head.readUInt32LE(4)) return undefined;
    this.#position += HEAD_BYTES + length;
    return deserialize(payload);
  }

  /** Where the next record begins, to return to. */
  get position(): number {
    return this.#position;
  }

  /** Goes on at a position that there was. */
  seek(position: number): void {
    this.#position = position;
  }

  /** Ends the file before the next record. */
  cut(): void {
    ftruncateSync(this.#file, this.#position);
  }

  /** Writes a record; it outlives this process as soon as this returns. @throws the system's error; the record counts as none then */
  write(value: unknown): void {
    const payload = serialize(value);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(payload.length, 0);
    head.writeUInt32LE(crc32(payload), 4);
    const record = Buffer.concat([head, payload]);
    for (let done = 0; done < record.length; )
      done += writeSync(this.#file, record, done, record.length - done, this.#position + done);
    this.#position += record.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  #bytes(position: number, length: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#file, bytes, done, length - done, position + done);
      if (read === 0) return undefined;
      done += read;
    }
    return bytes;
  }
}
