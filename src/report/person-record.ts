import { type AreaEvent, type GroundPlane, type PictureSize, speedsOf, wayOf } from '../analytics/index.ts';
import type { Trajectory } from '../trajectories/index.ts';
import { type View, viewsOf } from './best-views.ts';

/** Points of a path, at most. */
const PATH_POINTS = 40;

/** What a report shows of one person. */
export interface PersonRecord {
  readonly id: number;
  /** First and last sight in seconds. */
  readonly start: number;
  readonly end: number;
  /** The way of the feet in whole source pixels: x, y, x, y … */
  readonly path: readonly number[];
  /** Moments at which they may be shown. */
  readonly views: readonly View[];
  /** Names of zones entered, in order, and lines crossed as "door in". */
  readonly zones: readonly string[];
  readonly lines: readonly string[];
  /** Way in metres and median speed in m/s, with a ground plane; no speed where one is not known. */
  readonly way?: number;
  readonly speed?: number;
}

/** Gathers what a report shows of a person. */
export function recordOf(
  trajectory: Trajectory,
  events: readonly AreaEvent[],
  picture: PictureSize,
  ground: GroundPlane | undefined,
): PersonRecord {
  const { id, times } = trajectory;
  return {
    id,
    start: times[0],
    end: times[times.length - 1],
    path: pathOf(trajectory),
    views: viewsOf(trajectory, picture),
    zones: events.flatMap((event) => (event.type === 'entered' ? [event.zone] : [])),
    lines: events.flatMap((event) => (event.type === 'crossed' ? [`${event.line} ${event.direction}`] : [])),
    ...(ground && movement(trajectory, ground)),
  };
}

function movement(trajectory: Trajectory, ground: GroundPlane): Pick<PersonRecord, 'way' | 'speed'> {
  const feet = ground.feetOf(trajectory);
  const speeds = speedsOf(feet, trajectory.times).filter(Number.isFinite).sort();
  return { way: wayOf(feet, trajectory.times), ...(speeds.length > 0 && { speed: speeds[speeds.length >> 1] }) };
}

/** The feet at even steps of the observations, without points that add nothing. */
function pathOf({ boxes, times }: Trajectory): number[] {
  const n = times.length;
  const points = Math.min(n, PATH_POINTS);
  const path: number[] = [];
  for (let k = 0; k < points; k++) {
    const i = points > 1 ? Math.round((k * (n - 1)) / (points - 1)) : 0;
    const x = Math.round(boxes[4 * i] + boxes[4 * i + 2] / 2);
    const y = Math.round(boxes[4 * i + 1] + boxes[4 * i + 3]);
    if (x !== path[path.length - 2] || y !== path[path.length - 1]) path.push(x, y);
  }
  return path;
}
