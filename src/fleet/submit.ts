import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { JobsOptions } from 'bullmq';
import { inputError, UsageError } from '../core/errors.ts';
import type { NoticeSink } from '../core/notices.ts';
import { planParts } from '../engine/parts/index.ts';
import type { TrackVideoOptions } from '../engine/track-video.ts';
import { glob, isGlob } from '../files/glob.ts';
import { makeTemporaryFolder } from '../files/temporary.ts';
import type { Store } from '../store/store.ts';
import { isCamera } from '../video/camera/address.ts';
import { isPicture } from '../video/still-images.ts';
import type { Connection } from './connection.ts';
import type { KindJob, PartJob, VideoJob, VideoSettings } from './job-data.ts';
import { jobId, namedFiles } from './job-id.ts';
import { announce, queueOf } from './kind.ts';
import { isFetched, videoFile } from './video-file.ts';

/** Where jobs go. */
export interface SubmitTarget {
  readonly connection: Connection;
  readonly kind: KindJob;
  readonly store: Store;
}

/** How a video is to be worked on. */
export interface SubmitOptions {
  /** Seconds of video in a part; 0: it is not split. Default 60. */
  readonly split?: number | undefined;
  /** The lower, the sooner. Default 100. */
  readonly priority?: number | undefined;
  readonly onNotice?: NoticeSink | undefined;
}

/** What became of a video that was handed in. */
export interface Submission {
  readonly input: string;
  readonly id: string;
  readonly job: VideoJob;
  /** Whether the same video with the same settings was handed in before. */
  readonly before: boolean;
}

/** Jobs that a worker lost, which others wait for. */
export const RECOVERED_PRIORITY = 1;
/** A video of which only the end is missing. */
const JOIN_PRIORITY = 2;
const FIRST_PRIORITY = 10;
export const DEFAULT_PRIORITY = 100;
const DAY = 86_400;

/** Three tries, two seconds or so after the first and four after the second. */
const TRIES: JobsOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2000, jitter: 0.5 },
  keepLogs: 100,
  removeOnComplete: { age: 30 * DAY, count: 100_000 },
  removeOnFail: { age: 90 * DAY },
};

/** The videos that patterns stand for. One of pictures is one input, as `track` takes it. */
export function expandInputs(inputs: readonly string[]): string[] {
  return inputs.flatMap((input) => {
    if (isFetched(input) || existsSync(input) || !isGlob(input)) return [input];
    const paths = glob(input);
    return paths.length === 0 || paths.some(isPicture) ? [input] : paths.sort();
  });
}

/** Settings in the plain values that are sent, with the paths in them as the workers find them. */
export function plainSettings(options: Omit<TrackVideoOptions, 'out'>): VideoSettings {
  const { detector, detections, frameRate, maxFrames, online, startedAt } = options;
  const { annotate, anonymize, savePatches, saveEmbeddings, parameters } = options;
  const path = (name: string | undefined) => (name !== undefined && existsSync(name) ? resolve(name) : name);
  const { detection, appearance, association } = parameters ?? {};
  const settings: VideoSettings = {
    ...{ frameRate, maxFrames, online, startedAt, annotate, anonymize, savePatches, saveEmbeddings },
    detector: path(typeof detector === 'string' ? detector : undefined),
    detections: path(detections),
    parameters: {
      ...parameters,
      ...(detection && { detection: { ...detection, calibration: path(detection.calibration) } }),
      ...(appearance && { appearance: { ...appearance, model: path(appearance.model) } }),
      ...(association && { association: { ...association, model: path(association.model) } }),
    },
  };
  return JSON.parse(JSON.stringify(settings));
}

/**
 * Hands a video in to be tracked by the workers. The same video with the same settings is one job, however often it is handed in.
 *
 * @param input path of a video that all workers have under the same path; `store:` and its key in the store; or `s3://bucket/key`
 * @throws TwintrackError when it cannot be read
 */
export async function submitVideo(
  { connection, kind, store }: SubmitTarget,
  input: string,
  settings: VideoSettings,
  { split = 60, priority = DEFAULT_PRIORITY, onNotice }: SubmitOptions = {},
): Promise<Submission> {
  if (input === '-') throw new UsageError('-: standard input is on this machine only; name a file');
  if (!isFetched(input) && isCamera(input)) throw inputError(input, 'is a camera, which has no end', 'name a file');
  const folder = isFetched(input) ? makeTemporaryFolder() : undefined;
  try {
    const path = folder === undefined ? input : await videoFile(input, store, folder);
    const files = await namedFiles(settings);
    const id = await jobId(path, settings, files, kind);
    const plan = split > 0 ? await planParts(path, { ...settings, onNotice }, split) : { parts: [] };
    const { whole } = plan as { whole?: string };
    const job: VideoJob = {
      input: folder === undefined ? resolve(input) : input,
      name: `${stemOf(path)}-${id.slice(1, 9)}`,
      settings,
      parts: plan.parts.length > 1 ? plan.parts : [],
      ...(whole !== undefined && { whole }),
      files,
      priority,
    };
    await announce(connection, kind);
    return { input, id, ...(await addJob(connection, queueOf(kind), id, job)) };
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Adds a job, unless it is there. */
export async function addJob(
  connection: Connection,
  queueName: string,
  id: string,
  job: VideoJob,
): Promise<Pick<Submission, 'job' | 'before'>> {
  const queue = connection.queue(queueName);
  const there = await queue.getJob(id);
  if (there && !(there.data as VideoJob).cancelled) return { job: there.data as VideoJob, before: true };
  await there?.remove({ removeChildren: true });
  const priority = FIRST_PRIORITY + job.priority;
  if (job.parts.length === 0) {
    await queue.add('track', job, { ...TRIES, jobId: id, priority });
    return { job, before: false };
  }
  await connection.flows().add({
    name: 'join',
    queueName,
    data: job,
    opts: { ...TRIES, jobId: id, priority: JOIN_PRIORITY },
    children: job.parts.map((part) => ({
      name: 'find',
      queueName,
      data: { video: id, part } satisfies PartJob,
      opts: { ...TRIES, jobId: `${id}-${part.index}`, priority, failParentOnFailure: true },
    })),
  });
  return { job, before: false };
}

/** A name that is one in every store. */
function stemOf(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is for them
  return basename(path, extname(path)).replace(/[\\\u0000-\u001f\u007f]/g, '-');
}
