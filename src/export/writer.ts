import { type GroundPlane, speedsOf } from '../analytics/ground.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { round } from '../files/rows.ts';
import type { TrajectoriesHeader } from '../trajectories/schema.ts';

/** Takes trajectories one by one, in any order. Await what a method returns. Exactly one of `close` and `abort` ends it. */
export interface ExportWriter {
  write(trajectory: Trajectory): void | Promise<void>;
  /** Completes the file and gives it its name. */
  close(): Promise<void>;
  /** Removes the unfinished file; does nothing after `close`. */
  abort(): Promise<void>;
}

/** What a writer knows besides the trajectories. */
export interface ExportContext {
  readonly source: TrajectoriesHeader['source'];
  /** For places and speeds on the ground. */
  readonly ground?: GroundPlane | undefined;
}

/** Wall-clock time in milliseconds since 1970 of each observation; undefined when the source does not say it. */
export function wallClock({ source }: ExportContext): ((time: number) => number) | undefined {
  if (source.startedAt === undefined) return undefined;
  const start = Date.parse(source.startedAt);
  return (time) => start + 1000 * time;
}

/** Place (metres) and speed (m/s) of each observation on the ground, rounded to 1 mm; NaN where not known. */
export function onGround(trajectory: Trajectory, ground: GroundPlane): { feet: Float64Array; speeds: Float64Array } {
  const feet = ground.feetOf(trajectory);
  const toMillimetres = (value: number) => round(value, 1000);
  return { speeds: speedsOf(feet, trajectory.times).map(toMillimetres), feet: feet.map(toMillimetres) };
}
