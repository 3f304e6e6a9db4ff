import { inputError } from '../core/errors.ts';

/** Bytes that a key of S3 may have. */
const LONGEST = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is for them
const UNFIT = /[\\\u0000-\u001f\u007f]/;

/**
 * Refuses a key that could lie outside of its store, or that not every store can hold.
 *
 * @throws TwintrackError when it is empty or too long, or has an empty part, `.`, `..`, a backslash or a control character
 */
export function checkKey(key: string): void {
  const wrong = UNFIT.test(key) || key.split('/').some((part) => ['', '.', '..'].includes(part));
  if (wrong || Buffer.byteLength(key) > LONGEST)
    throw inputError(`"${key}"`, 'is no key of a store', 'give names with / between them, without . and ..');
}
