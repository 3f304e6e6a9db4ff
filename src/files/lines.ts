import { createReadStream } from 'node:fs';
import { inputError } from '../core/errors.ts';

/**
 * The lines of a UTF-8 text file without their ends, read as a stream. (`node:readline` searches a long line again with
 * every chunk, which takes hours on a line of 100 MB.)
 *
 * @throws TwintrackError when the file cannot be read
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let carry = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
      let from = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
        yield tidy(carry + chunk.slice(from, end));
        carry = '';
        from = end + 1;
      }
      carry += chunk.slice(from);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    if (code === 'ENOENT') throw inputError(path, 'does not exist', 'check the name', error);
    if (code === 'EISDIR') throw inputError(path, 'is a folder', 'name a file in it', error);
    throw inputError(path, `cannot be read: ${message}`, 'check its permissions', error);
  }
  if (carry) yield tidy(carry);
}

function tidy(line: string): string {
  const start = line.charCodeAt(0) === 0xfeff ? 1 : 0;
  return line.slice(start, line.endsWith('\r') ? -1 : undefined);
}
