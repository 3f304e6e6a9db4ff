/**
 * What a run spent its time on, in milliseconds; together about its length. Decoding, detection and encoding go on beside it in
 * other processes and threads: they count for as long as the run had to wait for them, so the largest is the bottleneck.
 */
export interface StageTimes {
  /** Waiting for the next frame. */
  decode: number;
  /** Waiting for the detections of a frame. */
  detect: number;
  /** Waiting for their embeddings. */
  embed: number;
  /** Association and filtering. */
  track: number;
  /** Refining the trajectories. */
  refine: number;
  /** Writing trajectories. */
  write: number;
  /** Drawing and pixelating. */
  annotate: number;
  /** Waiting for the encoder to take the previous picture. */
  encode: number;
  /** Completing the files. */
  close: number;
}

/** Measures how long each stage of a run takes. */
export class StageClock {
  readonly times: StageTimes = {
    decode: 0,
    detect: 0,
    embed: 0,
    track: 0,
    refine: 0,
    write: 0,
    annotate: 0,
    encode: 0,
    close: 0,
  };
  #mark = performance.now();

  /** Puts the time since the last call to the account of a stage. */
  lap(stage: keyof StageTimes): void {
    const now = performance.now();
    this.times[stage] += now - this.#mark;
    this.#mark = now;
  }
}
