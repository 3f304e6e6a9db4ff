import { type Detections, NO_DETECTIONS } from '../core/detections.ts';
import type { Frame } from '../core/frame.ts';
import { MOST_FRAMES, readMotRows, rowError } from '../files/mot-text.ts';
import { type Calibration, calibrationOfFile, probabilityOf } from './calibration.ts';
import { Candidates } from './candidates.ts';
import type { Detector } from './detector.ts';

/** The detections of a file, by frame. */
export interface DetectionFile extends Detector {
  /** Number of the last frame with a detection, counted from 1: the number of frames as far as the file shows it. */
  readonly frameCount: number;
  /** What its scores are taken for. */
  readonly calibration: Calibration;
}

/**
 * Reads a detection file of the MOTChallenge (MOT15, 16, 17, 20): one detection a line, `frame,id,x,y,w,h,score` and any further columns,
 * frames counted from 1, in any order (see {@link readMotRows}). Boxes are taken as they are; without a seventh column all scores are 1. Scores
 * within 0..1 are taken as they are, others are brought there.
 *
 * @param calibration what its scores are worth; default by their range (docs/detection.md)
 * @returns a detector that finds a frame by its index and needs no pixels
 * @throws TwintrackError when the file cannot be read, or with the line number and reason for a line that is broken
 */
export async function readDetections(path: string, calibration?: Calibration): Promise<DetectionFile> {
  const { sha256, lines, frames, boxes, confidences } = await readMotRows(path);
  const found = new Map<number, Candidates>();
  let frameCount = 0;
  const worth = calibration ?? calibrationOfFile(confidences.reduce(lesser, 0), confidences.reduce(greater, 0));
  for (let i = 0; i < frames.length; i++) {
    const frame = frames[i];
    const [x, y, w, h] = [boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]];
    if (frame >= MOST_FRAMES)
      throw rowError(path, lines[i], `frame ${frame + 1} is past the longest sequence, ${MOST_FRAMES} frames`);
    if (!(w > 0 && h > 0)) throw rowError(path, lines[i], `the box is ${w} × ${h} pixels`);
    let candidates = found.get(frame);
    if (!candidates) {
      candidates = new Candidates();
      found.set(frame, candidates);
    }
    candidates.add(x, y, x + w, y + h, probabilityOf(confidences[i], worth));
    frameCount = Math.max(frameCount, frame + 1);
  }
  const detections = new Map<number, Detections>();
  for (const [frame, candidates] of found) detections.set(frame, candidates.toDetections());
  return {
    name: 'detections',
    file: path,
    sha256,
    frameCount,
    free: true,
    calibration: worth,
    letterbox: () => undefined,
    detect: async (frame: Frame) => detections.get(frame.index) ?? NO_DETECTIONS,
    close: async () => {},
  };
}

const lesser = (a: number, b: number): number => Math.min(a, b);
const greater = (a: number, b: number): number => Math.max(a, b);
