import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import { runAtExit } from '../files/at-exit.ts';
import { makeTemporaryFolder } from '../files/temporary.ts';
import type { Log } from '../live/monitoring/log.ts';
import type { LiveServer } from '../live/monitoring/server.ts';
import type { QueueAddress } from './address.ts';
import { CameraKeeper } from './cameras/camera-keeper.ts';
import { checkStore } from './check-store.ts';
import { type Connection, type FleetQueue, openConnection } from './connection.ts';
import type { JobData } from './job-data.ts';
import { JobHandler } from './job-handler.ts';
import { announce, thisKind } from './kind.ts';
import { Outage } from './outage.ts';
import { listJobs } from './overview.ts';
import { loadBullmq } from './packages.ts';
import type { TaskResult } from './run-task.ts';
import { askServer, reasonOf } from './server.ts';
import { RECOVERED_PRIORITY } from './submit.ts';
import { WorkerMetrics } from './worker-metrics.ts';

/** Settings of {@link runWorker}. */
export interface WorkerSettings {
  readonly address: QueueAddress;
  /** See `openStore`. */
  readonly store: string;
  /** Processor cores for inference; 0: all. */
  readonly cores: number;
  /** The most cameras that it follows. */
  readonly cameras: number;
  /** Where its page and metrics are served; undefined: nowhere. */
  readonly serve?: { readonly host: string; readonly port: number; readonly token: string | undefined } | undefined;
  readonly log: Log;
}

/** A job whose worker is gone is found out after this time, in milliseconds, and another one takes it. */
const LOCK = { lockDuration: 8000, stalledInterval: 3000, maxStalledCount: 3 };
/** The job in hand has so many seconds to be done when the worker is to end. */
const LAST_SECONDS = 20;
/** And its cameras have these to be complete in the store. */
const LAST_CAMERA_SECONDS = 10;
/** The queue is asked so often whether it is there, in milliseconds. */
const WATCH_INTERVAL = 5000;
/** Seconds before what is not there is tried again. */
const AGAIN = 2;
/** What the library says of a job that another worker has by now; that is said in other words. */
const LOST = /could not renew lock|Missing lock|lock mismatch|not in the active state|Missing key for job/i;

/**
 * Takes jobs one after the other until it is stopped: then the job in hand has 20 s, or is given back. While the queue or the store is gone it
 * keeps trying.
 *
 * @param stop ends it
 * @throws TwintrackError when a package is missing
 */
export async function runWorker(settings: WorkerSettings, stop: AbortSignal): Promise<void> {
  await loadBullmq(settings.address.kind);
  const folder = makeTemporaryFolder();
  const forget = runAtExit(() => rmSync(folder, { recursive: true, force: true }));
  const worker = new FleetWorker(settings, folder, stop);
  try {
    await worker.run();
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
    forget();
  }
}

class FleetWorker {
  readonly #settings: WorkerSettings;
  readonly #folder: string;
  readonly #stop: AbortSignal;
  readonly #queueOutage: Outage;
  readonly #storeOutage: Outage;
  readonly #metrics = new WorkerMetrics();

  constructor(settings: WorkerSettings, folder: string, stop: AbortSignal) {
    this.#settings = settings;
    this.#folder = folder;
    this.#stop = stop;
    this.#queueOutage = new Outage(settings.log, 'the queue');
    this.#storeOutage = new Outage(settings.log, 'the store');
  }

  async run(): Promise<void> {
    const { store, log, address } = this.#settings;
    await this.#storeThere();
    const kind = await thisKind();
    const { connection, worker, handler, keeper } = await this.#until(this.#queueOutage, async () => {
      await askServer(address);
      const connection = await openConnection(address, (error) => this.#onError(error));
      try {
        return await this.#open(connection, kind);
      } catch (error) {
        await connection.close();
        throw error;
      }
    });
    const { queue: _, ...told } = kind;
    const server = await this.#serve(connection, () => this.#metrics.cameras(keeper?.status ?? {}));
    log.info({ queue: address.name, store, ...told, ...(server && { page: server.url }) }, 'ready for jobs');
    void this.#work(worker);
    void this.#watch(connection.queue(kind.queue));
    await new Promise<void>((resolve) => {
      if (this.#stop.aborted) resolve();
      this.#stop.addEventListener('abort', () => resolve(), { once: true });
    });
    await worker.pause(true);
    await Promise.all([handler.finish(1000 * LAST_SECONDS), keeper?.stop(1000 * LAST_CAMERA_SECONDS)]);
    await server?.close();
    await connection.close();
  }

