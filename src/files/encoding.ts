import { StringDecoder } from 'node:string_decoder';

/** So many bytes, where there are as many, show the encoding of a text. */
export const HEAD_BYTES = 256;

/** Bytes → text, in blocks that may end within a character. */
export interface TextDecoding {
  write(bytes: Buffer): string;
  /** What is left of an incomplete character. */
  end(): string;
}

/**
 * A decoder for a text that begins with `head`: UTF-16 where it begins with the byte order mark of that, or where, in text of the
 * ASCII characters, every other byte is 0; else UTF-8. The mark itself is decoded as U+FEFF.
 */
export function decoderFor(head: Buffer): TextDecoding {
  const encoding = encodingOf(head);
  return encoding === 'utf16be' ? new BigEndian() : new StringDecoder(encoding);
}

function encodingOf(head: Buffer): 'utf8' | 'utf16le' | 'utf16be' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf16be';
  const pairs = Math.min(head.length, HEAD_BYTES) >> 1;
  const zeros = [0, 0];
  for (let i = 0; i < 2 * pairs; i++) if (head[i] === 0) zeros[i & 1]++;
  const [even, odd] = zeros;
  if (even === 0 && odd > 0.8 * pairs) return 'utf16le';
  if (odd === 0 && even > 0.8 * pairs) return 'utf16be';
  return 'utf8';
}

class BigEndian implements TextDecoding {
  readonly #decoder = new StringDecoder('utf16le');
  #odd: Buffer = Buffer.alloc(0);

  write(bytes: Buffer): string {
    const all = Buffer.concat([this.#odd, bytes]);
    const whole = all.length & ~1;
    this.#odd = all.subarray(whole);
    return this.#decoder.write(all.subarray(0, whole).swap16());
  }

  end(): string {
    return this.#decoder.end() + (this.#odd.length > 0 ? '\uFFFD' : '');
  }
}
