import type * as Bullmq from 'bullmq';
import { inputError } from '../core/errors.ts';
import type { QueueAddress } from './address.ts';

/** Loads the queue's library. @throws TwintrackError when it, or the driver of this kind of server, is not installed */
export async function loadBullmq(kind: QueueAddress['kind']): Promise<typeof Bullmq> {
  await (kind === 'redis' ? loadRedis() : loadPostgres());
  return installed(import('bullmq'), kind);
}

/** @throws TwintrackError when it is not installed */
export async function loadRedis() {
  return (await installed(import('ioredis'), 'redis')).Redis;
}

/** @throws TwintrackError when it is not installed */
export async function loadPostgres() {
  return (await installed(import('pg'), 'postgres')).default;
}

async function installed<T>(importing: Promise<T>, kind: QueueAddress['kind']): Promise<T> {
  try {
    return await importing;
  } catch (cause) {
    const [server, packages] = kind === 'redis' ? ['Redis', 'bullmq ioredis'] : ['PostgreSQL', 'bullmq pg'];
    throw inputError(`a queue on ${server}`, 'its packages are not installed', `npm install ${packages}`, cause);
  }
}
