import { basename, extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EmbeddingStage } from '../appearance/embedding-stage.ts';
import { type AppearanceModel, loadSiamese } from '../appearance/siamese.ts';
import { calibrated } from '../appearance/similarity.ts';
import { loadAssociation } from '../association/model.ts';
import { messageOf, TwintrackError } from '../core/errors.ts';
import { StageClock, type StageTimes } from '../core/stage-clock.ts';
import { version } from '../core/version.ts';
import { type Detector, loadDetector, readDetections } from '../detection/index.ts';
import { Tracker } from '../tracking/index.ts';
import { type Frame, openVideo, type VideoInfo, type VideoOptions } from '../video/index.ts';
import { checkInput } from '../video/input.ts';
import { runOnline } from './online-run.ts';
import { type OutputFiles, Outputs } from './outputs.ts';
import { type Parameters, parametersSchema } from './parameters.ts';
import { runRefined } from './refined-run.ts';
import type { Activity } from './run.ts';

/** Settings of {@link trackVideo}. */
export interface TrackVideoOptions {
  /** Folder for the results; made when missing. */
  readonly out: string;
  /** Name of a shipped detector or an ONNX file. Default centernet. */
  readonly detector?: string | undefined;
  /** MOT detection file instead of a detector. */
  readonly detections?: string | undefined;
  /** Frame rate of `detections` without a video, or of pictures. */
  readonly frameRate?: number | undefined;
  readonly maxFrames?: number | undefined;
  /**
   * Whether to go through the video once, without looking ahead, as for a live camera; default false: the trajectories are
   * refined when the whole video is known, and a second pass draws them. Standard input, which is read once, always is.
   */
  readonly online?: boolean | undefined;
  /** Whether to write the annotated video. Default true. */
  readonly annotate?: boolean | undefined;
  /** Whether to pixelate the people in it. Default false. */
  readonly anonymize?: boolean | undefined;
  /** Whether to save the best patches of everybody for `twintrack search`, as `<stem>.patches/`. Default false. */
  readonly savePatches?: boolean | undefined;
  /** Default {@link parametersSchema}'s. */
  readonly parameters?: Parameters | undefined;
  /** Chooses what the outputs' names begin with, given the input's file name without its ending; default that. */
  readonly rename?: (stem: string) => string;
  /** Ends the run early; all outputs are completed. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each frame. */
  readonly onProgress?: (progress: TrackProgress) => void;
}

/** How far a run has come. */
export interface TrackProgress {
  /** First everybody is tracked; then, unless on-line, drawn. Frames are counted from 1 in each. */
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
  /** People followed. */
  readonly trajectories: number;
  /** The files written: all of them, unless one failed. */
  readonly files: OutputFiles;
  readonly stages: StageTimes;
  /** Why the run ended before its source did, or a file is missing. */
  readonly error?: string;
}

/**
 * Tracks one video, folder of pictures, glob or `-`, and writes `<stem>.trajectories.json`, `<stem>.mot.txt`, unless turned off
 * `<stem>.annotated.mp4`, and if asked for `<stem>.patches/`. When anything fails after the first frame, or `signal` fires, what was
 * tracked so far is written and the summary tells why.
 *
 * @param input the video; undefined with `detections` alone
 * @throws TwintrackError when the input, the model or an output cannot be used from the start, or no output could be completed; no
 * file is left then
 * @throws the reason of `signal` when it fires before the first frame
 */
export async function trackVideo(input: string | undefined, options: TrackVideoOptions): Promise<TrackSummary> {
  const {
    parameters = parametersSchema.parse({}),
    annotate = input !== undefined,
    anonymize = false,
    signal,
  } = options;
  const online = options.online === true || input === '-';
  const { appearance } = parameters;
  signal?.throwIfAborted();
  if (input !== undefined) checkInput(input, videoOptions(options)); // before the network is loaded, which takes a while
  const detector: Detector & { frameCount?: number } = options.detections
    ? await readDetections(options.detections, parameters.detection.fileScores)
    : await loadDetector(options.detector, parameters.detection);
  let model: AppearanceModel | undefined;
  let source: Source | undefined;
  let outputs: Outputs | undefined;
  try {
    if (input !== undefined && appearance.mode !== 'off')
      model = await loadSiamese(appearance.model, parameters.detection.cores);
    source = await openSource(input, detector, options, (annotate && online) || model !== undefined);
    const { info, video, total } = source;
    const opened = await Outputs.open({
      out: options.out,
      name: options.rename?.(info.name) ?? info.name,
      video: info,
      run: describeRun(info, detector, model, { ...parameters, online }),
      annotate,
      anonymize,
      parameters,
      patches: options.savePatches ? model : undefined,
    });
    outputs = opened;
    const score = await loadAssociation(parameters.association.model);
    const similarity = model && calibrated(model, appearance.weight, appearance.bias);
    const tracker = new Tracker(
      parameters.tracking,
      score,
      similarity && { ...appearance, similarity, picture: appearance.reidReturned ? undefined : info },
    );
    const started = performance.now();
    const clock = new StageClock();
    const done = { track: 0, draw: 0 };
    const stages = {
      frames: source.frames,
      detector,
      ahead: FRAMES_AHEAD,
      appearance: model && embeddingStage(model, parameters, info, !online && !options.savePatches),
      tracker,
      sinks: opened.sinks,
      drawing: opened.drawing,
      album: opened.album,
      clock,
      signal,
      onFrame: (_: Frame, people: number, activity: Activity) =>
        options.onProgress?.({
          activity,
          frames: ++done[activity],
          total: activity === 'draw' ? done.track : total,
          people,
        }),
    };
    const result = online
      ? await runOnline(stages)
      : await runRefined({
          ...stages,
          refinement: parameters.refinement,
          closeTrajectories: (interruption) => opened.closeTrajectories(interruption),
          reopen: async (maxFrames, signal) => {
            const again = {
              ...videoOptions({ ...options, maxFrames, signal }),
              pixels: true,
              ...(video && { info: video }),
            };
            // The networks have done their part: their memory goes to the second reading and the encoder.
            await Promise.all([detector.close(), model?.close()]);
            return openVideo(input ?? '', again);
          },
        });
    const { interruption } = result;
    if (result.frames === 0 && interruption !== undefined) throw interruption;
    const { files, failure } = await opened.close(interruption);
    const ended = performance.now();
    clock.lap('close');
    const error = interruption ?? failure;
    // An error of the program itself may show now that the files are safe.
    const unforeseen = error !== undefined && !(error instanceof TwintrackError) && !signal?.aborted;
    if (unforeseen || Object.keys(files).length === 0) throw error;
    return {
      input: info.input,
      frames: result.frames,
      duration: result.frames > 0 ? result.lastTime + 1 / info.frameRate : 0,
      elapsed: (ended - started) / 1000,
      fps: (1000 * result.frames) / (ended - started),
      trajectories: result.trajectories,
      files,
      stages: clock.times,
      ...(error !== undefined && { error: messageOf(error) }),
    };
  } catch (error) {
    await outputs?.abort();
    throw error;
  } finally {
    await source?.close();
    await Promise.all([detector.close(), model?.close()]);
  }
}

