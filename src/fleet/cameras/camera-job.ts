import type { CameraJob, KindJob } from '../job-data.ts';
import { queueOf } from '../kind.ts';

/** The queue of the cameras for a kind of worker. */
export function cameraQueueOf(kind: KindJob): string {
  return `${queueOf(kind)}-cameras`;
}

/** The name of a camera's job. */
export function cameraId(name: string): string {
  return `camera-${name}`;
}

/** A camera that a worker has, and for how long. */
export interface Lease {
  readonly job: CameraJob;
  /** How often the camera was given to a worker: files of an earlier one are never written by a later one, nor the other way round. */
  readonly epoch: number;
  /** Until then no other worker has it: on the clock of {@link machineTime}. */
  readonly until: number;
}

/** Milliseconds on a clock that all processes of this machine share, and that is never set. */
export function machineTime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
