/** An error that the user can fix: shown as one line without a stack trace. The process exits with `exitCode`. */
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
 * An input or output that cannot be used, as "subject: reason; fix" on one line.
 *
 * @param subject the file, URL or option at fault; control characters in it are escaped
 * @param reason what is wrong with it
 * @param fix what the user can do about it
 */
export function inputError(subject: string, reason: string, fix?: string, cause?: unknown): TwintrackError {
  const line = `${printable(subject)}: ${oneLine(reason)}${fix ? `; ${oneLine(fix)}` : ''}`;
  return new TwintrackError(line, cause === undefined ? undefined : { cause });
}

/**
 * A name as it can be shown on one line of a terminal: control characters (a newline in a file name) escaped; of an address the credentials
 * hidden, whatever characters are in them.
 */
export function printable(name: string): string {
  const shown = /^[a-z][a-z0-9+.-]*:\/\//i.test(name) ? withoutSecrets(name) : redact(name);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is for them
  return shown.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => JSON.stringify(c).slice(1, -1));
}

const KEY = '[\\w-]*(?:user|usr|login|pass|pwd|psw|pw|token|auth|secret|key|streamid)[\\w-]*=';
const ADDRESS = /[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi;
/** `user:secret@`, also of a secret with characters that an address should have escaped; or anything before an @ of the host. */
const USER = /^([^:]+:\/\/)(?:[^/?#:]*:.*@|[^/?#]+@)/s;
const HOST = String.raw`^[^:]+:\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^/?#@:]*)(?::\d*)?`;
/** A secret in the path or the query. Where it ends is not known: it may hold any character. */
const BEHIND_HOST = new RegExp(`(${HOST}[/?#](?:.*?[/?&;])??${KEY}).*`, 'is');
const IN_QUERY = new RegExp(`([?&]${KEY})[^\\s'"]*`, 'gi');
/** What is behind the application in an RTMP address. */
const STREAM_KEY = /^(rtmp\w*:\/\/[^/]*\/[^/]*\/).+/is;

/**
 * Hides the credentials of every URL in a text: `rtsp://user:secret@host` becomes `rtsp://***@host`, `?password=secret&fps=5` becomes
 * `?password=***`, and `/user=a_password=secret_channel=1` `/user=***`; of an RTMP address also the name of the stream, which is often
 * its key. An address ends at a space or a quote here; `printable` is for a
 * whole one.
 */
export function redact(text: string): string {
  return text.replace(ADDRESS, withoutSecrets).replace(IN_QUERY, '$1***');
}

/** First what is behind the host, as an @ in there is none of a user; and again, where the user's secret has the form of a path. */
function withoutSecrets(address: string): string {
  const shown = address.replace(BEHIND_HOST, '$1***').replace(USER, '$1***@').replace(BEHIND_HOST, '$1***');
  return shown.replace(STREAM_KEY, '$1***');
}

function oneLine(text: string): string {
  return redact(text).replace(/\s+/g, ' ').trim();
}

/** The message of whatever was thrown. */
export function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
