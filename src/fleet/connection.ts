import type { FlowProducer, Processor, Queue, createRedisBackend as RedisBackend, Worker, WorkerOptions } from 'bullmq';
import { type QueueAddress, redisOptions } from './address.ts';
import type { JobData } from './job-data.ts';
import { loadBullmq } from './packages.ts';
import { SCHEMA } from './server.ts';

/** Jobs of one kind of worker. */
export type FleetQueue = Queue<JobData>;

/** What a worker throws to say what becomes of a job. */
export type QueueErrors = Pick<
  Awaited<ReturnType<typeof loadBullmq>>,
  'UnrecoverableError' | 'WaitingChildrenError' | 'WaitingError'
>;

/** Opens queues, and what adds to them and works on them, on one server: Redis, Valkey or PostgreSQL. */
export interface Connection {
  readonly address: QueueAddress;
  readonly errors: QueueErrors;
  queue(name: string): FleetQueue;
  flows(): FlowProducer;
  worker(name: string, processor: Processor<JobData>, options: Omit<WorkerOptions, 'connection'>): Worker<JobData>;
  /** Closes all that was opened; at once, where the server is not there. */
  close(): Promise<void>;
}

/** A server that is gone is asked again after so many milliseconds more each time, and at most so many: a lock lasts eight seconds. */
const RETRY = { step: 250, most: 2000 };
/** How long what is open may take to close, in milliseconds. */
const CLOSING = 3000;

/**
 * Prepares the use of a queue. Nothing is connected yet.
 *
 * @param onError takes what goes wrong, again and again while the server is gone: all that is opened keeps trying
 * @throws TwintrackError when a package is missing
 */
export async function openConnection(address: QueueAddress, onError: (error: Error) => void): Promise<Connection> {
  const bullmq = await loadBullmq(address.kind);
  const { Queue, FlowProducer, Worker, createPostgresBackend, createRedisBackend } = bullmq;
  const redis = address.kind === 'redis';
  // What differs is behind the interface that both of them have, and which of them it is is a type parameter of all classes.
  const factory = redis ? createRedisBackend : (createPostgresBackend as unknown as typeof RedisBackend);
  const connection = redis
    ? {
        ...redisOptions(address),
        retryStrategy: (times: number) => Math.min(RETRY.step * times, RETRY.most) * (0.75 + Math.random() / 2),
      }
    : // `migrate` makes or updates the tables, of many who start at once one at a time
      { connectionString: address.url, schema: SCHEMA, migrate: true, max: 2, connectionTimeoutMillis: 5000 };
  const options = { connection, ...(redis && { prefix: SCHEMA }) };
  const queues = new Map<string, FleetQueue>();
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void>; on(event: 'error', listener: (error: Error) => void): unknown }>(
    one: T,
  ): T => {
    one.on('error', onError);
    opened.push(one);
    return one;
  };
  return {
    address,
    errors: bullmq,
    queue(name) {
      const queue = queues.get(name) ?? keep(new Queue<JobData>(name, options, factory) as FleetQueue);
      queues.set(name, queue);
      return queue;
    },
    flows: () => keep(new FlowProducer(options, factory)),
    worker: (name, processor, given) =>
      keep(new Worker<JobData>(name, processor, { ...given, ...options }, factory) as Worker<JobData>),
    async close() {
      const closing = Promise.allSettled(opened.map((one) => one.close()));
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, CLOSING).unref())]);
    },
  };
}
