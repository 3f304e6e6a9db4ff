import { inputError, printable } from '../../core/errors.ts';
import type { CameraSource } from '../../live/camera/source.ts';

/** What stands for a password in an address: the name of a variable in the environment of the workers. */
const SECRET = /secret:([A-Z_][A-Z0-9_]*)/gi;

/**
 * Sees to it that no password gets into the queue.
 *
 * @throws TwintrackError when the address of the camera holds one
 */
export function refusePassword({ name, url }: CameraSource): void {
  const rest = url.replace(SECRET, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^:@/]*:?@/i, '$1');
  if (printable(rest) === rest) return;
  const fix = 'write secret:NAME in place of the password, and set the environment variable NAME on the workers';
  throw inputError(
    `camera "${name}"`,
    `its address ${printable(url)} holds a password, which all would see in the queue`,
    fix,
  );
}

/** A camera with the passwords that its address stands for. @throws TwintrackError when a variable is not set here */
export function withSecrets(source: CameraSource): CameraSource {
  const url = source.url.replace(SECRET, (_, variable: string) => {
    const value = process.env[variable];
    if (value === undefined)
      throw inputError(
        `camera "${source.name}"`,
        `secret:${variable} is not known here`,
        `set the environment variable ${variable}`,
      );
    return encodeURIComponent(value);
  });
  return { ...source, url };
}
