import { type GroundPlane, speedsOf } from '../analytics/ground.ts';
import { inputError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { round } from '../files/rows.ts';
import type { TrajectoriesFooter, TrajectoriesHeader } from '../trajectories/schema.ts';

/** The file that a format writes to. It gets its name when it is complete; a run that fails leaves none. */
export interface ExportFile {
  /** Appends text. @returns a promise when the disk has to catch up: return or await it */
  write(text: string): void | Promise<void>;
  /** Appends bytes. They may be changed again when the promise is settled. */
  writeBytes(bytes: Uint8Array): Promise<void>;
}

/** Writes trajectories in a format, one by one, in any order. */
export interface FormatWriter {
  /** Writes a trajectory: columns, boxes in source pixels, times in seconds. */
  write(trajectory: Trajectory): void | Promise<void>;
  /** Writes what stands behind the trajectories. */
  end?(): void | Promise<void>;
}

/** Takes trajectories one by one, in any order. Await what a method returns. Exactly one of `close` and `abort` ends it. */
export interface ExportWriter {
  /** Adds a trajectory. */
  write(trajectory: Trajectory): void | Promise<void>;
  /** Completes the file and gives it its name. */
  close(): Promise<void>;
  /** Removes the unfinished file; does nothing after `close`. */
  abort(): Promise<void>;
}

/** What a writer knows besides the trajectories. */
export interface ExportContext {
  /** The video: name, size in pixels, frame rate, start; as far as they are known. */
  readonly source: TrajectoriesHeader['source'];
  /** The number of frames and the duration, where the end of the run is known. */
  readonly summary?: TrajectoriesFooter['summary'] | undefined;
  /** For places and speeds on the ground. */
  readonly ground?: GroundPlane | undefined;
}

/** The size of the picture in pixels. @throws TwintrackError when it is not known, and the format needs it */
export function pictureSize({ source }: ExportContext, format: string): { width: number; height: number } {
  const { name, width, height } = source;
  if (width !== undefined && height !== undefined) return { width, height };
  const reason = `the size of the picture is not known, and ${format} needs it`;
  throw inputError(name, reason, 'track with the video, or export as csv');
}

/** Wall-clock time in milliseconds since 1970 of each observation; undefined when the source does not say when it began. */
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
