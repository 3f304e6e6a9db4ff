import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { IgnoreCount } from '../analytics/ignore.ts';
import { messageOf, TwintrackError, UsageError } from '../core/errors.ts';
import { fileNotice, type Notice } from '../core/notices.ts';
import { StageClock, type StageTimes } from '../core/stage-clock.ts';
import { type PeopleFrame, toPeopleFrame } from '../core/tracked-frame.ts';
import { version } from '../core/version.ts';
import type { ScheduleCounts } from '../detection/schedule.ts';
import { refuseExisting } from '../files/output-file.ts';
import type { RunDescription, TrajectoriesFooter, TrajectorySink } from '../trajectories/index.ts';
import { type Frame, findFfmpeg, openVideo } from '../video/index.ts';
import { checkInput } from '../video/input.ts';
import { type StartedAt, startOf } from '../video/started-at.ts';
import { completeRun } from './earlier-run.ts';
import type { FindingLog } from './finding-log.ts';
import { runOnline } from './online-run.ts';
import { logPath, openLog } from './open-log.ts';
import {
  describeModels,
  engineOf,
  FRAMES_AHEAD,
  type InputOptions,
  openModels,
  openSource,
  type RunInfo,
  type RunModels,
  type RunSource,
  videoOptions,
} from './open-run.ts';
import { type OutputFiles, type OutputOptions, Outputs, pathsOf } from './outputs.ts';
import { type FoundVideo, openParts } from './parts/open-parts.ts';
import { PartsError, type PartsReader } from './parts/part-file.ts';
import { runRefined } from './refined-run.ts';
import type { Activity, RunResult, RunStages } from './run.ts';

/** Settings of {@link trackVideo}. */
export interface TrackVideoOptions extends InputOptions {
  /** Folder for the results; made when missing. */
  readonly out: string;
  /**
   * Whether to go through the video once, without looking ahead, as for a live camera; default false: the trajectories are
   * refined when the whole video is known, and a second pass draws them. Standard input, which is read once, always is.
   */
  readonly online?: boolean | undefined;
  /**
   * When the video began: a date and time in ISO 8601, `created` as the file says, or `name` where the file name has it. Without a time zone
   * that of this machine is taken. Default: not known.
   */
  readonly startedAt?: StartedAt | undefined;
  /** Whether to write the annotated video. Default true. */
  readonly annotate?: boolean | undefined;
  /** Whether to pixelate the people in it, and to say in the trajectories that no picture of the run may show them. Default false. */
  readonly anonymize?: boolean | undefined;
  /** Whether to save the best patches of every person for `twintrack search`, as `<stem>.patches/`. Default false; not with `anonymize`. */
  readonly savePatches?: boolean | undefined;
  /**
   * Whether to save the embeddings of these patches alone, without pictures, for `twintrack link`, as `<stem>.embeddings.json`. Default
   * false; with `savePatches` they stand in the patches' index.
   */
  readonly saveEmbeddings?: boolean | undefined;
  /**
   * Whether to go on from what an interrupted run of the same video, with the same detector and parameters of it, has left in `out`, as
   * `<stem>.resume`; a video whose run was complete is left as it is. Without it a run that would lose that work is refused. Default false.
   */
  readonly resume?: boolean | undefined;
  /** Whether outputs that are there already are replaced. Default true; with false the run is refused, unless it is to `resume`. */
  readonly overwrite?: boolean | undefined;
  /** Chooses what the outputs' names begin with, given the input's file name without its ending; default that. */
  readonly rename?: (stem: string) => string;
  /** Called after each frame. */
  readonly onProgress?: (progress: TrackProgress) => void;
  /** Takes the people of each frame, in order, as they stand in the outputs; the next comes when the promise resolves. */
  readonly onFrame?: (frame: PeopleFrame) => void | Promise<void>;
}

/** How far a run has come. */
export interface TrackProgress {
  /** First people are tracked; then, unless online, drawn. Frames are counted from 1 in each. */
  readonly activity: Activity;
  readonly frames: number;
  /** Number of frames to expect, where known. */
  readonly total: number | undefined;
  /** People in the frame. */
  readonly people: number;
}

/** What {@link trackVideo} did. */
export interface TrackSummary {
  readonly input: string;
  readonly frames: number;
  /** Seconds of video. */
  readonly duration: number;
  /** Seconds that it took, from the first frame asked for to the last file closed. */
  readonly elapsed: number;
  /** Frames per second of `elapsed`. */
  readonly fps: number;
  /** People tracked. */
  readonly trajectories: number;
  /** How many detections were left out in each ignore area. */
  readonly ignored: readonly IgnoreCount[];
  /** In how many frames people were looked for, and in how many not. */
  readonly looked: ScheduleCounts;
  /** The models that are files, and what computed each network. */
  readonly models: RunDescription['models'];
  /** The files written: all of them, unless one failed. */
  readonly files: OutputFiles;
  readonly stages: StageTimes;
  /** What was wrong or doubtful with the inputs and did not keep them from being tracked. */
  readonly notices: readonly Notice[];
  /** Whether an earlier run was complete, with these settings, so that with `resume` nothing was left to do. */
  readonly earlier?: boolean;
  /** Frames in which an interrupted run had found the people before. */
  readonly resumed?: number;
  /** Frames that the next run need not look at again, with `resume`, where this one was interrupted. */
  readonly resumable?: number;
  /** What decoded the video where `video.hwaccel` asked for hardware: ffmpeg's method, or `software`. */
  readonly decoder?: string;
  /** Why the run ended before its source did, or a file is missing. */
  readonly error?: string;
}

