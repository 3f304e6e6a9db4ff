/** Something the user can mend: shown as one line without a stack trace. The process exits with `exitCode`. */
export class TwintrackError extends Error {
  override readonly name: string = 'TwintrackError';
  readonly exitCode: number = 1;
}

/** A wrong command line, option or parameter (exit code 2). */
export class UsageError extends TwintrackError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/**
 * An input or output that cannot be used, told as "subject: reason; mend" on one line.
 *
 * @param subject the file, URL or option at fault; control characters in it are escaped
 * @param reason what is wrong with it
 * @param mend what the user can do about it
 */
export function inputError(subject: string, reason: string, mend?: string, cause?: unknown): TwintrackError {
  const line = `${printable(subject)}: ${oneLine(reason)}${mend ? `; ${oneLine(mend)}` : ''}`;
  return new TwintrackError(line, cause === undefined ? undefined : { cause });
}

/** A name as it can be shown on one line of a terminal: control characters (a newline in a file name) escaped, password hidden. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return redact(name).replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => JSON.stringify(c).slice(1, -1));
}

const SECRET = '(?:user|usr|login|pass|pwd|psw|pw|token|auth|secret|key)';
const ADDRESS = /[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi;
/** `user:secret@`, also of a secret with characters that an address should have escaped; or anything before an @ of the host. */
const USER = /^([^:]+:\/\/)(?:[^/?#@:]*:.*@|[^/?#]*@)/;
const IN_PATH = new RegExp(`(/[\\w-]*${SECRET}[\\w-]*=)[^/?#&]*`, 'gi');
const IN_QUERY = new RegExp(`([?&][\\w-]*${SECRET}[\\w-]*=)[^&#\\s'"]*`, 'gi');

/**
 * Hides the credentials of every URL in a text: `rtsp://user:secret@host` becomes `rtsp://***@host`, `?password=secret` becomes
 * `?password=***`, and `/user=a_password=secret_channel=1` `/user=***`.
 */
export function redact(text: string): string {
  return text
    .replace(ADDRESS, (address) => address.replace(USER, '$1***@').replace(IN_PATH, '$1***'))
    .replace(IN_QUERY, '$1***');
}

function oneLine(text: string): string {
  return redact(text).replace(/\s+/g, ' ').trim();
}
