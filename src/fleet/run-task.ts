import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { inputError } from '../core/errors.ts';
import { fileNotice, type Notice } from '../core/notices.ts';
import { openModels, type RunModels } from '../engine/open-run.ts';
import { findPart, PartsError, trackParts, type VideoPart } from '../engine/parts/index.ts';
import { type TrackSummary, type TrackVideoOptions, trackVideo } from '../engine/track-video.ts';
import { OutputFile } from '../files/output-file.ts';
import { cameraOf } from '../lake/camera-name.ts';
import { addToLake } from '../lake/index.ts';
import { openStore, type Store } from '../store/store.ts';
import { readTrajectoriesHeader } from '../trajectories/index.ts';
import { type JobProgress, partKey, resultsPrefix, SUMMARY, type VideoJob, type VideoSettings } from './job-data.ts';
import { hashOf } from './job-id.ts';
import { isFetched, videoFile } from './video-file.ts';

/** What a process that works is to do. */
export interface Task {
  /** Name of the video's job. */
  readonly id: string;
  readonly video: VideoJob;
  /** The part to find people in; without it the video is tracked. */
  readonly part?: VideoPart | undefined;
  readonly store: string;
  /** A folder of its own, which the caller removes. */
  readonly folder: string;
  /** The folder for videos that are fetched. */
  readonly videos: string;
  /** Processor cores for inference; 0: all. */
  readonly cores: number;
}

/** What was done, as the queue keeps it. */
export interface TaskResult {
  readonly frames: number;
  /** Seconds of video. */
  readonly duration?: number;
  readonly trajectories?: number;
}

/** Takes what is reported meanwhile. */
export interface TaskReports {
  onProgress(progress: Omit<JobProgress, 'rate'>): void;
  onNotice(notice: Notice): void;
}

/**
 * Does a task, and puts what it gives into the store. What is there already is not done again.
 *
 * @throws TwintrackError when that is not possible
 */
export async function runTask(task: Task, reports: TaskReports): Promise<TaskResult> {
  const store = await openStore(task.store);
  try {
    return await (task.part ? find(task, task.part, store, reports) : trackWhole(task, store, reports));
  } catch (error) {
    await closeModels();
    throw error;
  } finally {
    await store.close();
  }
}

/** The models of the task before stay open: the next one often has the same. */
let open: { readonly key: string; readonly models: RunModels } | undefined;

async function modelsOf({ video, cores }: Task): Promise<RunModels> {
  const settings = withCores(video.settings, cores);
  const key = JSON.stringify([settings, video.files]);
  if (open?.key === key) return open.models;
  await closeModels();
  const models = await openModels(video.input, settings);
  open = { key, models };
  return models;
}

async function closeModels(): Promise<void> {
  const { models } = open ?? {};
  open = undefined;
  await models?.close();
}

async function find(
  task: Task,
  part: VideoPart,
  store: Store,
  { onProgress, onNotice }: TaskReports,
): Promise<TaskResult> {
  const { id, video, folder, videos, cores } = task;
  const key = partKey(id, part.index);
  if (await store.has(key)) return { frames: 0 };
  await checkFiles(video);
  const input = await videoFile(video.input, store, videos);
  const file = join(folder, 'part');
  const onFrame = (frames: number) => onProgress({ frames, activity: 'find' });
  const settings = { ...withCores(video.settings, cores), models: await modelsOf(task), onFrame, onNotice };
  const { frames } = await findPart(input, part, file, settings);
  await store.put(key, file, { ifAbsent: true });
  return { frames };
}

async function trackWhole(task: Task, store: Store, { onProgress, onNotice }: TaskReports): Promise<TaskResult> {
  const { id, video, folder, videos, cores } = task;
  const results = resultsPrefix(video);
  const there = await earlierSummary(store, `${results}${SUMMARY}`, join(folder, SUMMARY));
  if (there) return resultOf(there);
  await checkFiles(video);
  const input = await videoFile(video.input, store, videos);
  const found = video.parts.map(({ index }) => [partKey(id, index), join(folder, `part-${index}`)] as const);
  for (const [key, file] of found) await store.get(key, file);
  const out = join(folder, 'out');
  await mkdir(out);
  const settings: TrackVideoOptions = {
    ...withCores(video.settings, cores),
    out,
    onNotice,
    onProgress: ({ frames, total, activity }) =>
      onProgress({ frames, ...(total !== undefined && { total }), activity }),
  };
  const whole = async (): Promise<TrackSummary> => {
    await closeModels();
    return trackVideo(input, settings);
  };
  const joined = async (): Promise<TrackSummary> => {
    const files = found.map(([, file]) => file);
    try {
      return await trackParts(input, { files, models: await modelsOf(task) }, settings);
    } catch (error) {
      if (!(error instanceof PartsError)) throw error;
      onNotice(fileNotice('parts-unfit', video.input, `is tracked whole: ${error.message}`));
      return whole();
    }
  };
  const summary = await (found.length > 0 ? joined() : whole());
  await putAll(store, results, out);
  await addToStoreLake(video.input, summary, store);
  if (summary.error !== undefined) throw inputError(video.input, summary.error, `what was tracked is in ${results}`);
  const keys = Object.entries(summary.files).map(([kind, path]) => [kind, results + keyOf(out, path)]);
  const told = { ...summary, input: isFetched(video.input) ? video.input : input, files: Object.fromEntries(keys) };
  await OutputFile.put(join(folder, SUMMARY), `${JSON.stringify(told)}\n`);
  await store.put(`${results}${SUMMARY}`, join(folder, SUMMARY));
  for (const [key] of found) await store.remove(key);
  return resultOf(summary);
}

/** What has times of the clock can be asked, see `twintrack query`. */
async function addToStoreLake(input: string, { files }: TrackSummary, store: Store): Promise<void> {
  const { trajectories } = files;
  if (trajectories === undefined) return;
  const { source } = await readTrajectoriesHeader(trajectories);
  if (source.startedAt === undefined) return;
  await addToLake(trajectories, store, { camera: cameraOf(input, source.name) });
}

async function earlierSummary(store: Store, key: string, file: string): Promise<TrackSummary | undefined> {
  if (!(await store.has(key))) return undefined;
  await store.get(key, file);
  return JSON.parse(await readFile(file, 'utf8')) as TrackSummary;
}

function resultOf({ frames, duration, trajectories }: TrackSummary): TaskResult {
  return { frames, duration, trajectories };
}

/** Puts all files of a folder, those in folders within it too. */
async function putAll(store: Store, prefix: string, folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    await store.put(prefix + keyOf(folder, path), path);
  }
}

function keyOf(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** @throws TwintrackError when a file that the settings name is not what it was where the video was handed in */
async function checkFiles({ files }: VideoJob): Promise<void> {
  for (const [path, sha256] of Object.entries(files)) {
    const here = await hashOf(path).catch(() => undefined);
    if (here === sha256) continue;
    const reason = here === undefined ? 'is not there on this worker' : 'is another one on this worker';
    throw inputError(path, reason, 'have the same file under the same path on all workers');
  }
}

function withCores(settings: VideoSettings, cores: number): VideoSettings {
  if (cores === 0) return settings;
  const { parameters } = settings;
  return { ...settings, parameters: { ...parameters, detection: { ...parameters?.detection, cores } } };
}
