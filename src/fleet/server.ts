import { inputError, messageOf, TwintrackError } from '../core/errors.ts';
import { type QueueAddress, redisOptions } from './address.ts';
import { loadPostgres, loadRedis } from './packages.ts';

/** What a queue's server says of itself. */
export interface QueueServer {
  /** Such as `Valkey 8.0.1`. */
  readonly version: string;
  /** How far its clock is ahead of that of this machine, in seconds. */
  readonly ahead: number;
  /** What is wrong with how it is set up: jobs can be lost. */
  readonly faults: readonly { readonly found: string; readonly fix: string }[];
}

/** A server that does not answer for so long, in milliseconds, is not there. */
const PATIENCE = 5000;

/**
 * Asks the server of a queue once.
 *
 * @throws TwintrackError when it cannot be reached or refuses
 */
export async function askServer(address: QueueAddress): Promise<QueueServer> {
  try {
    return await (address.kind === 'redis' ? askRedis(address) : askPostgres(address));
  } catch (error) {
    if (error instanceof TwintrackError) throw error;
    throw inputError(address.name, `cannot be used as a queue: ${reasonOf(error)}`, 'check the address', error);
  }
}

/** What went wrong with a server, in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return messageOf(error) || (error as NodeJS.ErrnoException).code || 'no reason is given';
}

async function askRedis(address: QueueAddress): Promise<QueueServer> {
  const Redis = await loadRedis();
  const client = new Redis({
    ...redisOptions(address),
    lazyConnect: true,
    connectTimeout: PATIENCE,
    commandTimeout: PATIENCE,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let fault: unknown;
  client.on('error', (error) => {
    fault = error;
  });
  try {
    await client.connect();
    const info = await client.info();
    const [seconds, micros] = (await client.time()).map(Number);
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const valkey = field('valkey_version');
    const policy = field('maxmemory_policy');
    const faults = [
      ...(policy && policy !== 'noeviction'
        ? [{ found: `maxmemory-policy is ${policy}: jobs may be dropped`, fix: 'set maxmemory-policy to noeviction' }]
        : []),
      ...(field('aof_enabled') === '0'
        ? [{ found: 'no append-only file: a restart loses jobs', fix: 'set appendonly to yes' }]
        : []),
    ];
    return {
      version: valkey ? `Valkey ${valkey}` : `Redis ${field('redis_version') ?? ''}`.trim(),
      ahead: seconds + micros / 1e6 - Date.now() / 1000,
      faults,
    };
  } catch (error) {
    throw fault ?? error;
  } finally {
    client.disconnect();
  }
}

async function askPostgres({ url }: QueueAddress): Promise<QueueServer> {
  const { Client } = await loadPostgres();
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE, query_timeout: PATIENCE });
  client.on('error', () => {}); // the query in hand fails as well
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; now: string; creates: boolean; durable: string }>(
      `select current_setting('server_version') as version, extract(epoch from clock_timestamp())::text as now,
        has_database_privilege(current_database(), 'CREATE') or to_regnamespace($1) is not null as creates,
        current_setting('fsync') as durable`,
      [SCHEMA],
    );
    const [{ version, now, creates, durable }] = rows;
    const faults = [
      ...(creates
        ? []
        : [
            {
              found: `the user may not make the schema ${SCHEMA}`,
              fix: 'grant create on the database, or let another user start first',
            },
          ]),
      ...(durable === 'on' ? [] : [{ found: 'fsync is off: a crash loses jobs', fix: 'set fsync to on' }]),
    ];
    return { version: `PostgreSQL ${version.split(' ')[0]}`, ahead: Number(now) - Date.now() / 1000, faults };
  } finally {
    await client.end().catch(() => {});
  }
}

/** The schema of a database, and the prefix of the keys of Redis, that all of this is in. */
export const SCHEMA = 'twintrack';
