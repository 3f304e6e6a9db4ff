import { inputError } from '../core/errors.ts';

/** Bytes that a key of S3 may have. */
const LONGEST = 1024;

/**
 * Refuses a key that could lie outside of its store, or that not every store can hold.
 *
 * @throws TwintrackError when it is empty or too long, or has an empty part, `.`, `..`, a backslash or a control character
 */
export function checkKey(key: string): void {
  const parts = key.split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is for them
  const wrong = parts.some(
    (part) => part === '' || part === '.' || part === '..' || /[\\\u0000-\u001f\u007f]/.test(part),
  );
  if (wrong || Buffer.byteLength(key) > LONGEST)
    throw inputError(`"${key}"`, 'is no key of a store', 'give names with / between them, without . and ..');
}
