import type { Connection } from '../connection.ts';
import type { CameraJob, CameraProgress, KindJob } from '../job-data.ts';
import { cameraQueueOf } from './camera-job.ts';

/** How a camera is doing. */
export interface CameraView extends Partial<CameraProgress> {
  readonly name: string;
  /** The worker that follows it; none while it waits for one. */
  readonly worker?: string;
  /** How often it was given to a worker. */
  readonly epoch: number;
}

/** The cameras for these kinds of workers, by name. */
export async function listCameras(connection: Connection, kinds: readonly KindJob[]): Promise<CameraView[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const queue = connection.queue(cameraQueueOf(kind));
      const [active, others] = await Promise.all([queue.getJobs(['active']), queue.getJobs(['waiting', 'delayed'])]);
      return [
        ...active.map((job) => ({ ...viewOf(job), ...(job.processedBy && { worker: job.processedBy }) })),
        ...others.map(({ data, attemptsStarted }) => viewOf({ data, attemptsStarted, progress: 0 })),
      ];
    }),
  );
  return lists.flat().sort((a, b) => a.name.localeCompare(b.name));
}

function viewOf(job: { data: unknown; attemptsStarted: number; progress: unknown }): CameraView {
  const progress = typeof job.progress === 'object' ? (job.progress as CameraProgress) : {};
  return { name: (job.data as CameraJob).source.name, epoch: job.attemptsStarted, ...progress };
}
