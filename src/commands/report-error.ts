import { CommanderError } from 'commander';
import { redact, TwintrackError } from '../core/errors.ts';
import type { Notice, NoticeSink } from '../core/notices.ts';

/**
 * Prints an error on standard error: one line, and with `verbose` the stack trace below it.
 *
 * @returns the exit code for it
 */
export function reportError(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  const known = error instanceof TwintrackError;
  const message = error instanceof Error ? error.message : String(error);
  const hint = verbose ? '' : '; run again with --verbose for the stack trace';
  reportLine(known ? message : `unexpected error: ${redact(message).replace(/\s+/g, ' ')}${hint}`);
  if (verbose && error instanceof Error) process.stderr.write(`${redact(error.stack ?? '')}\n`);
  return known ? error.exitCode : 1;
}

/** Writes what is wrong or doubtful on standard error, in one line. */
export function reportNotice({ message }: Notice): void {
  reportLine(message);
}

/** Writes notices on standard error, each once, and keeps them for `--json`: `{ notices }` where there are any. */
export function keptNotices(): { onNotice: NoticeSink; forJson(): { notices?: readonly Notice[] } } {
  const notices: Notice[] = [];
  return {
    onNotice(notice) {
      if (notices.some(({ message }) => message === notice.message)) return;
      notices.push(notice);
      reportNotice(notice);
    },
    forJson: () => (notices.length > 0 ? { notices } : {}),
  };
}

/** Writes a line on standard error. */
export function reportLine(text: string): void {
  process.stderr.write(`twintrack: ${text}\n`);
}
