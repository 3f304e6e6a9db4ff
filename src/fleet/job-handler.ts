import { rm } from 'node:fs/promises';
import type { Job } from 'bullmq';
import { messageOf, printable } from '../core/errors.ts';
import type { Log } from '../live/monitoring/log.ts';
import { checkStore } from './check-store.ts';
import type { FleetQueue, QueueErrors } from './connection.ts';
import { type JobData, type JobProgress, nameOf, type PartJob, type VideoJob } from './job-data.ts';
import type { TaskResult } from './run-task.ts';
import { RECOVERED_PRIORITY } from './submit.ts';
import { TaskRunner } from './task-runner.ts';

/** Where a worker works. */
export interface Workplace {
  readonly store: string;
  readonly cores: number;
  readonly videos: string;
  isStopping(): boolean;
  /** Makes a folder for a job. */
  makeFolder(): string;
  /** Called when a job failed as the store cannot be written to. */
  onStoreLost(reason: string): void;
}

/** Why a task was ended before its time. */
class Ended extends Error {
  readonly how: 'lost' | 'given back' | 'cancelled';

  constructor(how: Ended['how']) {
    super(how);
    this.how = how;
  }
}

/** How often progress is written to the queue, and whether the job was cancelled is asked, in milliseconds. */
const PROGRESS_INTERVAL = 2000;
const CANCEL_INTERVAL = 3000;

/** Does jobs, one at a time, in a process apart. */
export class JobHandler {
  readonly #queue: FleetQueue;
  readonly #log: Log;
  readonly #place: Workplace;
  readonly #errors: QueueErrors;
  readonly #runner = new TaskRunner();
  #current: string | undefined;
  #finished: Promise<unknown> = Promise.resolve();

  constructor(queue: FleetQueue, errors: QueueErrors, log: Log, place: Workplace) {
    this.#errors = errors;
    this.#queue = queue;
    this.#log = log;
    this.#place = place;
  }

  /** Does a job; what it throws is for the library. */
  handle(job: Job<JobData>, token = ''): Promise<TaskResult> {
    const handling = this.#handle(job, token);
    this.#finished = handling.catch(() => {});
    return handling;
  }

  /** Other workers may have these jobs now: this one stops to work on them at once. */
  lockLost(ids: readonly string[]): void {
    if (this.#current === undefined || !ids.includes(this.#current)) return;
    this.#log.warn({ job: this.#current }, 'the lock is lost; the work on it is ended');
    this.#runner.kill(new Ended('lost'));
  }

  /** Waits for the job in hand, and gives it back after some time, in milliseconds. No other one follows. */
  async finish(patience: number): Promise<void> {
    const timer = setTimeout(() => this.#runner.kill(new Ended('given back')), patience);
    await this.#finished;
    clearTimeout(timer);
    this.#runner.kill(new Ended('given back'));
  }

  async #handle(job: Job<JobData>, token: string): Promise<TaskResult> {
    if (this.#place.isStopping()) return this.#giveBack(job, token);
    const id = job.name === 'find' ? (job.data as PartJob).video : (job.id ?? '');
    const video = await this.#videoOf(id);
    if (!video || video.cancelled) throw new this.#errors.UnrecoverableError('cancelled');
    // one that is tried again may be here before its parts are
    if (job.name === 'join' && (await job.moveToWaitingChildren(token))) throw new this.#errors.WaitingChildrenError();
    const part = job.name === 'find' ? (job.data as PartJob).part : undefined;
    const folder = this.#place.makeFolder();
    const watch = setInterval(() => void this.#endIfCancelled(id), CANCEL_INTERVAL);
    this.#current = job.id;
    try {
      const { store, cores, videos } = this.#place;
      return await this.#runner.run({ id, video, part, store, folder, videos, cores }, progressOf(job));
    } catch (error) {
      return await this.#fail(job, token, printable(nameOf(video, part)), error);
    } finally {
      this.#current = undefined;
      clearInterval(watch);
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #fail(job: Job<JobData>, token: string, name: string, error: unknown): Promise<never> {
    if (error instanceof Ended) {
      if (error.how === 'given back') return this.#giveBack(job, token);
      throw error.how === 'cancelled' ? new this.#errors.UnrecoverableError('cancelled') : error;
    }
    const trouble = await checkStore(this.#place.store).then(() => undefined, messageOf);
    if (trouble !== undefined) {
      this.#place.onStoreLost(trouble);
      return this.#giveBack(job, token);
    }
    const reason = messageOf(error);
    for (const line of [...this.#runner.lines, reason]) await job.log(line).catch(() => {});
    throw new Error(`${name}: ${reason}`);
  }

  /** Gives a job to the next free worker, without a try being counted. */
  async #giveBack(job: Job<JobData>, token: string): Promise<never> {
    try {
      await job.moveToWait(token);
      await job.changePriority({ priority: RECOVERED_PRIORITY });
    } catch {
      // the queue is gone, or the lock is: it is found out that no worker has the job
    }
    throw new this.#errors.WaitingError();
  }

  async #videoOf(id: string): Promise<VideoJob | undefined> {
    return (await this.#queue.getJob(id))?.data as VideoJob | undefined;
  }

  async #endIfCancelled(id: string): Promise<void> {
    try {
      const video = await this.#videoOf(id);
      if (!video || video.cancelled) this.#runner.kill(new Ended('cancelled'));
    } catch {
      // the queue is gone: the work goes on
    }
  }
}

function progressOf(job: Job<JobData>): (progress: JobProgress) => void {
  let next = 0;
  return (progress) => {
    const now = performance.now();
    if (now < next) return;
    next = now + PROGRESS_INTERVAL;
    job.updateProgress({ ...progress }).catch(() => {}); // it is of use while it is fresh
  };
}
