import type { Job, JobType } from 'bullmq';
import { type CameraView, listCameras } from './cameras/list-cameras.ts';
import type { Connection, FleetQueue } from './connection.ts';
import type { JobData, JobProgress, KindJob, PartJob, VideoJob } from './job-data.ts';
import { allKinds, queueOf } from './kind.ts';
import type { TaskResult } from './run-task.ts';

/** How far a video is. */
export interface JobView {
  readonly id: string;
  readonly input: string;
  readonly state: JobStateName;
  readonly parts: { readonly total: number; readonly done: number };
  /** Frames a second, of all workers on it. */
  readonly rate?: number;
  readonly workers: readonly string[];
  readonly priority: number;
  /** When it was handed in and finished, in ISO 8601. */
  readonly submitted: string;
  readonly finished?: string;
  /** Where the results are in the store. */
  readonly results: string;
  readonly frames?: number;
  readonly trajectories?: number;
  /** Why it failed. */
  readonly error?: string;
  /** What it waits for: a worker of this version with these models. */
  readonly kind: KindJob;
}

export type JobStateName = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** Workers of one kind, and what there is for them. */
export interface KindView extends KindJob {
  readonly workers: readonly string[];
  /** Jobs that are not finished: videos and parts of them. */
  readonly waiting: number;
  readonly running: number;
}

/** So many jobs of each state are looked at. */
export const LISTED = 500;

/** What has been handed in: what is in hand first, and the newest before others. @returns `more`: whether there may be others */
export async function listJobs(
  connection: Connection,
): Promise<{ kinds: KindView[]; jobs: JobView[]; more: boolean; cameras: CameraView[] }> {
  const kinds = await listKinds(connection);
  const jobs: JobView[] = [];
  let more = false;
  for (const kind of kinds) {
    const queue = connection.queue(queueOf(kind));
    jobs.push(...(await listOf(queue, kind)));
    const counts = await queue.getJobCounts();
    more ||= Object.values(counts).some((count) => count > LISTED);
  }
  const order: JobStateName[] = ['running', 'waiting', 'failed', 'cancelled', 'done'];
  jobs.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.submitted.localeCompare(a.submitted));
  return { kinds, jobs, more, cameras: await listCameras(connection, kinds) };
}

/** The kinds of workers that there are or were. */
export async function listKinds(connection: Connection): Promise<KindView[]> {
  const kinds = await allKinds(connection);
  return Promise.all(
    kinds.map(async (kind) => {
      const queue = connection.queue(queueOf(kind));
      const counts = await queue.getJobCounts();
      const of = (...types: string[]) => types.reduce((sum, type) => sum + (counts[type] ?? 0), 0);
      return {
        ...kind,
        workers: await workersOf(queue),
        waiting: of('prioritized', 'waiting', 'delayed', 'waiting-children'),
        running: of('active'),
      };
    }),
  );
}

/** The names of the workers that are connected. */
async function workersOf(queue: FleetQueue): Promise<string[]> {
  const workers = await queue.getWorkers().catch(() => []); // some servers do not say
  return [...new Set(workers.map(({ rawname = '' }) => rawname.split(':w:')[1]).filter((name) => name))].sort();
}

async function listOf(queue: FleetQueue, kind: KindJob): Promise<JobView[]> {
  const types: JobType[] = ['active', 'delayed', 'waiting-children', 'prioritized', 'waiting', 'failed', 'completed'];
  const lists = await Promise.all(types.map((type) => queue.getJobs([type], 0, LISTED - 1)));
  const found = lists.flat().filter((job) => job?.id !== undefined);
  const parts = new Map<string, Job<JobData>[]>();
  for (const job of found)
    if ('video' in job.data) parts.set(job.data.video, [...(parts.get(job.data.video) ?? []), job]);
  const videos = new Map(found.filter(({ name }) => name !== 'find').map((job) => [job.id, job]));
  return Promise.all([...videos.values()].map((job) => viewOf(job, parts.get(job.id ?? '') ?? [], kind)));
}

/** @param parts those of its parts that are known to run or to have failed */
export async function viewOf(job: Job<JobData>, parts: readonly Job<JobData>[], kind: KindJob): Promise<JobView> {
  const video = job.data as VideoJob;
  const active = [...parts, job].filter(({ processedOn, finishedOn }) => processedOn && !finishedOn);
  const [state, running] = await Promise.all([job.getState(), activeOf(active)]);
  const total = Math.max(1, video.parts.length);
  const done = state === 'completed' ? total : video.parts.length > 0 ? await doneOf(job) : 0;
  const failed = parts.find(({ failedReason }) => failedReason && failedReason !== 'cancelled');
  const rate = running.reduce((sum, { progress }) => sum + ((progress as Partial<JobProgress>)?.rate ?? 0), 0);
  const { frames, trajectories } = (job.returnvalue ?? {}) as Partial<TaskResult>;
  const name = stateOf(state, video, running.length > 0);
  return {
    id: job.id ?? '',
    input: video.input,
    state: name,
    parts: { total, done },
    ...(rate > 0 && { rate: Math.round(10 * rate) / 10 }),
    workers: [...new Set(running.map(({ processedBy }) => processedBy ?? '').filter((worker) => worker))],
    priority: video.priority,
    submitted: new Date(job.timestamp).toISOString(),
    ...(job.finishedOn && { finished: new Date(job.finishedOn).toISOString() }),
    results: `results/${video.name}/`,
    ...(frames !== undefined && { frames }),
    ...(trajectories !== undefined && { trajectories }),
    ...(name === 'failed' && { error: reasonOfFailure(failed ?? job) }),
    kind: { version: kind.version, models: kind.models },
  };
}

/** Those that a worker has in hand. */
async function activeOf(jobs: readonly Job<JobData>[]): Promise<Job<JobData>[]> {
  const states = await Promise.all(jobs.map((job) => job.getState()));
  return jobs.filter((_, i) => states[i] === 'active');
}

async function doneOf(job: Job<JobData>): Promise<number> {
  const { processed = 0 } = await job.getDependenciesCount({ processed: true });
  return processed;
}

function stateOf(state: string, { cancelled }: VideoJob, running: boolean): JobStateName {
  if (state === 'completed') return 'done';
  if (cancelled) return 'cancelled';
  if (state === 'failed') return 'failed';
  return running ? 'running' : 'waiting';
}

/** Why a job failed. That of one whose worker ended again and again is the library's. */
export function reasonOfFailure({ failedReason = '', data }: Job<JobData>): string {
  if (!/stalled more than/.test(failedReason)) return failedReason;
  const { part } = data as Partial<PartJob>;
  const subject = part ? `part ${part.index + 1}` : 'it';
  return `${subject}: the workers that had it ended one after the other without a word: killed, or out of memory`;
}
