import type { NoticeSink } from '../core/notices.ts';
import type { MotVideo } from '../files/mot-findings.ts';
import { readMotRows } from '../files/mot-text.ts';
import { readTrajectories, type Trajectory } from '../trajectories/index.ts';
import type { IdentifiedBoxes } from './rows.ts';

/** Settings of {@link readResults}. */
export interface ResultsOptions {
  /** What is known of the video. */
  readonly video?: MotVideo | undefined;
  /** Takes what is wrong with a text file and does not keep it from being read. */
  readonly onNotice?: NoticeSink | undefined;
}

/**
 * Reads what a tracker wrote: a MOT text file, or a trajectories document where the name ends in `.json`.
 *
 * @throws TwintrackError naming file, line and reason
 */
export async function readResults(path: string, { video, onNotice }: ResultsOptions = {}): Promise<IdentifiedBoxes> {
  if (!path.toLowerCase().endsWith('.json')) return readMotRows(path, { use: 'results', video, onNotice });
  return { ...boxesOf((await readTrajectories(path)).trajectories), source: path };
}

/** The boxes of trajectories, detected and predicted ones, in one set of columns. */
export function boxesOf(trajectories: readonly Trajectory[]): IdentifiedBoxes {
  const n = trajectories.reduce((sum, trajectory) => sum + trajectory.frames.length, 0);
  const frames = new Int32Array(n);
  const ids = new Int32Array(n);
  const boxes = new Float64Array(4 * n);
  let at = 0;
  for (const trajectory of trajectories) {
    frames.set(trajectory.frames, at);
    ids.fill(trajectory.id, at, at + trajectory.frames.length);
    boxes.set(trajectory.boxes, 4 * at);
    at += trajectory.frames.length;
  }
  return { frames, ids, boxes };
}
