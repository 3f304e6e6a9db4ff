import type { VideoPart } from '../engine/parts/index.ts';
import type { TrackVideoOptions } from '../engine/track-video.ts';
import type { CameraSource } from '../live/camera/source.ts';
import type { CameraParameters } from '../live/parameters.ts';

/** How a video is to be tracked, in plain values. */
export type VideoSettings = Pick<
  TrackVideoOptions,
  | 'detections'
  | 'frameRate'
  | 'maxFrames'
  | 'online'
  | 'startedAt'
  | 'annotate'
  | 'anonymize'
  | 'savePatches'
  | 'saveEmbeddings'
  | 'parameters'
> & { readonly detector?: string | undefined };

/** A video to track: what the job `track` does whole, and `join` when its parts are done. */
export interface VideoJob {
  /** Path of the video, the same on all machines; or `store:` and its key there. */
  readonly input: string;
  /** What the results are called in the store: `results/<name>/`. */
  readonly name: string;
  readonly settings: VideoSettings;
  /** The parts that people are found in one by one; none where it is tracked whole. */
  readonly parts: readonly VideoPart[];
  /** Why it is tracked whole, although it was to be split. */
  readonly whole?: string;
  /** Files that the settings name, and what is in them: SHA-256. */
  readonly files: Readonly<Record<string, string>>;
  readonly priority: number;
  /** Set when it is to be given up. */
  readonly cancelled?: true;
}

/** A part of a video, the job `find`. All else stands in that of its video. */
export interface PartJob {
  readonly video: string;
  readonly part: VideoPart;
}

/** A kind of worker that there is or was: each has a queue of its own, so that none takes the jobs of another. */
export interface KindJob {
  readonly version: string;
  readonly models: string;
}

/** A camera that some worker is to follow: a job that does not end. Whoever has its lock follows it. */
export interface CameraJob {
  readonly source: CameraSource;
  readonly parameters: CameraParameters;
  /** When it was handed in, in milliseconds since 1970. Of two, the later one is to be. */
  readonly revision: number;
  /** Set when it is not to be followed any more. */
  readonly removed?: true;
}

/** How a camera is doing, as the queue keeps it. */
export interface CameraProgress {
  readonly state: string;
  readonly people: number;
  readonly fps: number;
  readonly fault?: string;
}

export type JobData = VideoJob | PartJob | KindJob | CameraJob;

/** How far a job has come, as the queue keeps it. */
export interface JobProgress {
  readonly frames: number;
  readonly total?: number;
  /** Frames a second. */
  readonly rate: number;
  readonly activity: 'find' | 'track' | 'draw';
}

/** Where a part's findings are in the store. */
export function partKey(video: string, index: number): string {
  return `parts/${video}/${index}`;
}

/** Where the results of a video are in the store. */
export function resultsPrefix({ name }: Pick<VideoJob, 'name'>): string {
  return `results/${name}/`;
}

/** The file that is written last, when all others are there. */
export const SUMMARY = 'run.json';

/** Names a job for people: `street.mp4, part 2 of 6`. */
export function nameOf({ input, parts }: VideoJob, part?: VideoPart): string {
  return part ? `${input}, part ${part.index + 1} of ${parts.length}` : input;
}