/**
 * Tracks one video, folder of pictures, glob or `-`, and writes `<stem>.trajectories.json`, `<stem>.mot.txt`, unless turned off
 * `<stem>.annotated.mp4`, and if asked for `<stem>.patches/` or `<stem>.embeddings.json`. When anything fails after the first frame, or `signal` fires, what was
 * tracked so far is written and the summary says why.
 *
 * @param input the video; undefined with `detections` alone
 * @throws TwintrackError when the input, the model or an output cannot be used from the start, or no output could be completed; no
 *   file is left then
 * @throws UsageError when `savePatches` is to save what `anonymize` hides
 * @throws the reason of `signal` when it fires before the first frame
 *
 * @example
 * const { trajectories, files } = await trackVideo('street.mp4', {
 *   out: 'run1',
 *   onFrame: ({ time, people }) => console.log(time, people.length),
 * });
 * console.log(trajectories, files.annotated);
 */
export function trackVideo(input: string | undefined, given: TrackVideoOptions): Promise<TrackSummary> {
  return trackFound(input, given);
}

/**
 * As `trackVideo`.
 *
 * @param parts what is found in the video, where that is known
 * @throws TwintrackError also when it is of another video or run
 * @throws PartsError when the parts do not follow one another, or have other frames than the video; nothing is written then
 */
export async function trackFound(
  input: string | undefined,
  given: TrackVideoOptions,
  parts?: FoundVideo,
): Promise<TrackSummary> {
  const notices: Notice[] = [];
  const options: TrackVideoOptions = {
    ...given,
    onNotice(notice) {
      notices.push(notice);
      given.onNotice?.(notice);
    },
  };
  const { annotate = input !== undefined, signal } = options;
  const online = options.online === true || input === '-';
  signal?.throwIfAborted();
  if (options.anonymize && options.savePatches)
    throw new UsageError('savePatches: its pictures would show the people whom anonymize hides; use saveEmbeddings');
  if (options.startedAt !== undefined && options.startedAt !== 'created')
    startOf(options.startedAt, { input: input ?? options.detections ?? '' }); // one that does not fit is refused at once
  if (input !== undefined) {
    checkInput(input, videoOptions(options)); // before a network is loaded, which takes a while
    findFfmpeg().catch(() => {}); // runs meanwhile; reported when the video is opened
  }
  const models = parts?.models ? leftOpen(parts.models) : await openModels(input, options);
  let source: RunSource | undefined;
  let outputs: Outputs | undefined;
  let log: FindingLog | PartsReader | undefined;
  try {
    const pixels = (annotate && online) || (parts !== undefined && options.savePatches === true);
    if (parts && input !== undefined)
      ({ source, found: log } = await openParts(input, parts.files, models, options, pixels));
    else source = await openSource(input, models, options, { pixels });
    const { info } = source;
    const wanted = describeOutputs(info, models, options, { annotate, online, notices });
    const paths = pathsOf(wanted);
    const isEarlier = options.resume === true && !existsSync(logPath(options.out, wanted.name));
    const earlier = isEarlier ? await completeRun(info.input, paths, wanted.run) : undefined;
    if (earlier) return earlierSummary(info.input, earlier, paths, wanted.run);
    if (options.overwrite === false && !options.resume) refuseExisting(...Object.values(paths));
    outputs = await Outputs.open(wanted);
    log ??= await openLog(wanted.name, source, models, options);
    const engine = engineOf(models, source, { release: !online && !options.savePatches, log });
    const started = performance.now();
    const clock = new StageClock();
    const stages = runStages(source, outputs, options, clock);
    const result = await (online
      ? runOnline({ ...stages, engine })
      : runRefinedVideo({ ...stages, engine }, models, source, outputs, options));
    const { interruption } = result;
    if (interruption instanceof PartsError || (result.frames === 0 && interruption !== undefined)) throw interruption;
    const { files, failure } = await outputs.close(interruption);
    const ended = performance.now();
    clock.lap('close');
    const error = interruption ?? failure;
    // An error of the program itself may show now that the files are safe.
    const unforeseen = error !== undefined && !(error instanceof TwintrackError) && !signal?.aborted;
    if (unforeseen || Object.keys(files).length === 0) throw error;
    const resumable = log?.close(error === undefined);
    const resumed = parts ? undefined : log?.known;
    log = undefined;
    return {
      input: info.input,
      frames: result.frames,
      duration: result.frames > 0 ? result.lastTime + 1 / info.frameRate : 0,
      elapsed: (ended - started) / 1000,
      fps: (1000 * result.frames) / (ended - started),
      trajectories: result.trajectories,
      ignored: engine.ignored,
      looked: engine.schedule.counts,
      models: describeModels(models.detector, models.appearance),
      files,
      stages: clock.times,
      notices,
      ...(resumed && { resumed }),
      ...(resumable && { resumable }),
      ...(source.video?.decoder && { decoder: source.video.decoder }),
      ...(error !== undefined && { error: messageOf(error) }),
    };
  } catch (error) {
    await outputs?.abort();
    throw error;
  } finally {
    log?.close(false);
    await source?.close();
    await models.close();
  }
}

