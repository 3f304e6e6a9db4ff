import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { decoderFor, HEAD_BYTES, type TextDecoding } from './encoding.ts';
import { readError } from './file-errors.ts';

/**
 * The lines of a text file without their ends (LF, CR LF or CR), read as a stream. The text is UTF-8 or UTF-16 (see {@link decoderFor}); a
 * byte order mark is left out.
 *
 * @throws TwintrackError when the file cannot be read
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const lines of lineBlocksOf(path)) yield* lines;
}

/**
 * The same lines in blocks, as they are read: a promise a line takes longer than most lines do. (`node:readline` searches a long line again
 * with every block, which takes hours on a line of 100 MB.)
 *
 * @param hash takes the bytes of the file
 * @throws TwintrackError when the file cannot be read
 */
export async function* lineBlocksOf(path: string, hash?: Hash): AsyncGenerator<string[]> {
  let carry = ''; // the line that is not complete yet
  let held = false; // a CR at the end of a block, which an LF may follow
  let start = true;
  for await (const block of textOf(path, hash)) {
    let text: string = held ? `\r${block}` : block;
    if (start && text.startsWith('\uFEFF')) text = text.slice(1);
    start &&= text === '';
    held = text.endsWith('\r');
    const lines = text.includes('\r') ? text.slice(0, held ? -1 : undefined).split(/\r\n|\r|\n/) : text.split('\n');
    lines[0] = carry + lines[0];
    carry = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  if (carry !== '' || held) yield [carry];
}

async function* textOf(path: string, hash: Hash | undefined): AsyncGenerator<string> {
  let decoder: TextDecoding | undefined;
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      hash?.update(bytes);
      if (decoder) {
        yield decoder.write(bytes);
        continue;
      }
      head = Buffer.concat([head, bytes]); // a pipe may give a byte at a time
      if (head.length < HEAD_BYTES) continue;
      decoder = decoderFor(head);
      yield decoder.write(head);
    }
  } catch (error) {
    throw readError(path, error);
  }
  if (!decoder) {
    decoder = decoderFor(head);
    yield decoder.write(head);
  }
  yield decoder.end();
}
