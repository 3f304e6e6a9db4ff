import { isDeepStrictEqual } from 'node:util';
import type { Job } from 'bullmq';
import { TwintrackError, UsageError } from '../../core/errors.ts';
import { sortCameras } from '../../live/camera/usable.ts';
import { loadConfiguration } from '../../live/configuration.ts';
import type { Connection } from '../connection.ts';
import type { CameraJob, JobData, KindJob } from '../job-data.ts';
import { announce } from '../kind.ts';
import { cameraId, cameraQueueOf } from './camera-job.ts';
import { refusePassword } from './secrets.ts';

/** What became of the cameras. */
export interface WantedCameras {
  readonly added: string[];
  readonly changed: string[];
  readonly removed: string[];
  readonly same: string[];
}

/**
 * Makes the cameras of a config file those that the workers follow: adds and changes them, and removes all others.
 *
 * @throws TwintrackError when the file cannot be read, or a camera in it cannot be used or has a password in its address
 */
export async function wantCameras(
  connection: Connection,
  kind: KindJob,
  file: string,
  settings: readonly string[],
): Promise<WantedCameras> {
  const configuration = await loadConfiguration([], file, settings);
  const { usable, skipped } = sortCameras(configuration, true);
  if (skipped.length > 0) throw new TwintrackError(skipped[0].reason);
  if (usable.length === 0)
    throw new UsageError(`--cameras: there is no camera in ${file}; stop the workers to follow none`);
  for (const source of usable) refusePassword(source);
  await announce(connection, kind);
  const queue = connection.queue(cameraQueueOf(kind));
  const revision = Date.now();
  const wanted: WantedCameras = { added: [], changed: [], removed: [], same: [] };
  for (const source of usable) {
    const job: CameraJob = JSON.parse(JSON.stringify({ source, parameters: configuration.parameters, revision }));
    const there = (await queue.getJob(cameraId(source.name))) as Job<JobData> | undefined;
    const before = there?.data as CameraJob | undefined;
    if (!there) {
      await queue.add('camera', job, { jobId: cameraId(source.name), removeOnComplete: true, attempts: 1_000_000 });
      wanted.added.push(source.name);
    } else if (before && isDeepStrictEqual({ ...before, revision }, job)) wanted.same.push(source.name);
    else {
      await there.updateData(job);
      wanted.changed.push(source.name);
    }
  }
  const names = new Set(usable.map(({ name }) => cameraId(name)));
  for (const job of (await queue.getJobs(['active', 'waiting', 'delayed', 'failed'])) as Job<JobData>[]) {
    if (job.id === undefined || names.has(job.id)) continue;
    const data = job.data as CameraJob;
    // one that a worker follows is removed by it
    await job.remove().catch(() => job.updateData({ ...data, revision, removed: true }));
    wanted.removed.push(data.source.name);
  }
  return wanted;
}
