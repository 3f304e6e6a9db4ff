import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Finds where in a file its elements begin, of which a recording begins with a certain one. */
interface Layout {
  /** @param head the first bytes of the file */
  matches(head: Buffer): boolean;
  /**
   * @param header `HEADER` bytes, or less at the end of the file
   * @param first whether they are the first of a recording
   * @returns bytes to the next element; `joined` where another recording begins; undefined where no element is
   */
  next(header: Buffer, first: boolean): number | 'joined' | undefined;
}

/** Bytes of an element that say what and how long it is. */
const HEADER = 24;

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;

/** Matroska and WebM: a recording is an EBML header and a segment. (RFC 8794, RFC 9559) */
const matroska: Layout = {
  matches: (head) => head.length >= 4 && head.readUInt32BE(0) === EBML,
  next(header, first) {
    const idLength = Math.clz32(header[0]) - 23;
    if (idLength > 4 || header.length < idLength + 1) return undefined;
    const id = header.readUIntBE(0, idLength);
    if (id === EBML && !first) return 'joined';
    const sizeLength = Math.clz32(header[idLength]) - 23;
    if (sizeLength > 8 || header.length < idLength + sizeLength) return undefined;
    let size = header[idLength] & (0xff >> sizeLength);
    let unknown = size === 0xff >> sizeLength;
    for (const byte of header.subarray(idLength + 1, idLength + sizeLength)) {
      size = 256 * size + byte;
      unknown &&= byte === 0xff;
    }
    const inside = id === SEGMENT || (id === CLUSTER && unknown);
    if (unknown && !inside) return undefined;
    return idLength + sizeLength + (inside ? 0 : size);
  },
};

/** Flash video: a recording is a header and tags. (Adobe Flash Video File Format Specification 10.1, annex E) */
const flv: Layout = {
  matches: (head) => head.toString('latin1', 0, 3) === 'FLV',
  next(header, first) {
    if (header.length < 11) return undefined;
    if (flv.matches(header)) return first ? header.readUInt32BE(5) + 4 : 'joined';
    return [8, 9, 18].includes(header[0] & 0x1f) ? 11 + header.readUIntBE(1, 3) + 4 : undefined;
  },
};

/** MP4 and MOV: a recording begins with its file type. (ISO/IEC 14496-12) */
const mp4: Layout = {
  matches: (head) => head.toString('latin1', 4, 8) === 'ftyp',
  next(header, first) {
    if (header.length < 8) return undefined;
    const type = header.toString('latin1', 4, 8);
    if (!/^[\w ©]{4}$/.test(type)) return undefined;
    if (type === 'ftyp' && !first) return 'joined';
    const size = header.readUInt32BE(0);
    if (size === 1) return header.length < 16 ? undefined : Number(header.readBigUInt64BE(8));
    return size >= 8 ? size : undefined;
  },
};

/** ASF and WMV: a recording is a header object, a data object and indexes. (Advanced Systems Format Specification, revision 01.20.06) */
const asf: Layout = {
  matches: (head) => head.toString('hex', 0, 16) === '3026b2758e66cf11a6d900aa0062ce6c',
  next(header, first) {
    if (header.length < 24) return undefined;
    if (asf.matches(header) && !first) return 'joined';
    const size = Number(header.readBigUInt64LE(16));
    return size >= 24 ? size : undefined;
  },
};

const LAYOUTS = [matroska, flv, mp4, asf];

/** The bytes of one recording in a file: from `start` on, before `end`. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the recordings in a file that is several, one after another (`cat a.mkv b.mkv`): ffmpeg reads the first, and no more than a
 * piece of what follows.
 *
 * @param path of a file
 * @returns the parts in order, or none where it is one recording, or of a format whose recordings need no telling apart
 * @throws errors of the file system
 */
function partsOf(path: string): Part[] {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const window = new FileWindow(file);
    const layout = LAYOUTS.find(({ matches }) => matches(window.read(0)));
    const starts = [0];
    let position = 0;
    while (layout && position < size) {
      const next = layout.next(window.read(position), position === starts.at(-1));
      if (next === undefined) break;
      if (next === 'joined') starts.push(position);
      else position += next;
    }
    return starts.length === 1 ? [] : starts.map((start, i) => ({ start, end: starts[i + 1] ?? size }));
  } finally {
    closeSync(file);
  }
}

/** What an input is read from: see `Input`. */
interface Source {
  readonly subject: string;
  readonly kind: 'file' | 'images' | 'stdin';
  readonly args: readonly string[];
}

/** An input to be read from its first recording on, and where in it the recordings are: see `partsOf`. */
export function firstRecording<T extends Source>(input: T): { first: T; parts: readonly Part[] } {
  const parts = input.kind === 'file' ? partsOf(input.subject) : [];
  return { first: parts[0] ? { ...input, args: partArguments(input.args, parts[0]) } : input, parts };
}

/** The arguments that read a part of a file, in place of those up to and with `-i` that read it all. */
export function partArguments(args: readonly string[], { start, end }: Part): string[] {
  const whole = args.at(-1);
  const part = ['-protocol_whitelist', 'file,subfile', '-i', `subfile,,start,${start},end,${end},,:${whole}`];
  return [...args.slice(0, -2), ...part];
}

/** Reads headers of a file, of which many are near each other. */
class FileWindow {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(64 * 1024);
  #start = 0;
  #length = 0;

  constructor(file: number) {
    this.#file = file;
  }

  read(position: number): Buffer {
    if (position < this.#start || position + HEADER > this.#start + this.#length) {
      const near = position < this.#start + 2 * this.#buffer.length; // else most of what is read would be passed over
      const wanted = near ? this.#buffer.length : HEADER;
      this.#length = readSync(this.#file, this.#buffer, 0, wanted, position);
      this.#start = position;
    }
    const from = position - this.#start;
    return this.#buffer.subarray(from, Math.min(from + HEADER, this.#length));
  }
}

/** Finds where in a stream another recording begins. */
export class PartSplitter {
  #layout: Layout | undefined;
  #first = true;
  #lost = false;
  /** Bytes until the next element. */
  #left = 0;
  /** The begin of a header, which is held back until it is whole. */
  #held: Buffer = Buffer.alloc(0);

  /**
   * @returns the bytes that are of the recording, and where another one begins its first bytes: they are to be pushed again
   */
  push(chunk: Buffer): { own: Buffer; rest?: Buffer } {
    if (this.#lost) return { own: chunk };
    const data = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    let at = 0;
    for (;;) {
      const passed = Math.min(this.#left, data.length - at);
      this.#left -= passed;
      at += passed;
      if (data.length - at < HEADER) {
        this.#held = data.subarray(at);
        return { own: data.subarray(0, at) };
      }
      const header = data.subarray(at, at + HEADER);
      if (this.#first) this.#layout = LAYOUTS.find(({ matches }) => matches(header));
      const next = this.#layout?.next(header, this.#first);
      this.#first = next === 'joined';
      if (next === 'joined') return { own: data.subarray(0, at), rest: data.subarray(at) };
      if (next === undefined) {
        this.#lost = true;
        return { own: data };
      }
      this.#left = next;
    }
  }

  /** The bytes that were held back, at the end of the stream. */
  end(): Buffer {
    return this.#held;
  }
}
