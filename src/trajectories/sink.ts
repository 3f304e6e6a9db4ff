import type { TrackedFrame } from '../core/tracked-frame.ts';

/**
 * Takes what the tracker gives, frame by frame in frame order. Await what a method returns: a promise means that the disk
 * has to catch up. Exactly one of `close` and `abort` ends it; any method that fails removes the unfinished file itself.
 */
export interface TrajectorySink {
  /** Adds the people of one frame. Frames without people count too. */
  write(frame: TrackedFrame): void | Promise<void>;
  /** Ends a trajectory: it gets no more observations. */
  end(id: number): void | Promise<void>;
  /**
   * Completes the file and gives it its name.
   *
   * @param reason why the run ended before the source did; absent for a complete run
   */
  close(reason?: string): Promise<void>;
  /** Removes the unfinished file; does nothing after `close`. */
  abort(): Promise<void>;
}
