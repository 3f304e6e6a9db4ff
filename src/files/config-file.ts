import { readFile } from 'node:fs/promises';
import { inputError, messageOf } from '../core/errors.ts';
import { readError } from './file-errors.ts';

/** Doubts about the YAML are excerpts of several lines, which the parser would write on standard error. */
export const QUIET = { logLevel: 'error' } as const;

/**
 * The sections of a config file (YAML or JSON) as they stand there; an empty one counts as left out.
 *
 * @param fix where the user finds how such a file is written
 * @throws TwintrackError when it cannot be read
 */
export async function readConfig(
  path: string,
  fix = 'see "twintrack track --help" for an example',
): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  const text = await readFile(path, 'utf8').catch((error) => {
    throw readError(path, error, fix);
  });
  let document: unknown;
  try {
    document = parse(text, QUIET) ?? {};
  } catch (error) {
    const [first] = messageOf(error).split('\n'); // what follows is an excerpt of the file
    throw inputError(path, `is not YAML: ${first.replace(/:$/, '')}`, fix, error);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw inputError(path, 'holds no sections', fix);
  }
  return Object.fromEntries(Object.entries(document).filter(([, section]) => section !== null));
}
