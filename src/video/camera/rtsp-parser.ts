/** What takes the parts of a connection, in order. */
export interface RtspParts {
  /** Media data, framed as it came. */
  readonly data: (chunk: Buffer) => void;
  /** A request or a response: its lines without the empty one at the end, and its body. */
  readonly message: (lines: readonly string[], body: Buffer) => void;
}

/** No message is longer: what comes is no RTSP then, and is passed on as data. */
const LONGEST = 256 * 1024;
const DOLLAR = 0x24;

/** Tells messages from the media data between them (RFC 2326, 10.12) in one direction of an RTSP connection. */
export class RtspParser {
  readonly #parts: RtspParts;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of media data that are yet to come. */
  #data = 0;

  constructor(parts: RtspParts) {
    this.#parts = parts;
  }

  /** The bytes of a message. */
  static write(lines: readonly string[], body: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (bytes.length > 0) {
      const used = this.#take(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    this.#rest = bytes;
  }

  /** Takes what is whole at the start; returns how much it is. */
  #take(bytes: Buffer): number {
    if (this.#data > 0) return this.#pass(bytes, Math.min(this.#data, bytes.length));
    if (bytes[0] === DOLLAR) {
      if (bytes.length < 4) return 0;
      this.#data = 4 + bytes.readUInt16BE(2);
      return this.#pass(bytes, Math.min(this.#data, bytes.length));
    }
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return bytes.length > LONGEST ? this.#pass(bytes, bytes.length) : 0;
    const lines = bytes
      .toString('latin1', 0, end)
      .replace(/^(\r\n)+/, '')
      .split('\r\n');
    const length = Number(/^content-length:\s*(\d+)/im.exec(lines.join('\n'))?.[1] ?? 0);
    const whole = end + 4 + length;
    if (bytes.length < whole) return 0;
    this.#parts.message(lines, Buffer.from(bytes.subarray(end + 4, whole)));
    return whole;
  }

  #pass(bytes: Buffer, count: number): number {
    this.#parts.data(bytes.subarray(0, count));
    this.#data = Math.max(0, this.#data - count);
    return count;
  }
}
