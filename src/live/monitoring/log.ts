import type { DestinationStream } from 'pino';
import { redact } from '../../core/errors.ts';

/** A structured log. An entry has fields and a message. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** A log that drops every entry. */
export const SILENT: Log = { info() {}, warn() {}, error() {} };

/** Opens a log on standard error: one JSON object a line, or readable lines on a terminal. Credentials in URLs are hidden. */
export async function openLog(): Promise<Log> {
  const { default: pino } = await import('pino');
  const show = process.stderr.isTTY ? readable : (line: string) => line;
  const destination: DestinationStream = { write: (line) => process.stderr.write(redact(show(line))) };
  const { isoTime } = pino.stdTimeFunctions;
  const logger = pino({ base: null, timestamp: isoTime, formatters: { level: (level) => ({ level }) } }, destination);
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

function readable(line: string): string {
  const { level, time, camera, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  return `${clock} ${String(level).padEnd(5)} ${camera ? `${camera}: ` : ''}${msg}${rest.join('')}\n`;
}
