import { basename, extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type AppearanceModel, leftOpen } from '../appearance/appearance-model.ts';
import { loadSiamese } from '../appearance/siamese.ts';
import type { AssociationScore } from '../association/features.ts';
import { loadAssociation } from '../association/model.ts';
import type { Frame } from '../core/frame.ts';
import type { NoticeSink } from '../core/notices.ts';
import { parseSection } from '../core/schema.ts';
import { namedCalibration } from '../detection/calibration.ts';
import { type CustomDetector, fromCustom } from '../detection/custom-detector.ts';
import { type DetectionFile, type Detector, loadDetector, readDetections } from '../detection/index.ts';
import type { RunDescription } from '../trajectories/index.ts';
import { isCamera } from '../video/camera/address.ts';
import { openCamera } from '../video/camera/camera-video.ts';
import { openVideo, type VideoInfo, type VideoOptions } from '../video/index.ts';
import { readingOf } from '../video/parameters.ts';
import { createEngine, type EngineOptions, type FrameEngine } from './frame-engine.ts';
import { type Parameters, type ParametersInput, parametersSchema } from './parameters.ts';

/** What to track, and with what. */
export interface InputOptions {
  /** Name of a shipped detector, an ONNX file, or a detector of your own, which stays yours to close. Default rtmdet-nano. */
  readonly detector?: string | CustomDetector | undefined;
  /** MOT detection file instead of a detector. */
  readonly detections?: string | undefined;
  /** A model that embeds patches, instead of the one that the parameters name. It stays yours to close. */
  readonly appearance?: AppearanceModel | undefined;
  /** A score of pairs, instead of the one that the parameters name. */
  readonly association?: AssociationScore | undefined;
  /** Frame rate of `detections` without a video, of pictures, or of a video without timestamps. */
  readonly frameRate?: number | undefined;
  readonly maxFrames?: number | undefined;
  /** Overrides of the defaults of {@link parametersSchema}, by stage. */
  readonly parameters?: ParametersInput | undefined;
  /** Ends the run early. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what is wrong or doubtful with an input and does not keep it from being tracked. */
  readonly onNotice?: NoticeSink | undefined;
}

/** What is known of the frames of a run before the first. */
export type RunInfo = Pick<
  VideoInfo,
  'input' | 'name' | 'width' | 'height' | 'sampleAspectRatio' | 'frameRate' | 'colourSpace' | 'createdAt'
>;

/** The models of a run. */
export interface RunModels {
  readonly detector: Detector & Pick<Partial<DetectionFile>, 'frameCount' | 'compare'>;
  readonly appearance: AppearanceModel | undefined;
  readonly association: AssociationScore;
  readonly parameters: Parameters;
  /** Closes what was loaded; what the caller gave is left open. */
  close(): Promise<void>;
}

/**
 * The models that the options and parameters ask for.
 *
 * @param input the video; undefined with `detections` alone
 * @throws TwintrackError when a model cannot be used, or a parameter is unknown or out of its range
 */
