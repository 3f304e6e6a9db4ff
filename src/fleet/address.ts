import { inputError, printable, UsageError } from '../core/errors.ts';

/** Where the jobs are kept. */
export interface QueueAddress {
  readonly kind: 'redis' | 'postgres';
  readonly url: string;
  /** As it may be shown: without its password. */
  readonly name: string;
}

/** The environment variables that stand for `--queue` and `--store`, so that no password is on a command line. */
export const QUEUE_VARIABLE = 'TWINTRACK_QUEUE';
export const STORE_VARIABLE = 'TWINTRACK_STORE';

/**
 * The address of a queue.
 *
 * @param given the value of `--queue`; without it that of `TWINTRACK_QUEUE` is taken
 * @throws UsageError when there is none, or it is of no known kind
 */
export function queueAddress(given = process.env[QUEUE_VARIABLE]): QueueAddress {
  if (!given) throw new UsageError(`--queue: is missing; name it, or set ${QUEUE_VARIABLE}`);
  const scheme = /^([a-z]+):\/\//i.exec(given)?.[1].toLowerCase() ?? '';
  const kind = { redis: 'redis', rediss: 'redis', postgres: 'postgres', postgresql: 'postgres' }[scheme];
  if (!kind || !URL.canParse(given))
    throw new UsageError(
      `--queue: ${printable(given)} is no queue; give redis://host:6379, rediss://…, or postgres://host/database`,
    );
  return { kind: kind as QueueAddress['kind'], url: given, name: printable(given) };
}

/** The store of `--store` or `TWINTRACK_STORE`. @throws UsageError when there is none */
export function storeAddress(given = process.env[STORE_VARIABLE]): string {
  if (!given) throw new UsageError(`--store: is missing; name a folder or s3://bucket, or set ${STORE_VARIABLE}`);
  return given;
}

/** What ioredis takes for an address `redis://user:password@host:port/number`. */
export function redisOptions({ url, name }: QueueAddress) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const database = pathname.slice(1);
  if (!/^\d*$/.test(database)) throw inputError(name, `"${database}" is no database`, 'give its number');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(database && { db: Number(database) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
