import { setImmediate as turn } from 'node:timers/promises';
import { Analysis, type Areas, type PictureSize } from '../analytics/index.ts';
import { oklchOf } from '../annotation/colours.ts';
import {
  readTrajectoriesHeader,
  streamTrajectories,
  type TrajectoriesHeader,
  type Trajectory,
} from '../trajectories/index.ts';

/** Trajectories of so many observations are kept; those of a longer run are read again for each count. */
const MOST_KEPT = 3e6;
/** People whose paths are drawn, at most: those seen longest; and points of a path. */
const MOST_PATHS = 500;
const PATH_POINTS = 60;
/** So many trajectories are counted in one go, for the server to answer meanwhile. */
const AT_ONCE = 50;
/** No picture is as wide or high in pixels: what reaches farther is a mistake. */
const FARTHEST = 65_536;

/** The path of a person's feet. */
export interface Path {
  readonly id: number;
  /** In CSS, as in the annotated video. */
  readonly colour: string;
  /** Whole source pixels: x, y, x, y … */
  readonly points: readonly number[];
}

/** What is counted while shapes are drawn: as the report of the run counts it. */
export interface Counts {
  readonly people: number;
  readonly lines: Readonly<Record<string, { readonly in: number; readonly out: number }>>;
  readonly zones: Readonly<Record<string, { readonly visits: number; readonly people: number }>>;
}

/** The trajectories of a run. */
export interface RunPaths {
  readonly header: TrajectoriesHeader;
  /** Size of the picture; where the run does not know it, what the boxes reach. */
  readonly picture: PictureSize;
  readonly people: number;
  readonly paths: readonly Path[];
  /**
   * Counts at zones and lines.
   *
   * @param areas see `resolveAreas`
   * @throws the reason of the signal
   */
  count(areas: Areas, signal: AbortSignal): Promise<Counts>;
}

/**
 * Reads the trajectories of a run.
 *
 * @param file `.trajectories.json`
 * @throws TwintrackError when it cannot be read
 */
export async function readRun(file: string): Promise<RunPaths> {
  const header = await readTrajectoriesHeader(file);
  const kept: Trajectory[] = [];
  let [people, observations, right, bottom] = [0, 0, 1, 1];
  let longest: { seconds: number; path: Path }[] = [];
  for await (const trajectory of streamTrajectories(file)) {
    const { times, boxes } = trajectory;
    people++;
    observations += times.length;
    if (observations <= MOST_KEPT) kept.push(trajectory);
    else kept.length = 0;
    for (let i = 0; i < boxes.length; i += 4) {
      const [x, y] = [Math.ceil(boxes[i] + boxes[i + 2]), Math.ceil(boxes[i + 1] + boxes[i + 3])];
      if (x <= FARTHEST) right = Math.max(right, x);
      if (y <= FARTHEST) bottom = Math.max(bottom, y);
    }
    longest.push({ seconds: times[times.length - 1] - times[0], path: pathOf(trajectory) });
    if (longest.length >= 2 * MOST_PATHS) longest = longestOf(longest);
  }
  const { width, height } = header.source;
  const picture = width === undefined || height === undefined ? { width: right, height: bottom } : { width, height };
  const whole = observations <= MOST_KEPT;
  return {
    header,
    picture,
    people,
    paths: longestOf(longest).map(({ path }) => path),
    async count(areas, signal) {
      const analysis = new Analysis({ ...areas, picture: areas.picture ?? picture });
      let done = 0;
      for await (const trajectory of whole ? kept : streamTrajectories(file)) {
        analysis.add(trajectory);
        if (++done % AT_ONCE > 0) continue;
        await turn();
        signal.throwIfAborted();
      }
      const { lines, zones } = analysis.result();
      return {
        people,
        lines: Object.fromEntries(lines.map(({ name, in: ins, out }) => [name, { in: ins, out }])),
        zones: Object.fromEntries(zones.map(({ name, visits, people }) => [name, { visits: visits.length, people }])),
      };
    },
  };
}

function longestOf<T extends { readonly seconds: number }>(people: readonly T[]): T[] {
  return [...people].sort((a, b) => b.seconds - a.seconds).slice(0, MOST_PATHS);
}

/** The feet at even steps of the observations. */
function pathOf({ id, boxes, times }: Trajectory): Path {
  const n = times.length;
  const count = Math.min(n, PATH_POINTS);
  const points = Array.from({ length: count }, (_, k) => {
    const i = 4 * (count > 1 ? Math.round((k * (n - 1)) / (count - 1)) : 0);
    return [Math.round(boxes[i] + boxes[i + 2] / 2), Math.round(boxes[i + 1] + boxes[i + 3])];
  });
  const [lightness, chroma, hue] = oklchOf(id);
  return { id, colour: `oklch(${lightness} ${chroma} ${hue.toFixed(1)})`, points: points.flat() };
}