export async function openModels(input: string | undefined, options: InputOptions): Promise<RunModels> {
  const parameters = parseSection(parametersSchema, options.parameters ?? {}, 'parameters');
  const { detection, appearance: settings } = parameters;
  const openAppearance = async () => {
    if (input === undefined || settings.mode === 'off') return undefined;
    const given = options.appearance;
    return given ? leftOpen(given) : loadSiamese(settings.model, detection.cores, detection.provider);
  };
  const opening = [openDetector(options, parameters), openAppearance()] as const; // together: each waits for a thread
  const close = async () => {
    const opened = await Promise.allSettled(opening);
    await Promise.all(opened.map((model) => (model.status === 'fulfilled' ? model.value?.close() : undefined)));
  };
  try {
    const score = loadAssociation(options.association ?? parameters.association.model);
    const [detector, appearance, association] = await Promise.all([...opening, score]);
    return { detector, appearance, association, parameters, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openDetector(options: InputOptions, { detection }: Parameters): Promise<RunModels['detector']> {
  if (options.detections !== undefined)
    return readDetections(options.detections, {
      calibration: await namedCalibration(detection.calibration),
      onNotice: options.onNotice,
    });
  if (typeof options.detector === 'object') return fromCustom(options.detector);
  return loadDetector(options.detector, detection);
}

/** The models as they stand in the outputs: those that are files. */
export function describeModels(
  detector: Pick<Detector, 'name' | 'sha256' | 'provider'>,
  appearance: Pick<AppearanceModel, 'name' | 'sha256' | 'provider'> | undefined,
): RunDescription['models'] {
  const models = { detector, appearance };
  return Object.entries(models).flatMap(([role, model]) => {
    const { name = '', sha256, provider } = model ?? {};
    return sha256 ? [{ role, name, sha256, ...(provider && { provider }) }] : [];
  });
}

/** The frames of a run, and the engine that tracks them. */
export interface RunSource {
  readonly info: RunInfo;
  /** All that is known of the video, where there is one. */
  readonly video?: VideoInfo;
  readonly frames: AsyncIterable<Frame>;
  /** Number of frames to expect, when known. */
  readonly total: number | undefined;
  /** Whether anything was unusual about the pictures until now. */
  readonly unusual?: () => boolean;
  close(): Promise<void>;
}

/** Which frames of a source are wanted, and what with. */
export interface FramesWanted {
  /** Whether frames are to carry their pictures, besides those that the models need. Default false. */
  readonly pixels?: boolean;
  /** Whether the models see none of them: what they find is known. Default false. */
  readonly known?: boolean;
  /** The first frame, of a video file; default the first that there is. */
  readonly from?: VideoOptions['from'];
}

/**
 * Opens what is tracked.
 *
 * @throws TwintrackError when it cannot be read
 */
export async function openSource(
  input: string | undefined,
  { detector, appearance }: RunModels,
  options: InputOptions,
  { pixels = false, known = false, from }: FramesWanted = {},
): Promise<RunSource> {
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
  const video = await (isCamera(input) ? openCamera : openVideo)(input, {
    ...videoOptions(options),
    from,
    pixels: pixels || (!known && (appearance !== undefined || needsPicture(options.detector))),
    ...(!known && {
      letterbox: ({ width, height, sampleAspectRatio }) => detector.letterbox(width, height, sampleAspectRatio),
    }),
  });
  const { frameCount, width, height } = video.info;
  detector.compare?.({ frames: frameCount, size: { width, height } });
  return {
    info: video.info,
    video: video.info,
    frames:
      detector.compare && frameCount === undefined && maxFrames === undefined ? comparedAtEnd(video, detector) : video,
    total: frameCount === undefined ? maxFrames : Math.min(frameCount, maxFrames ?? frameCount),
    unusual: () => video.unusual ?? false,
    close: () => video.close(),
  };
}

/** The frames of a video whose number is not known before its end. */
async function* comparedAtEnd(video: AsyncIterable<Frame>, { compare }: RunModels['detector']): AsyncGenerator<Frame> {
  let frames = 0;
  for await (const frame of video) {
    frames++;
    yield frame;
  }
  compare?.({ frames });
}

/** Whether a detector is one that takes whole pictures. */
function needsPicture(detector: InputOptions['detector']): boolean {
  return typeof detector === 'object' && !detector.letterbox;
}

/** Frames with the detector besides the one awaited: enough to keep its threads busy. */
export const FRAMES_AHEAD = 3;
/** Frames whose patches are embedded together: the network takes half as long for one of eight patches as for one alone. */
const FRAMES_TOGETHER = 8;

/** The engine of a run. */
export function engineOf(models: RunModels, { info }: RunSource, options: EngineOptions = {}): FrameEngine {
  return createEngine(models.parameters, models, info, { together: FRAMES_TOGETHER, ...options });
}

/** What the options say of how to open a video. */
export function videoOptions({ maxFrames, frameRate, signal, onNotice, parameters }: InputOptions): VideoOptions {
  return {
    ...(maxFrames !== undefined && { maxFrames }),
    ...(frameRate !== undefined && { frameRate }),
    ...(signal && { signal }),
    ...(onNotice && { onNotice }),
    ...readingOf(parameters),
  };
}

/** Frames without a picture, for detections without their video. */
async function* emptyFrames(count: number, frameRate: number): AsyncGenerator<Frame> {
  for (let index = 0; index < count; index++) {
    if (index % 256 === 0) await setImmediate(); // let signals in
    yield { index, time: index / frameRate, width: 0, height: 0 };
  }
}
