import { basename } from 'node:path';
import { inputError, type TwintrackError } from '../core/errors.ts';
import { type Exit, exitReason, lastError } from './ffmpeg.ts';
import type { FrameLog } from './frame-log.ts';
import type { Input } from './input.ts';

/** Lines of ffmpeg's log that only describe the input: names and titles may say anything. */
const DESCRIPTION = /^\[info\]/;
/** What shows in ffmpeg's log that a file ends before its time. */
const CUT_OFF = /partial file|File ended prematurely/;

/**
 * What shows that pictures were lost or garbled. Only lines that a sound file cannot cause: decoders also log as errors what they
 * cope with (a missing reference at the start of a recording, a strange header), which is no damage.
 */
const DAMAGED = new RegExp(
  [
    'Packet corrupt',
    'corrupt input packet',
    'corrupt decoded frame',
    'Error while decoding stream',
    'Error submitting (?:a )?packet to decoder',
    'Decoding error',
    'error while decoding MB',
    'Error at MB',
    'damaged at',
    '\\[error\\] error y=',
    'Invalid NAL unit size',
    'exceeds containing master element',
    'Packet mismatch',
  ].join('|'),
);

/** An error of a decoder: it may be one that the decoder copes with. */
const DECODER_ERROR = /^\[(?:dec:)?(\w+) @ \w+\] (?:\[dec:.*?\] )?\[error\]/;
/** Frames after a gap in which an error of the decoder shows that the gap cost pictures. */
const NEAR = 32;

/** Watches a video being decoded for the signs that it is broken. */
export class DamageWatch {
  readonly #input: Input;
  readonly #codec: string;
  readonly #frames: FrameLog;
  #cutOff: boolean;
  #damagedNear: number | undefined;
  #count = 0;
  #last = { index: -1, time: 0 };
  #missing: number | undefined;

  /**
   * @param codec ffmpeg's name of the codec
   * @param frames what has been read of the same log: a gap in an MPEG-TS is no damage while decoders do not complain
   */
  constructor(input: Input, codec: string, frames: FrameLog) {
    this.#input = input;
    this.#codec = codec;
    this.#frames = frames;
    this.#cutOff = input.cutOff;
  }

  /** Whether pictures were lost or garbled until now, or the file is known to be cut off. */
  get damaged(): boolean {
    return this.#cutOff || this.#damagedNear !== undefined;
  }

  /** The input broke off while it was read. */
  broken(): void {
    this.#cutOff = true;
  }

  /**
   * @param line a line of ffmpeg's log
   * @param received frames decoded until now. Damage before the first one is none: a recording that starts between two key
   * frames is complete.
   */
  onLine(line: string, received: number): void {
    if (DESCRIPTION.test(line)) return;
    if (CUT_OFF.test(line)) this.#cutOff = true;
    else if (received > 0 && (DAMAGED.test(line) || this.#costsPictures(line))) this.#damagedNear ??= received;
  }

  #costsPictures(line: string): boolean {
    return DECODER_ERROR.exec(line)?.[1] === this.#codec && this.#frames.gapWithin(NEAR);
  }

  onFrame(index: number, time: number): void {
    if (index > this.#last.index + 1) this.#missing ??= this.#last.index + 1;
    this.#last = { index, time };
    this.#count++;
  }

  /**
   * What was wrong with a video that has been read to its end, if anything.
   *
   * @param more whether another recording follows: damage is then told when that has been read, unless ffmpeg itself failed
   */
  fault(exit: Exit, log: readonly string[], more = false): TwintrackError | undefined {
    if (more && (exit.code === 0 || this.#count > 0)) {
      if (exit.code !== 0) this.#damagedNear ??= this.#last.index;
      return undefined;
    }
    const { subject, pictures } = this.#input;
    const complaint = lastError(log) || exitReason(exit);
    const fix = `the ${this.#count} frames that could be decoded are kept; copy or record it again`;
    if (this.#count === 0) {
      return inputError(subject, `holds no picture that can be decoded (${complaint})`, 'copy or record it again');
    }
    const missing = this.#missing ?? this.#last.index + 1;
    if (pictures && missing < pictures.length) {
      return inputError(subject, `picture ${basename(pictures[missing])} (frame ${missing}) cannot be decoded`, fix);
    }
    const last = `frame ${this.#last.index} (${this.#last.time.toFixed(2)} s)`;
    if (this.#cutOff || this.#frames.endsInGap) return inputError(subject, `is cut off after ${last}`, fix);
    if (this.#damagedNear !== undefined) return inputError(subject, `is damaged near frame ${this.#damagedNear}`, fix);
    if (exit.code !== 0) return inputError(subject, `breaks off after ${last}: ${complaint}`, fix);
    return undefined;
  }
}
