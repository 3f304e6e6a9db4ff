import type { KeptDetections } from '../analytics/ignore.ts';
import type { Frame } from '../core/frame.ts';
import type { Boxes } from '../core/geometry.ts';
import type { PatchAlbum } from '../search/album.ts';
import type { Track, Tracker } from '../tracking/index.ts';
import type { TrajectorySink } from '../trajectories/index.ts';
import type { Drawing } from './drawing.ts';
import type { FrameEngine } from './frame-engine.ts';
import type { TrackFramesOptions } from './track-frames.ts';

/** What a run works with: the engine and its frames, and what takes the results. */
export interface RunStages extends TrackFramesOptions {
  readonly engine: FrameEngine;
  readonly frames: AsyncIterable<Frame>;
  readonly sinks: readonly TrajectorySink[];
  readonly drawing?: Drawing | undefined;
  /** Takes the best patches of every person. */
  readonly album?: PatchAlbum | undefined;
  /** Called after each frame. */
  readonly onFrame?: (frame: Frame, people: number, activity: Activity) => void;
}

/** What is done with a frame: track the people in it, or draw them. */
export type Activity = 'track' | 'draw';

/** What came of a run. */
export interface RunResult {
  /** Frames whose people were tracked and written. */
  readonly frames: number;
  /** Time of the last of them in seconds. */
  readonly lastTime: number;
  /** People tracked. */
  readonly trajectories: number;
  /** What ended the run before its source did: the failure of a stage, or the signal's reason. */
  readonly interruption?: unknown;
}

/**
 * Boxes (n × 4) of all who may be in a frame: the detections from the tracker's low score on, those in ignore areas (a mirror shows people),
 * and the predictions of tracks that are not seen.
 */
export function possiblePeople(detections: KeptDetections, tracks: readonly Track[], { parameters }: Tracker): Boxes {
  const boxes: number[] = [];
  for (let j = 0; j < detections.length; j++)
    if (detections.scores[j] >= parameters.lowScore) boxes.push(...detections.boxes.subarray(4 * j, 4 * j + 4));
  boxes.push(...(detections.ignored ?? []));
  for (const track of tracks) if (track.detection < 0) boxes.push(...track.box);
  return Float64Array.from(boxes);
}