/** Frames with the detector besides the one awaited: enough to keep its threads busy. */
const FRAMES_AHEAD = 3;
/** Frames whose patches are embedded together: the network takes half as long for one of eight patches as for one alone. */
const FRAMES_TOGETHER = 8;

interface Source {
  readonly info: Pick<VideoInfo, 'input' | 'name' | 'width' | 'height' | 'frameRate' | 'colourSpace'>;
  /** All that is known of the video, where there is one. */
  readonly video?: VideoInfo;
  readonly frames: AsyncIterable<Frame>;
  /** Number of frames to expect, when known. */
  readonly total: number | undefined;
  close(): Promise<void>;
}

async function openSource(
  input: string | undefined,
  detector: Detector & { frameCount?: number },
  options: TrackVideoOptions,
  pixels: boolean,
): Promise<Source> {
  const { maxFrames, frameRate } = options;
  if (input === undefined) {
    const rate = frameRate ?? 30;
    const total = Math.min(detector.frameCount ?? 0, maxFrames ?? Number.POSITIVE_INFINITY);
    const file = options.detections ?? '';
    return {
      info: { input: file, name: basename(file, extname(file)), width: 0, height: 0, frameRate: rate },
      frames: emptyFrames(total, rate),
      total,
      close: async () => {},
    };
  }
  const video = await openVideo(input, {
    ...videoOptions(options),
    pixels,
    letterbox: (info) => detector.letterbox(info.width, info.height),
  });
  const { frameCount } = video.info;
  return {
    info: video.info,
    video: video.info,
    frames: video,
    total: frameCount === undefined ? maxFrames : Math.min(frameCount, maxFrames ?? frameCount),
    close: () => video.close(),
  };
}

function embeddingStage(
  model: AppearanceModel,
  parameters: Parameters,
  info: Source['info'],
  release: boolean,
): EmbeddingStage {
  const { mode } = parameters.appearance;
  const { lowScore, highScore } = parameters.tracking;
  return new EmbeddingStage(model, {
    mode: mode === 'always' ? 'always' : 'auto',
    minScore: lowScore,
    sureScore: highScore,
    colourSpace: info.colourSpace,
    together: FRAMES_TOGETHER,
    release,
  });
}

function videoOptions({ maxFrames, frameRate, signal }: TrackVideoOptions): VideoOptions {
  return {
    ...(maxFrames !== undefined && { maxFrames }),
    ...(frameRate !== undefined && { frameRate }),
    ...(signal && { signal }),
  };
}

/** Frames without a picture, for detections without their video. */
async function* emptyFrames(count: number, frameRate: number): AsyncGenerator<Frame> {
  for (let index = 0; index < count; index++) {
    if (index % 256 === 0) await setImmediate(); // let signals in
    yield { index, time: index / frameRate, width: 0, height: 0 };
  }
}

/** What the trajectories file tells of the run. */
function describeRun(
  info: Source['info'],
  detector: Detector,
  appearance: AppearanceModel | undefined,
  parameters: Parameters & { online: boolean },
) {
  const models = [];
  if (detector.sha256) models.push({ role: 'detector', name: detector.name, sha256: detector.sha256 });
  if (appearance) models.push({ role: 'appearance', name: appearance.name, sha256: appearance.sha256 });
  return {
    generator: `twintrack ${version}`,
    source: {
      name: basename(info.input),
      ...(info.width > 0 && { width: info.width, height: info.height }),
      frameRate: info.frameRate,
    },
    models,
    parameters,
  };
}
