import type { Frame } from '../../core/frame.ts';

/** The newest frame of a camera that is not yet taken. An older one that it takes the place of is dropped, released and counted. */
export class LatestFrame<F extends Frame = Frame> {
  /** Frames that were never taken. */
  dropped = 0;
  #frame: F | undefined;

  get waiting(): boolean {
    return this.#frame !== undefined;
  }

  put(frame: F): void {
    if (this.#frame) {
      this.dropped++;
      this.#frame.release?.();
    }
    this.#frame = frame;
  }

  take(): F | undefined {
    const frame = this.#frame;
    this.#frame = undefined;
    return frame;
  }
}
