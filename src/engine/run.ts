import type { Boxes } from '../core/geometry.ts';
import type { Detections } from '../detection/index.ts';
import type { PatchAlbum } from '../search/album.ts';
import type { Track, Tracker } from '../tracking/index.ts';
import type { TrajectorySink } from '../trajectories/index.ts';
import type { Frame } from '../video/index.ts';
import type { Drawing } from './drawing.ts';
import type { PipelineStages } from './frame-engine.ts';

/** What a run works with: the stages up to the tracker, and what takes the results. */
export interface RunStages extends Omit<PipelineStages, 'take'> {
  readonly sinks: readonly TrajectorySink[];
  readonly drawing?: Drawing | undefined;
  /** Takes the best patches of everybody. */
  readonly album?: PatchAlbum | undefined;
  /** Called after each frame. */
  readonly onFrame?: (frame: Frame, people: number, activity: Activity) => void;
}

/** What is done with a frame: follow the people in it, or draw them. */
export type Activity = 'track' | 'draw';

/** What came of a run. */
export interface RunResult {
  /** Frames whose people were tracked and written. */
  readonly frames: number;
  /** Time of the last of them in seconds. */
  readonly lastTime: number;
  /** People followed. */
  readonly trajectories: number;
  /** What ended the run before its source did: the failure of a stage, or the signal's reason. */
  readonly interruption?: unknown;
}

/**
 * Boxes (n × 4) of everybody in a frame who may be recognised: all detections but those below the tracker's low score, and where
 * tracks that are not seen now are expected.
 */
export function everybody(detections: Detections, tracks: readonly Track[], { parameters }: Tracker): Boxes {
  const boxes: number[] = [];
  for (let j = 0; j < detections.length; j++)
    if (detections.scores[j] >= parameters.lowScore) boxes.push(...detections.boxes.subarray(4 * j, 4 * j + 4));
  for (const track of tracks) if (track.detection < 0) boxes.push(...track.box);
  return Float64Array.from(boxes);
}
