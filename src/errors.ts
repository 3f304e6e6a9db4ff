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

/**
 * Hides the credentials of every URL in a text: `rtsp://user:secret@host` becomes `rtsp://***@host`, and `?password=secret` becomes
 * `?password=***`.
 */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s@]*(?:@[^/?#\s@]*)*@/gi, '$1***@')
    .replace(/([?&][\w-]*(?:user|usr|login|pass|pwd|psw|token|auth|secret|key)[\w-]*=)[^&#\s'"]*/gi, '$1***');
}

function oneLine(text: string): string {
  return redact(text).replace(/\s+/g, ' ').trim();
}