/** Models that stay open when they are closed. */
function leftOpen(models: RunModels): RunModels {
  return { ...models, close: async () => {} };
}

/** What is said of a run that was complete before. */
function earlierSummary(
  input: string,
  { summary, notices = [] }: TrajectoriesFooter,
  files: OutputFiles,
  { models }: RunDescription,
): TrackSummary {
  const { frames, duration, trajectories } = summary;
  return {
    ...{
      input,
      frames,
      duration,
      trajectories,
      models,
      files,
      earlier: true,
      notices: notices as Notice[],
      elapsed: 0,
      fps: 0,
    },
    ...{ ignored: [], looked: { detected: 0, skipped: 0, still: 0 }, stages: new StageClock().times },
  };
}

/** What is to be written. */
function describeOutputs(
  info: RunInfo,
  models: RunModels,
  options: TrackVideoOptions,
  { annotate, online, notices }: { annotate: boolean; online: boolean; notices: readonly Notice[] },
): OutputOptions {
  return {
    out: options.out,
    name: options.rename?.(info.name) ?? info.name,
    video: info,
    run: {
      ...describeRun(info, models, beginningOf(info, options), online),
      ...(options.anonymize && { anonymized: true }),
    },
    notices,
    annotate,
    anonymize: options.anonymize ?? false,
    parameters: models.parameters,
    appearance: models.appearance,
    album: options.savePatches ? 'patches' : options.saveEmbeddings ? 'embeddings' : undefined,
  };
}

function runStages(
  { frames, total }: RunSource,
  outputs: Outputs,
  { signal, onProgress, onFrame }: TrackVideoOptions,
  clock: StageClock,
): Omit<RunStages, 'engine'> {
  const done = { track: 0, draw: 0 };
  return {
    frames,
    ahead: FRAMES_AHEAD,
    sinks: onFrame ? [...outputs.sinks, callback(onFrame)] : outputs.sinks,
    drawing: outputs.drawing,
    album: outputs.album,
    clock,
    signal,
    onFrame: (_: Frame, people: number, activity: Activity) =>
      onProgress?.({
        activity,
        frames: ++done[activity],
        total: activity === 'draw' ? done.track : total,
        people,
      }),
  };
}

function runRefinedVideo(
  stages: RunStages,
  models: RunModels,
  { info, video }: RunSource,
  outputs: Outputs,
  options: TrackVideoOptions,
): Promise<RunResult> {
  return runRefined({
    ...stages,
    refinement: models.parameters.refinement,
    closeTrajectories: (interruption) => outputs.closeTrajectories(interruption),
    closeModels: () => models.close(),
    reopen: (maxFrames, signal) =>
      openVideo(info.input, {
        ...videoOptions({ ...options, maxFrames, signal, onNotice: undefined }), // all are known by now
        pixels: true,
        ...(video && { info: video }),
      }),
  });
}

function callback(onFrame: NonNullable<TrackVideoOptions['onFrame']>): TrajectorySink {
  return { write: (frame) => onFrame(toPeopleFrame(frame)), end() {}, close: async () => {}, abort: async () => {} };
}

function beginningOf(info: RunInfo, { startedAt, onNotice }: TrackVideoOptions): string | undefined {
  if (startedAt === undefined) return undefined;
  const { time, assumed } = startOf(startedAt, info);
  const reason = `is taken to begin at ${time}, in the time zone of this machine, as none is given`;
  if (assumed) onNotice?.(fileNotice('time-zone', info.input, reason));
  return time;
}

/** What the trajectories file says of the run. */
function describeRun(
  info: RunInfo,
  { detector, appearance, parameters }: RunModels,
  startedAt: string | undefined,
  online: boolean,
): RunDescription {
  const { input, width, height, sampleAspectRatio, frameRate } = info;
  return {
    generator: `twintrack ${version}`,
    source: {
      name: basename(input),
      ...(width > 0 && { width, height }),
      ...(sampleAspectRatio && { sampleAspectRatio }),
      frameRate,
      ...(startedAt !== undefined && { startedAt }),
    },
    models: describeModels(detector, appearance),
    parameters: { ...parameters, online },
  };
}
