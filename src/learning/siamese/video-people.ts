import { PATCH_BYTES, PatchCutter } from '../../appearance/patches.ts';
import { inputError } from '../../core/errors.ts';
import { findVideo, readTrajectories, type Trajectory } from '../../trajectories/index.ts';
import { openVideo, type ReadingOptions } from '../../video/index.ts';
import { readingOf } from '../../video/parameters.ts';
import type { People } from './people.ts';

/** Least seconds between two pictures of a person: closer ones are too similar. */
const INTERVAL = 0.4;
/** Most pictures of a person; of a longer trajectory they are spread evenly. */
const MOST_PICTURES = 60;
/** A box that overlaps another by more than this share may show the other person. */
const COVERED = 0.2;
/** Share of the box that must be inside of the picture. */
const INSIDE = 0.9;

/** One box to cut out of a video. */
export interface Cut {
  /** 0-based frame number in the source. */
  readonly frame: number;
  /** Presentation time in seconds. */
  readonly time: number;
  /** x, y, w, h in source pixels. */
  readonly box: Float64Array;
}

/**
 * Cuts the people of trajectories out of the video, where each is seen clearly. A trajectory is a person.
 *
 * @param path a .trajectories.json
 * @param video the video of these trajectories; default the one that the file names, beside it or in the current folder
 * @throws TwintrackError when one of them cannot be read
 */
export async function readVideoPeople(path: string, video?: string, signal?: AbortSignal): Promise<People> {
  const { source, parameters, trajectories } = await readTrajectories(path);
  const file = video ?? findVideo(path, { source });
  if (file === undefined)
    throw inputError(source.name, 'is the video of these trajectories and not there', 'name it with --video');
  const { width = Infinity, height = Infinity } = source;
  const cuts = clearRows(trajectories, width, height).map((rows, t) => thinned(rows, trajectories[t]));
  return cutPeople(
    file,
    cuts.filter((rows) => rows.length > 0),
    signal,
    readingOf(parameters),
  );
}

/**
 * The rows of each trajectory in which its person is seen clearly: detected, inside the picture, neither covered by another box nor
 * covering one.
 *
 * @param width size of the picture in pixels
 */
export function clearRows(trajectories: readonly Trajectory[], width: number, height: number): Int32Array[] {
  const boxesIn = new Map<number, { trajectory: Trajectory; row: number }[]>();
  for (const trajectory of trajectories)
    trajectory.frames.forEach((frame, row) => {
      const there = boxesIn.get(frame);
      if (there) there.push({ trajectory, row });
      else boxesIn.set(frame, [{ trajectory, row }]);
    });
  return trajectories.map((trajectory) =>
    Int32Array.from(trajectory.frames.keys()).filter((row) => {
      const box = boxOf(trajectory, row);
      const inside = overlap(box, Float64Array.of(0, 0, width, height)) >= INSIDE * box[2] * box[3];
      if (!trajectory.detected[row] || !inside) return false;
      return boxesIn.get(trajectory.frames[row])!.every((other) => {
        if (other.trajectory === trajectory) return true;
        const theirs = boxOf(other.trajectory, other.row);
        return overlap(box, theirs) <= COVERED * Math.min(box[2] * box[3], theirs[2] * theirs[3]);
      });
    }),
  );
}

/** The boxes of some rows of a trajectory, at least {@link INTERVAL} apart and at most {@link MOST_PICTURES}. */
export function thinned(rows: Int32Array, trajectory: Trajectory): Cut[] {
  const apart: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    if (trajectory.times[row] < last + INTERVAL - 1e-6) continue;
    last = trajectory.times[row];
    apart.push(row);
  }
  const step = Math.max(1, apart.length / MOST_PICTURES);
  return Array.from({ length: Math.min(apart.length, MOST_PICTURES) }, (_, k) => apart[Math.floor(k * step)]).map(
    (row) => ({
      frame: trajectory.frames[row],
      time: trajectory.times[row],
      box: boxOf(trajectory, row),
    }),
  );
}

/**
 * Cuts boxes out of a video.
 *
 * @param people the boxes of each person in frame order
 * @param reading how the video was read when it was tracked
 * @returns pictures person by person, all of one camera
 * @throws TwintrackError when the video cannot be read or ends before the last box
 */
export async function cutPeople(
  video: string,
  people: readonly (readonly Cut[])[],
  signal?: AbortSignal,
  reading: ReadingOptions = {},
): Promise<People> {
  const cuts = people.flatMap((boxes, number) => boxes.map((cut) => ({ ...cut, number })));
  const order = [...cuts.keys()].sort((a, b) => cuts[a].frame - cuts[b].frame);
  const patches = new Uint8Array(cuts.length * PATCH_BYTES);
  const source = await openVideo(video, { pixels: true, ...reading, ...(signal && { signal }) });
  const cutter = new PatchCutter(source.info.colourSpace);
  let next = 0;
  for await (const { index, pixels, width, height } of source) {
    for (; next < order.length && cuts[order[next]].frame === index; next++) {
      cutter.cut({ pixels: pixels!, width, height }, cuts[order[next]].box, 0, patches, order[next]);
    }
    if (next === order.length) break;
  }
  if (next < order.length) {
    const reason = `ends before frame ${cuts[order[next]].frame}, which the trajectories name`;
    throw inputError(video, reason, 'give the video that was tracked');
  }
  return {
    length: cuts.length,
    patches,
    person: Int32Array.from(cuts, ({ number }) => number),
    camera: new Int32Array(cuts.length).fill(-1),
    count: people.length,
  };
}

function boxOf({ boxes }: Trajectory, row: number): Float64Array {
  return boxes.slice(4 * row, 4 * row + 4);
}

/** Area in both boxes. */
function overlap(a: Float64Array, b: Float64Array): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return w > 0 && h > 0 ? w * h : 0;
}