  /** @param refresh brings the metrics up to date */
  async #serve(connection: Connection, refresh: () => void): Promise<LiveServer | undefined> {
    const { serve } = this.#settings;
    if (!serve) return undefined;
    const { listen } = await import('../live/monitoring/listen.ts');
    const { createStatusApp } = await import('./status-app.ts');
    const isConnected = () => this.#queueOutage.isOver;
    const metrics = {
      text: () => {
        refresh();
        this.#metrics.connected(isConnected());
        return this.#metrics.text();
      },
    };
    const app = createStatusApp({ metrics, isConnected, overview: () => listJobs(connection) }, serve.token);
    return listen(app.fetch, serve.host, serve.port);
  }

  async #open(connection: Connection, kind: Awaited<ReturnType<typeof thisKind>>) {
    const queue = connection.queue(kind.queue);
    await queue.waitUntilReady();
    await announce(connection, kind);
    const { store, cores, log, cameras } = this.#settings;
    const name = `${hostname()}:${process.pid}`;
    const place = { store, cores, videos: join(this.#folder, 'videos') };
    mkdirSync(place.videos, { recursive: true });
    const handler = new JobHandler(queue, connection.errors, log, {
      ...place,
      isStopping: () => this.#stop.aborted,
      makeFolder: () => mkdtempSync(join(this.#folder, 'job-')),
      onStoreLost: (reason) => void this.#pause(worker, reason),
    });
    const options = { ...LOCK, name, autorun: false, runRetryDelay: 1000 * AGAIN };
    const worker = connection.worker(kind.queue, (job, token) => handler.handle(job, token), options);
    this.#listen(worker, queue, handler);
    await worker.waitUntilReady();
    const cameraPlace = { store, folder: join(this.#folder, 'live'), worker: name, most: cameras };
    const keeper = cameras > 0 ? new CameraKeeper(connection, kind, log, cameraPlace) : undefined;
    await keeper?.start();
    return { connection, worker, handler, keeper };
  }

  #listen(worker: Worker<JobData>, queue: FleetQueue, handler: JobHandler): void {
    const { log } = this.#settings;
    worker.on('lockRenewalFailed', (ids) => handler.lockLost(ids));
    worker.on('active', (job) => {
      this.#metrics.begun();
      log.info({ job: job.id, try: job.attemptsMade + 1 }, 'begun');
    });
    worker.on('completed', (job, result: TaskResult) => {
      this.#metrics.ended('done', result.frames);
      log.info({ job: job.id }, 'done');
    });
    worker.on('failed', (job, { message: reason }) => {
      this.#metrics.ended('failed');
      const last = !job || job.attemptsMade >= (job.opts.attempts ?? 1) || job.finishedOn !== undefined;
      if (last) log.error({ job: job?.id, reason }, 'failed for good');
      else log.warn({ job: job.id, reason, try: job.attemptsMade }, 'failed; it is tried again');
    });
    worker.on('stalled', (id) => {
      log.warn({ job: id }, 'a worker lost it; the next free one takes it');
      queue
        .getJob(id)
        .then((job) => job?.changePriority({ priority: RECOVERED_PRIORITY }))
        .catch(() => {}); // it has its turn later then
    });
  }

  /** `run` of the library ends at errors that it does not foresee. */
  async #work(worker: Worker<JobData>): Promise<void> {
    while (!this.#stop.aborted) {
      await worker.run().catch((error) => this.#onError(error));
      await sleep(1000 * AGAIN, undefined, { ref: false });
    }
  }

  /** Asks the queue now and then, so that it is known whether it answers also while there is nothing to do. */
  async #watch(queue: FleetQueue): Promise<void> {
    while (!this.#stop.aborted) {
      await queue.getJobCountByTypes('active').then(
        () => this.#queueOutage.over(),
        (error) => this.#onError(error),
      );
      await sleep(WATCH_INTERVAL, undefined, { ref: false });
    }
  }

  #onError(error: Error): void {
    if (LOST.test(error.message)) this.#settings.log.warn({ reason: error.message }, 'a job is lost to another worker');
    else if (!this.#stop.aborted) this.#queueOutage.report(reasonOf(error));
  }

  async #pause(worker: Worker<JobData>, reason: string): Promise<void> {
    this.#storeOutage.report(reason);
    await worker.pause(true);
    await this.#storeThere().catch(() => {}); // it is to end
    if (!this.#stop.aborted) await worker.resume();
  }

  #storeThere(): Promise<void> {
    return this.#until(this.#storeOutage, () => checkStore(this.#settings.store));
  }

  /** Tries until it succeeds. @throws AbortError when the worker is to end */
  async #until<T>(outage: Outage, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await attempt();
        outage.over();
        return result;
      } catch (error) {
        outage.report(messageOf(error));
      }
      await sleep(1000 * AGAIN, undefined, { signal: this.#stop });
    }
  }
}
