import { inputError, messageOf } from '../core/errors.ts';

/**
 * Loads a package that is installed by whoever needs it.
 *
 * @param name of the package
 * @param use what needs it: `twintrack query`
 * @throws TwintrackError when it is not installed, with the command that installs it, or does not load
 */
export async function importPackage<T>(name: string, use: string): Promise<T> {
  try {
    return await import(name);
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' && messageOf(error).includes(name);
    if (absent) throw inputError(name, `is needed for ${use} and not installed`, `npm install ${name}`, error);
    throw inputError(name, `does not load: ${messageOf(error)}`, `npm install ${name}`, error);
  }
}
