import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, extname, join } from 'node:path';
import { type Detector, loadDetector, readDetections } from './detection/index.ts';
import { inputError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { runPipeline, type StageTimes } from './pipeline.ts';
import { Tracker } from './tracking/index.ts';
import { openJsonSink, openMotSink, type TrajectorySink } from './trajectories/index.ts';
import { version } from './version.ts';
import {
  type Frame,
  openVideo,
  openVideoWriter,
  type VideoInfo,
  type VideoSource,
  type VideoWriter,
} from './video/index.ts';

/** Settings of {@link trackVideo}. */
export interface TrackVideoOptions {
  /** Folder for the results; made when missing. */
  readonly out: string;
  /** Name of a shipped detector or an ONNX file. */
  readonly detector: string;
  /** MOT detection file instead of a detector. */
  readonly detections?: string;
  /** Frame rate of `detections` without a video, or of pictures. */
  readonly frameRate?: number;
  readonly maxFrames?: number;
  /** Whether to write the annotated video. */
  readonly annotate: boolean;
  /** Whether to pixelate the people in it. */
  readonly anonymize: boolean;
  readonly parameters: Parameters;
  /** Ends the run early; all outputs are completed. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { frames: number; total: number | undefined; people: number }) => void;
}

/** What {@link trackVideo} did. */
export interface TrackSummary {
  readonly input: string;
  readonly frames: number;
  /** Seconds of video. */
  readonly duration: number;
  /** Frames per second of run time, from the first frame asked for to the last output closed. */
  readonly fps: number;
  /** People followed. */
  readonly trajectories: number;
  readonly files: { trajectories: string; mot: string; annotated?: string };
  /** Milliseconds that each stage was busy; detection runs beside the others. */
  readonly stages: StageTimes;
  /** Why the run ended before its source did. */
  readonly error?: string;
}

/**
 * Tracks one video, folder of pictures, glob or `-`, and writes `<stem>.trajectories.json`, `<stem>.mot.txt` and, unless turned off,
 * `<stem>.annotated.mp4`. When the source breaks, or `signal` fires, what was tracked so far is written and the summary tells why.
 *
 * @param input the video; undefined with `detections` alone
 * @throws TwintrackError when the input, the model or an output cannot be used; no unfinished output is left then
 */
export async function trackVideo(input: string | undefined, options: TrackVideoOptions): Promise<TrackSummary> {
  const { parameters } = options;
  const detector: Detector & { frameCount?: number } = options.detections
    ? await readDetections(options.detections)
    : await loadDetector(options.detector, parameters.detection);
  let source: Source | undefined;
  const outputs = new Outputs();
  try {
    source = await openSource(input, detector, options);
    const { info } = source;
    await makeFolder(options.out);
    const stem = join(options.out, info.name);
    const files = {
      trajectories: `${stem}.trajectories.json`,
      mot: `${stem}.mot.txt`,
      ...(options.annotate ? { annotated: `${stem}.annotated.mp4` } : {}),
    };
    outputs.sinks.push(
      await openJsonSink(files.trajectories, {
        generator: `twintrack ${version}`,
        source: {
          name: basename(info.input),
          ...(info.width > 0 && { width: info.width, height: info.height }),
          frameRate: info.frameRate,
        },
        models: detector.sha256 ? [{ role: 'detector', name: detector.name, sha256: detector.sha256 }] : [],
        parameters,
      }),
    );
    outputs.sinks.push(await openMotSink(files.mot));
    const annotation = files.annotated ? await openAnnotation(files.annotated, info, options) : undefined;
    outputs.writer = annotation?.writer;
    const started = performance.now();
    let frames = 0;
    const result = await runPipeline({
      frames: source.frames,
      detector,
      ahead: FRAMES_AHEAD,
      tracker: new Tracker(parameters.tracking),
      sinks: outputs.sinks,
      ...(annotation && { annotation }),
      ...(options.signal && { signal: options.signal }),
      onFrame: (_, people) => {
        frames++;
        options.onProgress?.({ frames, total: source?.total, people });
      },
    });
    const error = result.interruption === undefined ? undefined : messageOf(result.interruption);
    if (result.frames === 0 && result.interruption !== undefined) throw result.interruption;
    await outputs.close(error);
    return {
      input: info.input,
      frames: result.frames,
      duration: result.duration,
      fps: (1000 * result.frames) / (performance.now() - started),
      trajectories: result.trajectories,
      files,
      stages: result.stages,
      ...(error !== undefined && { error }),
    };
  } catch (error) {
    await outputs.abort();
    throw error;
  } finally {
    await source?.close();
    await detector.close();
  }
}

/** Frames with the detector at once: enough to keep a worker thread on each core busy. */
const FRAMES_AHEAD = availableParallelism() + 1;

interface Source {
  readonly info: Pick<VideoInfo, 'input' | 'name' | 'width' | 'height' | 'frameRate' | 'colourSpace'>;
  readonly frames: AsyncIterable<Frame>;
  /** Number of frames to expect, when known. */
  readonly total: number | undefined;
  close(): Promise<void>;
}

async function openSource(
  input: string | undefined,
  detector: Detector & { frameCount?: number },
  options: TrackVideoOptions,
): Promise<Source> {
  const { maxFrames, frameRate, signal } = options;
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
  const video: VideoSource = await openVideo(input, {
    pixels: options.annotate,
    letterbox: (info) => detector.letterbox(info.width, info.height),
    ...(maxFrames !== undefined && { maxFrames }),
    ...(frameRate !== undefined && { frameRate }),
    ...(signal && { signal }),
  });
  const { frameCount } = video.info;
  return {
    info: video.info,
    frames: video,
    total: frameCount === undefined ? maxFrames : Math.min(frameCount, maxFrames ?? frameCount),
    close: () => video.close(),
  };
}

/** Frames without a picture, for detections without their video. */
async function* emptyFrames(count: number, frameRate: number): AsyncGenerator<Frame> {
  for (let index = 0; index < count; index++) yield { index, time: index / frameRate, width: 0, height: 0 };
}

async function openAnnotation(path: string, info: Source['info'], options: TrackVideoOptions) {
  const { Annotator } = await import('./annotation/index.ts');
  const { width, height, frameRate, colourSpace } = info;
  const annotator = new Annotator({ width, height, anonymize: options.anonymize, ...options.parameters.annotation });
  const writer = await openVideoWriter(path, { width, height, frameRate, ...(colourSpace && { colourSpace }) });
  return { annotator, writer };
}

/** The outputs of a run, completed or removed together. */
class Outputs {
  readonly sinks: TrajectorySink[] = [];
  writer: VideoWriter | undefined;

  async close(reason: string | undefined): Promise<void> {
    for (const sink of this.sinks) await sink.close(reason);
    await this.writer?.close();
  }

  async abort(): Promise<void> {
    for (const sink of this.sinks) await sink.abort();
    await this.writer?.abort();
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw inputError(path, `cannot be made: ${(cause as Error).message}`, 'give another folder with --out', cause);
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
