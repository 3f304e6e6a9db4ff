import type { Frame } from '../../video/index.ts';

/** The newest frame of a camera that nobody has taken yet. An older one that it takes the place of is dropped, released and counted. */
export class LatestFrame {
  /** Frames that were never taken. */
  dropped = 0;
  private frame: Frame | undefined;

  get waiting(): boolean {
    return this.frame !== undefined;
  }

  put(frame: Frame): void {
    if (this.frame) {
      this.dropped++;
      this.frame.release?.();
    }
    this.frame = frame;
  }

  take(): Frame | undefined {
    const { frame } = this;
    this.frame = undefined;
    return frame;
  }
}
