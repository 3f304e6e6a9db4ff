import { type DetectionRow, type Detections, toDetections } from '../core/detections.ts';
import type { Frame, Letterbox } from '../core/frame.ts';
import type { Detector } from './detector.ts';

/**
 * A detector of your own. You close it when you need it no more.
 *
 * @example
 * const still = { name: 'one box', detect: async () => [{ box: [100, 50, 40, 120], score: 0.9 }] };
 */
export interface CustomDetector {
  /** What it is called in the outputs. Default `custom`. */
  readonly name?: string;
  /** SHA-256 of its model, in hexadecimal, for the outputs. */
  readonly sha256?: string;
  /**
   * What `frame.input` is to hold for pictures of this size, whose pixels are so many times as wide as high; without it frames carry the
   * whole picture in `pixels` (I420).
   */
  letterbox?(width: number, height: number, sampleAspectRatio?: number): Letterbox | undefined;
  /**
   * The people in a frame, in source pixels, as rows or columns. Several frames may be under way at once.
   *
   * @param frame its buffers are used again for later frames: copy what you keep
   */
  detect(frame: Frame): Detections | readonly DetectionRow[] | Promise<Detections | readonly DetectionRow[]>;
}

/** A detector that checks what a custom one returns, and leaves it open when it is closed. */
export function fromCustom(detector: CustomDetector): Detector {
  const { name = 'custom', sha256 } = detector;
  return {
    name,
    ...(sha256 !== undefined && { sha256 }),
    letterbox: (...size) => detector.letterbox?.(...size),
    detect: async (frame) => toDetections(await detector.detect(frame)),
    close: async () => {},
  };
}
