import type { Job } from 'bullmq';
import { inputError, UsageError } from '../core/errors.ts';
import type { Connection, FleetQueue } from './connection.ts';
import type { JobData, JobProgress, KindJob, VideoJob } from './job-data.ts';
import { allKinds, queueOf } from './kind.ts';
import { type JobView, reasonOfFailure, viewOf } from './overview.ts';
import type { TaskResult } from './run-task.ts';

/** A part of a video, or the video where it is done whole or joined. */
export interface StepView {
  readonly id: string;
  readonly step: string;
  readonly state: string;
  /** How often a worker has begun it. */
  readonly tries: number;
  readonly worker?: string;
  readonly progress?: JobProgress;
  readonly error?: string;
  /** The last lines that were said of it. */
  readonly log: readonly string[];
}

/** A job with the queue that it is in. */
export interface FoundJob {
  readonly queue: FleetQueue;
  readonly kind: KindJob;
  readonly job: Job<JobData>;
}

/**
 * A job by its name.
 *
 * @throws TwintrackError when there is none
 */
export async function findJob(connection: Connection, id: string): Promise<FoundJob> {
  const video = id.replace(/-\d+$/, '');
  for (const kind of await allKinds(connection)) {
    const queue = connection.queue(queueOf(kind));
    const job = await queue.getJob(video);
    if (job) return { queue, kind, job };
  }
  throw inputError(id, 'there is no such job', '"twintrack jobs" lists them');
}

/** How far a video and each of its parts is. */
export async function jobDetails({ queue, kind, job }: FoundJob): Promise<JobView & { steps: StepView[] }> {
  const { parts } = job.data as VideoJob;
  const found = await Promise.all(parts.map(({ index }) => queue.getJob(`${job.id}-${index}`)));
  const jobs = found.filter((part) => part !== undefined);
  const steps = await Promise.all([...jobs, job].map((one) => stepOf(queue, one, parts.length)));
  return { ...(await viewOf(job, jobs, kind)), steps };
}

async function stepOf(queue: FleetQueue, job: Job<JobData>, parts: number): Promise<StepView> {
  const step = 'part' in job.data ? `part ${job.data.part.index + 1} of ${parts}` : job.name;
  const { logs } = await queue.getJobLogs(job.id ?? '');
  const state = await job.getState();
  const { frames } = (job.returnvalue ?? {}) as Partial<TaskResult>;
  const last = typeof job.progress === 'object' ? (job.progress as JobProgress) : undefined;
  const progress = state === 'completed' && last && frames ? { ...last, frames } : last;
  return {
    id: job.id ?? '',
    step,
    state,
    tries: job.attemptsStarted,
    ...(job.processedBy && { worker: job.processedBy }),
    ...(progress && { progress }),
    ...(job.failedReason && { error: reasonOfFailure(job) }),
    log: logs,
  };
}

/**
 * Has what failed of a video done again; what is done of it is kept.
 *
 * @throws UsageError when it has not failed
 */
export async function retryJob({ queue, job }: FoundJob): Promise<void> {
  const state = await job.getState();
  const { cancelled, parts } = job.data as VideoJob;
  if (cancelled) throw new UsageError(`--retry: ${job.id} was cancelled; hand it in again with "twintrack submit"`);
  if (state !== 'failed') throw new UsageError(`--retry: ${job.id} has not failed`);
  const anew = { resetAttemptsMade: true };
  for (const { index } of parts) {
    const part = await queue.getJob(`${job.id}-${index}`);
    if ((await part?.getState()) === 'failed') await part?.retry('failed', anew);
  }
  await job.retry('failed', anew);
}

/**
 * Gives a video up. Where a worker is at it, it ends that within seconds.
 *
 * @returns whether it is gone already
 * @throws UsageError when it is done
 */
export async function cancelJob({ job }: FoundJob): Promise<boolean> {
  if ((await job.getState()) === 'completed') throw new UsageError(`--cancel: ${job.id} is done`);
  try {
    await job.remove({ removeChildren: true });
    return true;
  } catch {
    await job.updateData({ ...(job.data as VideoJob), cancelled: true });
    return false;
  }
}
