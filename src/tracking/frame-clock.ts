import { inputError, TwintrackError } from '../core/errors.ts';

/** Times of so many frames in a row, so many seconds apart from the first on, are milliseconds (100 frames a second are 10 ms apart). */
const SLOW_FRAMES = 3;
const SLOW_SECONDS = 8;

/** The time of the frames that a tracker is given. */
export class FrameClock {
  /** Of the last frame, in seconds; −∞ before the first. */
  time = Number.NEGATIVE_INFINITY;
  /** Number of frames so far that came long after the one before; −1 once one did not. */
  private slowFrames = 0;

  reset(): void {
    this.time = Number.NEGATIVE_INFINITY;
    this.slowFrames = 0;
  }

  /**
   * To be called before {@link advance} where the unit of a time is not certain.
   *
   * @throws TwintrackError when the times so far must be milliseconds
   */
  requireSeconds(time: number): void {
    if (this.slowFrames < 0 || !Number.isFinite(this.time)) return;
    if (time - this.time < SLOW_SECONDS) this.slowFrames = -1;
    else if (++this.slowFrames === SLOW_FRAMES)
      throw inputError(`time ${time}`, `all frames are over ${SLOW_SECONDS} s apart`, 'give seconds, not milliseconds');
  }

  /**
   * Goes on to the next frame.
   *
   * @returns the seconds since the one before; 0 for the first
   * @throws TwintrackError when time does not move forward
   */
  advance(time: number): number {
    if (!(time > this.time))
      throw new TwintrackError(`frame time ${time} s: not later than ${this.time} s before it; feed frames in order`);
    const passed = Number.isFinite(this.time) ? time - this.time : 0;
    this.time = time;
    return passed;
  }
}
